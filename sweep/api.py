"""A whole sweep, from definition to test accuracy: what the command line calls, and anyone from Python."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.environment import describe_environment
from sweep.errors import InputError, Interrupted, SweepError, SweepFailed
from sweep.final.metrics_file import read_metrics
from sweep.observers import Reporter
from sweep.result import SweepResult, read_result
from sweep.space.definition import Space
from sweep.store import labels
from sweep.store.known import Known
from sweep.store.layout import DEFAULT_RUNS_DIR, RunDirectory, find_run, require_free
from sweep.store.lock import RunLock
from sweep.store.state import search_has_ended
from sweep.store.store import Store
from sweep.text import counted, one_line, os_error_line

if TYPE_CHECKING:
    from sweep.executors.launch import Launcher
    from sweep.preparation import Ready
    from sweep.session import Session


def run(
    space: Space,
    *,
    runs_dir: str | Path = DEFAULT_RUNS_DIR,
    name: str | None = None,
    workers: int | None = None,
    trials_per_gpu: int = 1,
    retrain: bool = True,
    warm_start: str | None = None,
    reporter: Reporter | None = None,
) -> SweepResult:
    """Run a new sweep: search, then retrain the winner and evaluate it on test, unless `retrain` is False.

    `name` is the run directory's; left out, the space's name with the next free number. `workers` processes train at
    a time (0: in this process; left out: as many as the machine has room for), `trials_per_gpu` of them on a graphics
    card, and change nothing but how long it takes. `warm_start` names an earlier run, whose best configurations are
    tried first; what would be the same training is taken over from it. Raises InputError before anything is written,
    SweepFailed where no trial succeeds, Interrupted after Ctrl-C.
    """
    from sweep.new_run import new_run

    reporter = reporter or Reporter()
    if name is not None:
        require_free(Path(runs_dir), name)  # before minutes go into reading images
    earlier = None if warm_start is None else find_run(Path(runs_dir), warm_start)
    if earlier is not None:
        space = _warm_started(space, earlier, reporter)
    with _launcher(space, workers) as launcher:
        from sweep.session import Session

        ready = _get_ready(space, workers, reporter)
        reporter.ready(ready)
        known = [] if earlier is None else _known_trainings(earlier, ready, reporter)
        directory = new_run(Path(runs_dir), name, ready)
        with _held(directory), Store.open(directory.database) as store:
            store.record_known(known)
            _search_and_finish(Session(directory, store, ready, workers, launcher, reporter, trials_per_gpu), retrain)
    return open(directory.name, runs_dir=runs_dir)


def resume(
    name: str | None = None,
    *,
    runs_dir: str | Path = DEFAULT_RUNS_DIR,
    workers: int | None = None,
    trials_per_gpu: int = 1,
    retrain: bool = True,
    overrides: Sequence[str] = (),
    retry: Sequence[int] | None = None,
    reporter: Reporter | None = None,
) -> SweepResult:
    """Go on with a sweep that was stopped or killed (the latest, where no name is given). What is finished stays, and
    where all is, nothing is done.

    `overrides` may raise `search.max_trials` and `search.max_time`, as `key=value`; `retry` names failed trials to try
    again, none: all. Raises InputError where they say anything else, where there is no such sweep, where another
    process runs it, or where its data or its definition has changed.
    """
    from sweep.retrying import trials_to_retry
    from sweep.run_definition import limits_to_raise

    reporter = reporter or Reporter()
    with _begun(name, runs_dir) as (directory, store, space):
        again = [] if retry is None else trials_to_retry(directory, store, space, retry)
        if overrides or again or not _is_done(directory, store):
            limits = limits_to_raise(store, space, overrides)
            with _launcher(space, workers) as launcher:
                from sweep.session import Session

                ready = _ready_again(directory, store, space, workers, reporter)
                if limits is not None:
                    store.record_limits_raised(limits)
                store.retry(again)
                reporter.ready(ready)
                _search_and_finish(
                    Session(directory, store, ready, workers, launcher, reporter, trials_per_gpu), retrain
                )
    return open(directory.name, runs_dir=runs_dir)


def retrain_best(
    name: str | None = None,
    *,
    runs_dir: str | Path = DEFAULT_RUNS_DIR,
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> SweepResult:
    """Retrain the winner on train and validation and evaluate it on test, again if it has been done before.

    Raises InputError where the search has not come to its end: which trial wins is not known yet.
    """
    reporter = reporter or Reporter()
    with _begun(name, runs_dir) as (directory, store, space), _launcher(space, workers) as launcher:
        from sweep.session import Session

        ready = _ready_again(directory, store, space, workers, reporter)
        if not search_has_ended(store):
            raise InputError(
                f"the search of {directory.name} has not ended yet; go on with: {directory.command('resume')}"
            )
        Session(directory, store, ready, workers, launcher, reporter).finalize()
    return open(directory.name, runs_dir=runs_dir)


def evaluate(
    name: str | None = None,
    *,
    runs_dir: str | Path = DEFAULT_RUNS_DIR,
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> SweepResult:
    """Evaluate the saved final model on test once more; this look is counted, too."""
    reporter = reporter or Reporter()
    with _begun(name, runs_dir) as (directory, store, space), _launcher(space, workers) as launcher:
        from sweep.session import Session

        ready = _ready_again(directory, store, space, workers, reporter)
        Session(directory, store, ready, workers, launcher, reporter).evaluate_again()
    return open(directory.name, runs_dir=runs_dir)


def open(name: str | None = None, *, runs_dir: str | Path = DEFAULT_RUNS_DIR) -> SweepResult:  # read as `sweep.open`
    """A sweep as it stands: its trials, winner, digest and test metrics. The latest, where no name is given."""
    directory = find_run(Path(runs_dir), name)
    with Store.open(directory.database, read_only=True) as store:
        return read_result(directory, store)


def _warm_started(space: Space, earlier: RunDirectory, reporter: Reporter) -> Space:
    from sweep.analysis.warm_start import warm_start

    with Store.open(earlier.database, read_only=True) as store, store.snapshot():
        result = read_result(earlier, store)
        found = warm_start(space, result, {trial.id: store.seed(trial.id) for trial in result.trials})
    reporter.note(found.told(earlier.name))
    return found.space


def _known_trainings(earlier: RunDirectory, ready: Ready, reporter: Reporter) -> list[Known]:
    """Those that the new run need not do again; read wholly before there is one."""
    from sweep.analysis.known_trainings import find_known, why_anew

    with Store.open(earlier.database, read_only=True) as store, store.snapshot():
        reason = why_anew(ready, describe_environment(), earlier, store)
        known = [] if reason else list(find_known(ready.space, earlier, store))
    if reason:
        reporter.note(f"they are trained anew: {reason}")
    else:
        reporter.note(f"{counted(len(known), 'training')} of {earlier.name} need not be done again, as far as they go")
    return known


def _search_and_finish(session: Session, retrain: bool) -> None:
    session.search()
    if retrain and not session.has_answer:
        session.finalize()
    else:
        session.finish()


def _is_done(directory: RunDirectory, store: Store) -> bool:
    """Whether the answer is there and nothing was begun since: not even the images are needed any more."""
    kinds = [event.kind for event in store.events() if event.kind not in labels.EVENTS]
    return kinds[-1:] == ["finished"] and read_metrics(directory) is not None


@contextlib.contextmanager
def _launcher(space: Space, workers: int | None) -> Iterator[Launcher]:
    """What starts the workers. A fork server imports what they need at once, while the images are made ready."""
    from sweep.executors.fork_server import ForkServer, is_available
    from sweep.executors.launch import FreshInterpreters
    from sweep.final.work import can_be_lean, preload
    from sweep.trial.environment import runtime_environment

    if workers == 0 or not is_available():
        yield FreshInterpreters()
        return
    what = functools.partial(preload, can_be_lean(space))
    with ForkServer(what, runtime_environment(space.threads_per_trial)) as server:
        yield server


def _get_ready(space: Space, workers: int | None, reporter: Reporter, images: str | None = None) -> Ready:
    from sweep.preparation import get_ready

    if workers == 0:  # before anything else starts TensorFlow with another number of threads
        from sweep.trial.runtime import configure_runtime

        configure_runtime(space.threads_per_trial, space.deterministic)
    return get_ready(space, reporter.data, images)


@contextlib.contextmanager
def _begun(name: str | None, runs_dir: str | Path) -> Iterator[tuple[RunDirectory, Store, Space]]:
    """An existing sweep, held, with the space that it began with."""
    from sweep.run_definition import first_space, require_unedited

    directory = find_run(Path(runs_dir), name)
    with _held(directory), Store.open(directory.database) as store:
        space = first_space(directory, store)
        require_unedited(directory, space)
        yield directory, store, space


def _ready_again(directory: RunDirectory, store: Store, space: Space, workers: int | None, reporter: Reporter) -> Ready:
    """With the images and the code that the sweep began with; InputError where they are others."""
    store.trials()  # what is damaged is found out before anything is written to it
    ready = _get_ready(space, workers, reporter, store.facts["dataset_digest"])
    if store.facts.get("code", ready.code) != ready.code:
        raise InputError(
            f"the file of {space.model} was edited since {directory.name} began: results before and after would not "
            "belong together; undo that, or begin anew with `sweep run`"
        )
    return ready


@contextlib.contextmanager
def _held(directory: RunDirectory) -> Iterator[None]:
    """Nobody else runs the sweep meanwhile; a fault leaves its traceback in the run's logs, Ctrl-C says how to go on,
    and so does a reader of the output that has gone."""
    from sweep.parting import parting

    with RunLock(directory), _terminable():
        try:
            yield
        except (KeyboardInterrupt, BrokenPipeError) as exc:
            raise Interrupted(parting(directory)) from exc
        except (InputError, Interrupted):
            raise
        except SweepError:
            _keep_traceback(directory)
            raise
        except Exception as exc:
            log = _keep_traceback(directory)
            told = os_error_line(exc) if isinstance(exc, OSError) else one_line(exc)
            raise SweepFailed(f"{told}{log}; go on with: {directory.command('resume')}") from exc


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM is Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _keep_traceback(directory: RunDirectory) -> str:
    """Where it is, in brackets; nothing where a full disk, of which the user hears anyway, has no room for it."""
    log = directory.logs / "error.log"
    try:
        directory.logs.mkdir(exist_ok=True)
        log.write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return ""
    return f" (traceback: {log})"
