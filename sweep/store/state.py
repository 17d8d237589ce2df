"""Where a sweep stands. Nothing stores it: the lock and the events say it."""

from __future__ import annotations

from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked
from sweep.store.reading import Reader

_ENDS = {"search_finished": True, "limits_raised": False, "retried": False}

_TURNING_POINTS = ("started", "resumed", "limits_raised", "retried", "finished")


def sweep_state(run: RunDirectory, store: Reader) -> str:
    """`running` while a process holds the run's lock, else `finished` where the event `finished` came after the last
    `started` or `resumed`, else `interrupted`."""
    if is_locked(run):
        return "running"
    turns = [event.kind for event in store.events() if event.kind in _TURNING_POINTS]
    return "finished" if turns and turns[-1] == "finished" else "interrupted"


def search_has_ended(store: Reader) -> bool:
    """Whether all trials have been trained, and no limit was raised since, and none is tried again."""
    ends = [_ENDS[event.kind] for event in store.events() if event.kind in _ENDS]
    return bool(ends) and ends[-1]
