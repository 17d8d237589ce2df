"""One process at a time runs a sweep. The lock is the kernel's: a crash frees it; a JSON beside it names its holder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from sweep.errors import InputError, SweepFailed
from sweep.store.facts import now
from sweep.store.layout import RunDirectory

if TYPE_CHECKING:
    from filelock import BaseFileLock

PROBE_SECONDS = 0.5
"""How long a runner waits for the lock: long enough for any reader's probe to be over, too short to be noticed."""


class RunLock:
    """`with RunLock(run):` this process alone runs the sweep. A second one gets an InputError that names the first."""

    def __init__(self, run: RunDirectory) -> None:
        self.run = run
        self._lock: BaseFileLock | None = None

    def __enter__(self) -> Self:
        from filelock import FileLock, Timeout  # 40 ms that commands which only read need not pay

        lock = FileLock(self.run.lock_file, timeout=PROBE_SECONDS, poll_interval=0.02)
        try:
            lock.acquire()
            self._lock = lock
            self.run.stop_file.unlink(missing_ok=True)  # it was meant for a holder that was killed
            self._write_holder()
        except Timeout as exc:
            raise InputError(
                f"run {self.run.name} is being run by {_holder(self.run)}; wait for it, or stop it"
            ) from exc
        except OSError as exc:
            lock.release()
            raise SweepFailed(
                f"{self.run.lock_file}: cannot lock the run: {exc.strerror}; check the permissions"
            ) from exc
        return self

    def __exit__(self, *_: object) -> None:
        assert self._lock is not None
        for file in (self.run.holder_file, self.run.stop_file):
            with suppress(OSError):
                file.unlink()
        self._lock.release()

    def _write_holder(self) -> None:
        temporary = self.run.holder_file.with_suffix(".tmp")
        temporary.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now()}) + "\n")
        os.replace(temporary, self.run.holder_file)


def is_locked(run: RunDirectory) -> bool:
    """Whether some process runs the sweep now.

    The only sure test is to ask the kernel for the lock. This asks for a *shared* one and gives it back at once, a few
    microseconds later: readers never see each other, and a `RunLock` that meets one tries again, see `PROBE_SECONDS`.
    """
    try:
        descriptor = os.open(run.lock_file, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as exc:
        return exc.errno in (errno.EAGAIN, errno.EACCES)
    finally:
        os.close(descriptor)  # frees the lock too
    return False


def read_holder(run: RunDirectory) -> dict[str, Any] | None:
    """`pid`, `host` and `since` of who holds the lock, or held it and was killed; None where nothing is known."""
    try:
        holder = json.loads(run.holder_file.read_text())
    except (OSError, ValueError):
        return None
    return holder if isinstance(holder, dict) else None


def _holder(run: RunDirectory) -> str:
    """`pid 123 on HOST since TIME`, or less where the holder has only just begun."""
    try:
        holder = read_holder(run) or {}
        since = datetime.fromisoformat(holder["since"]).astimezone()
        return f"pid {holder['pid']} on {holder['host']} since {since:%Y-%m-%d %H:%M:%S}"
    except (ValueError, KeyError, TypeError):
        return "another process"
