"""The run directory and its SQLite file, the one truth of a sweep. Nothing here imports TensorFlow."""

from sweep.store.facts import Attempt, Event
from sweep.store.layout import RunDirectory, create_run, find_run, list_runs
from sweep.store.lock import RunLock, is_locked
from sweep.store.state import search_has_ended, sweep_state
from sweep.store.store import Store

__all__ = [
    "Attempt",
    "Event",
    "RunDirectory",
    "RunLock",
    "Store",
    "create_run",
    "find_run",
    "is_locked",
    "list_runs",
    "search_has_ended",
    "sweep_state",
]
