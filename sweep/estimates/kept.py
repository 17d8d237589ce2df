"""What `sweep plan` said of a sweep, kept until that sweep is run, which can then be held against it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from sweep.data.cache import entries_folder
from sweep.estimates.estimate import Estimate
from sweep.final.folder import write_json
from sweep.preparation import Ready
from sweep.space.load import dump_space

MOST = 200
"""Of so many plans the estimates are kept, the latest."""


def keep_estimate(ready: Ready, estimate: Estimate) -> None:
    """In the cache. Where that cannot be written nothing is kept, which costs no more than the comparison."""
    path = _path(ready, estimate.workers)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, estimate.to_json())
        latest_first = sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in latest_first[MOST:]:
            old.unlink(missing_ok=True)


def kept_estimate(ready: Ready, workers: int) -> Estimate | None:
    """Of the same definition on the same images with as many workers; None where there is none."""
    try:
        return Estimate.from_json(json.loads(_path(ready, workers).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _path(ready: Ready, workers: int) -> Path:
    of = [dump_space(ready.space), ready.dataset.digest, ready.code, workers]
    return entries_folder(None).with_name("estimates") / f"{hashlib.sha256(json.dumps(of).encode()).hexdigest()}.json"
