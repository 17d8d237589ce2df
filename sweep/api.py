"""A whole sweep, from definition to test accuracy: what the command line calls, and anyone from Python."""

from __future__ import annotations

import contextlib
import traceback
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.errors import InputError, Interrupted, SweepError, SweepFailed
from sweep.observers import Reporter
from sweep.result import SweepResult, read_result
from sweep.space.definition import Space
from sweep.store.layout import RunDirectory, create_run, find_run
from sweep.store.lock import RunLock
from sweep.store.store import Store

if TYPE_CHECKING:
    from sweep.preparation import Ready
    from sweep.session import Session

RUNS = Path("runs")


def run(
    space: Space,
    *,
    runs_dir: str | Path = RUNS,
    name: str | None = None,
    workers: int | None = None,
    retrain: bool = True,
    reporter: Reporter | None = None,
) -> SweepResult:
    """Run a new sweep: search, then retrain the winner and evaluate it on test, unless `retrain` is False.

    `name` is the run directory's; left out, the space's name with the next free number. `workers` processes train at
    a time (0: in this process; left out: as many as there are processors for), and change nothing but how long it
    takes. Raises InputError before anything is written, SweepFailed where no trial succeeds, Interrupted after Ctrl-C.
    """
    reporter = reporter or Reporter()
    ready = _get_ready(space, workers, reporter)
    directory = create_run(Path(runs_dir), name, space.name)
    with _held(directory):
        _create(directory, ready)
        with Store.open(directory.database) as store:
            return _search_and_finish(directory, store, ready, workers, retrain, reporter)


def resume(
    name: str | None = None,
    *,
    runs_dir: str | Path = RUNS,
    workers: int | None = None,
    retrain: bool = True,
    reporter: Reporter | None = None,
) -> SweepResult:
    """Go on with a sweep that was stopped or killed (the latest, where no name is given). What is finished stays.

    Raises InputError where there is no such sweep, where another process runs it, or where its data has changed.
    """
    reporter = reporter or Reporter()
    with _opened(name, runs_dir, workers, reporter) as (directory, store, ready):
        return _search_and_finish(directory, store, ready, workers, retrain, reporter)


def retrain_best(
    name: str | None = None, *, runs_dir: str | Path = RUNS, workers: int | None = None, reporter: Reporter | None = None
) -> SweepResult:
    """Retrain the winner on train and validation and evaluate it on test, again if it has been done before.

    Raises InputError where the search has not come to its end: which trial wins is not known yet.
    """
    reporter = reporter or Reporter()
    with _opened(name, runs_dir, workers, reporter) as (directory, store, ready):
        if not store.events("search_finished"):
            raise InputError(f"the search of {directory.name} has not ended yet; go on with: sweep resume {directory.name}")
        _session(directory, store, ready, workers, reporter).finalize()
        return read_result(directory, store)


def evaluate(
    name: str | None = None, *, runs_dir: str | Path = RUNS, workers: int | None = None, reporter: Reporter | None = None
) -> SweepResult:
    """Evaluate the saved final model on test once more; this look is counted, too."""
    reporter = reporter or Reporter()
    with _opened(name, runs_dir, workers, reporter) as (directory, store, ready):
        _session(directory, store, ready, workers, reporter).evaluate_again()
        return read_result(directory, store)


def open(name: str | None = None, *, runs_dir: str | Path = RUNS) -> SweepResult:  # read as `sweep.open`
    """A sweep as it stands: its trials, winner, digest and test metrics. The latest, where no name is given."""
    directory = find_run(Path(runs_dir), name)
    with Store.open(directory.database, read_only=True) as store:
        return read_result(directory, store)


def _search_and_finish(
    directory: RunDirectory, store: Store, ready: Ready, workers: int | None, retrain: bool, reporter: Reporter
) -> SweepResult:
    reporter.ready(ready)
    session = _session(directory, store, ready, workers, reporter)
    session.search()
    if retrain:
        session.finalize()
    else:
        session.finish()
    return read_result(directory, store)


def _session(
    directory: RunDirectory, store: Store, ready: Ready, workers: int | None, reporter: Reporter
) -> Session:
    from sweep.session import Session

    return Session(directory, store, ready, workers, reporter)


def _get_ready(space: Space, workers: int | None, reporter: Reporter) -> Ready:
    from sweep.preparation import get_ready

    if workers == 0:  # before anything else starts TensorFlow with another number of threads
        from sweep.trial.runtime import configure_runtime

        configure_runtime(space.threads_per_trial, space.deterministic)
    return get_ready(space, reporter.data)


@contextlib.contextmanager
def _opened(
    name: str | None, runs_dir: str | Path, workers: int | None, reporter: Reporter
) -> Iterator[tuple[RunDirectory, Store, Ready]]:
    """An existing sweep, with the data that it began with."""
    from sweep.space.load import load_space

    directory = find_run(Path(runs_dir), name)
    with _held(directory), Store.open(directory.database) as store:
        ready = _get_ready(load_space(directory.space_file), workers, reporter)
        if store.facts["dataset_digest"] != ready.dataset.digest:
            raise InputError(
                f"the images of {ready.space.data.source} have changed since {directory.name} began: results before "
                "and after would not belong together; bring the images back, or begin anew with `sweep run`"
            )
        yield directory, store, ready


@contextlib.contextmanager
def _held(directory: RunDirectory) -> Iterator[None]:
    """Nobody else runs the sweep meanwhile; a fault leaves its traceback in the run's logs, Ctrl-C says how to go on."""
    from sweep.session import parting

    with RunLock(directory):
        try:
            yield
        except KeyboardInterrupt as exc:
            raise Interrupted(parting(directory)) from exc
        except SweepError:
            raise
        except Exception as exc:
            log = directory.logs / "error.log"
            log.write_text(traceback.format_exc(), encoding="utf-8")
            raise SweepFailed(
                f"{type(exc).__name__}: {exc} (traceback: {log}); go on with: sweep resume {directory.name}"
            ) from exc


def _create(directory: RunDirectory, ready: Ready) -> None:
    """What a run directory holds before its first trial. The store comes last: without it there is no run."""
    from sweep.environment import describe_environment
    from sweep.final.folder import write_json
    from sweep.space.load import dump_space

    directory.space_file.write_text(dump_space(ready.space), encoding="utf-8")
    write_json(directory.environment_file, describe_environment())
    Store.create(directory.database, _facts(directory, ready)).close()


def _facts(directory: RunDirectory, ready: Ready) -> dict[str, Any]:
    space, dataset = ready.space, ready.dataset
    return {
        "name": directory.name,
        "sweep_id": uuid.uuid4().hex,
        "seed": space.seed,
        "objective": {"metric": space.goal.metric, "direction": space.goal.direction},
        "method": space.search.method,
        "dataset_digest": dataset.digest,
        "classes": list(dataset.classes),
        "images": {"train": dataset.train_size, "validation": dataset.validation_size, "test": dataset.test_size},
        "excluded": [[one.name, one.reason] for one in ready.prepared.excluded],
        "threads_per_trial": space.threads_per_trial,
        "retrain_threads": space.retrain_threads or space.threads_per_trial,
        "deterministic": space.deterministic,
    }
