from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sweep.executors.inline import InlineExecutor
from sweep.final.requests import RetrainEpoch
from sweep.final.runners import runner_here, runner_through
from sweep.stop import Stop, StopSignal


def retrain(request: Any) -> Iterator[Any]:
    for epoch in range(1, 4):
        yield RetrainEpoch(epoch, 3, {}, 0.5)
    yield "the end"


def epochs_until_the_end(events: Iterator[Any], seen: list[Any]) -> list[Any]:
    for event in events:
        seen.append(event)
    return seen


@pytest.mark.parametrize("asked", [None, Stop.TRIALS])
def test_a_request_is_done_to_its_end(asked: Stop | None) -> None:
    """No trial runs any more: to begin none is no reason to end this."""
    for runner in (
        runner_here(StopSignal(watch=lambda: asked)),
        runner_through(InlineExecutor(retrain), lambda: asked),
    ):
        assert len(epochs_until_the_end(runner(retrain, "request"), [])) == 4


def test_a_stop_by_another_process_waits_for_the_end_of_an_epoch_in_this_one() -> None:
    seen: list[Any] = []
    runner = runner_here(StopSignal(watch=lambda: Stop.EPOCHS if len(seen) == 2 else None))
    with pytest.raises(KeyboardInterrupt):
        epochs_until_the_end(runner(retrain, "request"), seen)
    assert [one.epoch for one in seen] == [1, 2]


def test_and_ends_a_worker() -> None:
    seen: list[Any] = []
    runner = runner_through(InlineExecutor(retrain), lambda: Stop.EPOCHS)
    with pytest.raises(KeyboardInterrupt):
        epochs_until_the_end(runner(retrain, "request"), seen)


def test_but_an_evaluation_whose_look_at_test_is_counted_ends_as_it_would() -> None:
    def evaluate(request: Any) -> Iterator[Any]:
        yield {"test": request}

    runner = runner_through(InlineExecutor(evaluate), lambda: Stop.EPOCHS)
    assert list(runner(evaluate, "scores")) == [{"test": "scores"}]
