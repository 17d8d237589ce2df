"""A request to stop a sweep: a file in its run directory, meant for the process that holds the run's lock now.

It names that process, so that one which came too late stops nobody else, least of all a later `sweep resume`.
"""

from __future__ import annotations

import json
import os
from typing import Any

from sweep.errors import InputError, SweepFailed
from sweep.stop import Stop
from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked, read_holder


def request_stop(run: RunDirectory, stop: Stop) -> dict[str, Any]:
    """Ask whoever runs the sweep to stop it; a later request replaces an earlier one. Who that is, as its lock says.

    Raises InputError where nobody runs it, SweepFailed where nothing can be written.
    """
    holder = read_holder(run)
    if holder is None or not is_locked(run):
        raise InputError(f"{run.name} is not running, so there is nothing to stop")
    temporary = run.stop_file.with_suffix(f".{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps({"stop": stop.value, "holder": holder}) + "\n", encoding="utf-8")
        os.replace(temporary, run.stop_file)
    except OSError as exc:
        raise SweepFailed(f"{run.stop_file}: {exc.strerror}; check the permissions") from exc
    return holder


def requested_stop(run: RunDirectory) -> Stop | None:
    """What the process that holds the lock is asked for. Looks for a file and, where there is none, does no more."""
    if not os.path.exists(run.stop_file):
        return None
    try:
        request = json.loads(run.stop_file.read_text(encoding="utf-8"))
        return Stop(request["stop"]) if request["holder"] == read_holder(run) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
