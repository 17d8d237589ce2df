"""A sweep's TensorBoard directory, written from its store."""

from __future__ import annotations

from sweep.final.metrics_file import read_metrics
from sweep.run_definition import first_space
from sweep.space.definition import Space
from sweep.space.dimensions import expand
from sweep.store.layout import RunDirectory
from sweep.store.lock import RunLock
from sweep.store.reading import Reader
from sweep.store.state import search_has_ended
from sweep.store.store import Store
from sweep.tracking.tensorboard import TensorBoardTracker


def make_tracker(directory: RunDirectory, store: Reader, space: Space) -> TensorBoardTracker:
    """The tracker that writes this sweep's directory."""
    sweep_id = store.facts["sweep_id"]
    return TensorBoardTracker(directory.tensorboard, directory.name, sweep_id, expand(space), space.goal)


def rebuild_tensorboard(directory: RunDirectory) -> None:
    """Delete the directory and write all of it anew. Raises InputError while a process runs the sweep."""
    with RunLock(directory), Store.open(directory.database, read_only=True) as store:
        tracker = make_tracker(directory, store, first_space(directory, store))
        ended = search_has_ended(store)
        tracker.rebuild(store.trials(live=False), store.all_epochs(), finished=ended)
        metrics = read_metrics(directory)
        if metrics is not None:
            from sweep.tracking.final import write_final

            write_final(directory.tensorboard, metrics, metrics["classes"])
