"""The run directory and its SQLite file, the one truth of a sweep. Nothing here imports TensorFlow."""

from sweep.store.facts import Ask, Attempt, Event, Tell
from sweep.store.layout import RunDirectory, create_run, find_run, list_runs
from sweep.store.lock import RunLock, is_locked
from sweep.store.state import sweep_state
from sweep.store.store import Store

__all__ = [
    "Ask",
    "Attempt",
    "Event",
    "RunDirectory",
    "RunLock",
    "Store",
    "Tell",
    "create_run",
    "find_run",
    "is_locked",
    "list_runs",
    "sweep_state",
]
