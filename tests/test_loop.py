from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import SweepFailed
from sweep.executors import inline
from sweep.executors.base import WorkerLost
from sweep.executors.inline import InlineExecutor
from sweep.loop import Ending, Limits, Loop
from sweep.records import KnownTraining, Proposal, TrialRequest, TrialResult, TrialState
from sweep.seeds import derive_seed
from sweep.stop import Stop, StopSignal
from sweep.store.store import Store
from tests.fakes import ListSearcher, Watcher, train


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "sweep.db", {"name": "x"}) as store:
        yield store


def proposal(trial: int, last: int = 2, first: int = 0) -> Proposal:
    return Proposal(trial, {"learning_rate": 0.1 * (trial + 1)}, first, last)


def drive(
    store: Store, tmp_path: Path, searcher: ListSearcher, function: Callable[..., Any] = train, **options: Any
) -> Ending:
    open_proposals = options.pop("open_proposals", ())
    executor = options.pop("executor", None) or InlineExecutor(function)
    loop = Loop(
        searcher,
        executor,
        store,
        seed_of=partial(derive_seed, 0, "trial"),
        checkpoints=tmp_path / "checkpoints",
        **options,
    )
    return loop.run(open_proposals)


def test_trains_what_is_asked_for_and_stores_and_tells_every_result(store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(0, 2), proposal(1, 3)])
    assert drive(store, tmp_path, searcher) is Ending.FINISHED
    assert [(one.id, one.state.value, one.epochs_trained) for one in store.trials()] == [
        (0, "completed", 2),
        (1, "completed", 3),
    ]
    assert [one.trial for one in searcher.told] == [0, 1]
    assert [one.epoch for one in store.epochs(1)] == [1, 2, 3]


def test_a_trial_is_told_its_seed_and_what_is_known_of_it(store: Store, tmp_path: Path) -> None:
    asked: list[tuple[int, KnownTraining | None]] = []

    def function(request: TrialRequest) -> Iterator[Any]:
        asked.append((request.seed, request.known))
        yield from train(request)

    known = KnownTraining((), 5)
    second = derive_seed(0, "trial", 1), proposal(1).config
    find = lambda seed, config: known if (seed, config) == second else None  # noqa: E731
    drive(store, tmp_path, ListSearcher([proposal(0), proposal(1)]), function, known=find)
    assert asked == [(derive_seed(0, "trial", 0), None), (derive_seed(0, "trial", 1), known)]
    assert store.seed(1) == derive_seed(0, "trial", 1)


def test_a_promotion_goes_on_with_the_same_trial(store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(0, 1), proposal(0, 3, first=1)], after=lambda index: index)
    drive(store, tmp_path, searcher)
    (record,) = store.trials()
    assert (record.budget, record.epochs_trained, record.attempts) == (3, 3, 2)


def test_observers_hear_what_the_store_has_just_been_told(store: Store, tmp_path: Path) -> None:
    watcher = Watcher()
    drive(store, tmp_path, ListSearcher([proposal(0, 2)]), observers=[watcher])
    assert watcher.seen == [("trial", 0, "running"), ("epoch", 0, 1), ("epoch", 0, 2), ("trial", 0, "completed")]


def test_and_it_is_on_disk_then(store: Store, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    class Another(Watcher):
        """What another process reads the moment that this one is told."""

        def trial(self, record: Any) -> None:
            with Store.open(tmp_path / "sweep.db", read_only=True) as reader:
                seen.append((reader.trial(record.id).state.value, len(reader.epochs(record.id))))

    drive(store, tmp_path, ListSearcher([proposal(0, 2)]), observers=[Another()])
    assert seen[-1] == ("completed", 2)
    assert seen[0][0] in ("running", "completed")


def test_seeds_come_from_sweep_seed_and_trial_number_alone(store: Store, tmp_path: Path) -> None:
    seeds: dict[int, set[int]] = {0: set(), 1: set()}

    def spy(request: TrialRequest) -> Iterator[Any]:
        seeds[request.trial].add(request.seed)
        return train(request)

    drive(store, tmp_path, ListSearcher([proposal(1), proposal(0, 1), proposal(0, 2, 1)], after=lambda i: i), spy)
    assert [len(found) for found in seeds.values()] == [1, 1]
    assert seeds[0] != seeds[1]


def test_what_was_asked_before_is_trained_first_and_asked_no_more(store: Store, tmp_path: Path) -> None:
    store.record_ask(proposal(5), seed=1)
    searcher = ListSearcher([proposal(6)])
    drive(store, tmp_path, searcher, open_proposals=[proposal(5)])
    assert [one.trial for one in searcher.told] == [5, 6]
    assert len([fact for fact in store.decisions()]) == 4


class LosingExecutor(InlineExecutor):
    """Loses the worker of each request so many times as `losses` says."""

    def __init__(self, losses: dict[int, int]) -> None:
        super().__init__(train)
        self.losses = losses

    def collect(self, timeout: float) -> list[tuple[Any, Any]]:
        if self._events is not None and self.losses.get(self._request.trial, 0) > 0:
            self.losses[self._request.trial] -= 1
            request = self._request
            self.stop()
            return [(request, WorkerLost("killed by SIGKILL", "the last\nlines of its log"))]
        return super().collect(timeout)


def test_a_trial_whose_worker_died_is_tried_again(store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(0), proposal(1)])
    drive(store, tmp_path, searcher, executor=LosingExecutor({0: 2}), limits=Limits(retries=2))
    assert [(one.state, one.attempts) for one in store.trials()] == [
        (TrialState.COMPLETED, 3),
        (TrialState.COMPLETED, 1),
    ]
    assert [one.outcome for one in store.attempts(0)] == ["lost", "lost", "completed"]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_worker_that_dies_with_its_result_given_is_no_matter(store: Store, tmp_path: Path, retries: int) -> None:
    class Dying(InlineExecutor):
        """Its worker dies between the last event of a request and its end."""

        def collect(self, timeout: float) -> list[tuple[Any, Any]]:
            found = super().collect(timeout)
            last = found[-1:] if found and isinstance(found[-1][1], TrialResult) else []
            return [*found, *((request, WorkerLost("killed by SIGKILL")) for request, _ in last)]

    searcher = ListSearcher([proposal(0), proposal(1)])
    drive(store, tmp_path, searcher, executor=Dying(train), limits=Limits(retries=retries))
    assert [(one.state, one.attempts) for one in store.trials()] == [(TrialState.COMPLETED, 1)] * 2
    assert [one.outcome for one in store.attempts(0)] == ["completed"]


def test_observers_hear_that_a_trial_is_tried_again(store: Store, tmp_path: Path) -> None:
    watcher = Watcher()
    executor = LosingExecutor({0: 9})
    drive(
        store,
        tmp_path,
        ListSearcher([proposal(0)]),
        executor=executor,
        limits=Limits(retries=1),
        observers=[watcher],
    )
    assert watcher.seen == [
        ("trial", 0, "running"),
        ("lost", 0, "killed by SIGKILL"),
        ("trial", 0, "running"),
        ("trial", 0, "failed"),
    ]


def test_and_fails_with_the_reason_when_it_has_no_tries_left(store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(0), proposal(1)])
    drive(store, tmp_path, searcher, executor=LosingExecutor({0: 9}), limits=Limits(retries=1))
    failed, fine = store.trials()
    assert (failed.state, failed.error, failed.attempts) == (TrialState.FAILED, "killed by SIGKILL", 2)
    assert searcher.told[0].traceback == "the last\nlines of its log"
    assert fine.state is TrialState.COMPLETED
    assert [one.state for one in searcher.told] == [TrialState.FAILED, TrialState.COMPLETED]


def test_a_stop_leaves_the_rest_unasked_and_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "BURST_SECONDS", 0)
    stop = StopSignal()

    def stopping(request: TrialRequest) -> Iterator[Any]:
        for event in train(request):
            stop.requested = True
            yield event

    searcher = ListSearcher([proposal(0), proposal(1)])
    assert drive(store, tmp_path, searcher, stopping, stop=stop) is Ending.STOPPED
    assert store.release_running() == [0]
    (record,) = store.trials()
    assert (record.state, [one.epoch for one in store.epochs(0)], searcher.told) == (TrialState.WAITING, [1], [])


def test_when_the_time_is_up_nothing_new_begins_and_what_runs_ends(store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(0), proposal(1)])
    assert drive(store, tmp_path, searcher, limits=Limits(seconds=0)) is Ending.OUT_OF_TIME
    assert (store.trials(), searcher.asked) == ([], 0)


def test_keeps_only_the_checkpoints_that_may_be_needed(store: Store, tmp_path: Path) -> None:
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()

    def saving(request: TrialRequest) -> Iterator[Any]:
        (checkpoints / f"trial-{request.trial:04}.ckpt").write_text("x")
        (checkpoints / f"trial-{request.trial:04}.ckpt.tmp").write_text("what a kill left behind")
        return train(request)

    kept: list[list[str]] = []

    class Listing(Watcher):
        def trial(self, record: Any) -> None:
            kept.append(sorted(path.name for path in checkpoints.iterdir()))

    searcher = ListSearcher([proposal(0, 1), proposal(1, 1), proposal(0, 2, 1)], after=lambda index: index)
    drive(store, tmp_path, searcher, saving, observers=[Listing()])
    assert "trial-0001.ckpt" not in kept[4]  # trial 1 has ended, trial 0 is trained on
    assert list(checkpoints.iterdir()) == []


def test_a_failed_trial_does_not_end_the_sweep(store: Store, tmp_path: Path) -> None:
    def failing(request: TrialRequest) -> Iterator[Any]:
        if request.trial == 0:
            yield TrialResult(0, TrialState.FAILED, 0, error="ValueError: no")
        else:
            yield from train(request)

    assert drive(store, tmp_path, ListSearcher([proposal(0), proposal(1)]), failing)
    assert [one.state.value for one in store.trials()] == ["failed", "completed"]


def failing_where(wrong: Callable[[int], str | None]) -> Callable[[TrialRequest], Iterator[Any]]:
    def function(request: TrialRequest) -> Iterator[Any]:
        state = wrong(request.trial)
        if state is None:
            yield from train(request)
        else:
            yield TrialResult(request.trial, TrialState(state), 0, error=f"ValueError: {request.trial % 2}")

    return function


def test_failures_in_a_row_end_the_sweep_and_name_the_common_cause(store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(trial) for trial in range(9)])
    with pytest.raises(SweepFailed, match="3 trials in a row failed, 2 of them with: ValueError: 0"):
        drive(store, tmp_path, searcher, failing_where(lambda trial: "failed"), limits=Limits(failures=3))
    assert len(store.trials()) == 3


def test_a_success_between_failures_begins_the_count_anew_and_what_diverged_or_was_skipped_does_not_count(
    store: Store, tmp_path: Path
) -> None:
    searcher = ListSearcher([proposal(trial) for trial in range(9)])
    states = ["failed", "failed", None, "failed", "diverged", "skipped", "skipped", "failed", None]
    assert drive(store, tmp_path, searcher, failing_where(lambda trial: states[trial]), limits=Limits(failures=3))
    assert len(searcher.told) == 9


@pytest.mark.parametrize("state", ["diverged", "skipped"])
def test_what_diverged_or_was_skipped_does_not_begin_the_count_anew(state: str, store: Store, tmp_path: Path) -> None:
    searcher = ListSearcher([proposal(trial) for trial in range(9)])
    states = ["failed", state, "failed", state, "failed", None]
    with pytest.raises(SweepFailed, match="3 trials in a row failed, 3 of them with: ValueError: 0"):
        drive(store, tmp_path, searcher, failing_where(lambda trial: states[trial]), limits=Limits(failures=3))
    assert len(searcher.told) == 5


def test_a_training_that_takes_too_long_fails_and_the_next_one_runs(store: Store, tmp_path: Path) -> None:
    def slow(request: TrialRequest) -> Iterator[Any]:
        for event in train(request):
            if request.trial == 0:
                time.sleep(0.05)
            yield event

    searcher = ListSearcher([proposal(0, 9), proposal(1)])
    assert drive(store, tmp_path, searcher, slow, limits=Limits(trial_seconds=0.08))
    overdue, fine = store.trials()
    assert (overdue.state, overdue.error) == (TrialState.FAILED, "took longer than trial_timeout, 0.08 seconds")
    assert (overdue.epochs_trained, fine.state) == (2, TrialState.COMPLETED)


def test_epochs_that_are_given_again_are_no_news(store: Store, tmp_path: Path) -> None:
    watcher = Watcher()
    searcher = ListSearcher([proposal(0, 1), proposal(0, 3, first=1)], after=lambda index: index)
    drive(store, tmp_path, searcher, observers=[watcher])  # the fake gives all epochs from the first again
    assert [fact for fact in watcher.seen if fact[0] == "epoch"] == [("epoch", 0, 1), ("epoch", 0, 2), ("epoch", 0, 3)]


def rungs() -> ListSearcher:
    """Two trials of one epoch, then both trained on to three, and one more."""
    proposals = [proposal(0, 1), proposal(1, 1), proposal(0, 3, first=1), proposal(1, 3, first=1), proposal(2, 3)]
    return ListSearcher(proposals, after=lambda index: index)


def asked_for_at(store: Store, epochs: int, asked: Stop) -> Callable[[], Stop | None]:
    """As if another process had asked once so many epochs were trained."""
    return lambda: asked if store.count_epochs() >= epochs else None


@pytest.mark.parametrize(("asked", "epochs"), [(Stop.TRIALS, 4), (Stop.EPOCHS, 3)])
def test_another_process_may_stop_it_with_the_running_trials_or_their_epochs(
    asked: Stop, epochs: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "BURST_SECONDS", 0)
    told: list[str] = []
    stop = StopSignal(lambda: told.append("epochs"), asked_for_at(store, 3, asked), lambda: told.append("trials"))
    assert drive(store, tmp_path, rungs(), stop=stop) is Ending.STOPPED
    assert (store.count_epochs(), told) == (epochs, [asked.value])
    assert store.release_running() == ([] if asked is Stop.TRIALS else [0])


@pytest.mark.parametrize("asked", list(Stop))
@pytest.mark.parametrize("epochs", range(8))
def test_a_table_after_a_stop_and_a_resume_is_that_of_a_sweep_that_was_never_stopped(
    asked: Stop, epochs: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "BURST_SECONDS", 0)
    with Store.create(tmp_path / "other.db", {"name": "x"}) as other:
        assert drive(other, tmp_path, rungs()) is Ending.FINISHED
        whole = other.digest()
    searcher = rungs()
    assert drive(store, tmp_path, searcher, stop=StopSignal(watch=asked_for_at(store, epochs, asked))) is Ending.STOPPED
    store.release_running()
    told = {(one.trial, one.epochs_trained) for one in searcher.told}
    pending = [one for one in searcher.proposals[: searcher.asked] if (one.trial, one.last_epoch) not in told]
    assert drive(store, tmp_path, searcher, open_proposals=pending) is Ending.FINISHED
    assert store.digest() == whole
