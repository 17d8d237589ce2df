"""Where a request of `final` is done, and how a user stops it: in this process, or in one of an executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sweep.executors.base import Executor, Function
from sweep.final.finalize import Runner, inline
from sweep.final.requests import RetrainEpoch
from sweep.stop import Stop, StopSignal


def runner_here(stop: StopSignal) -> Runner:
    """In this process. A stop waits for the end of an epoch: raised at any moment, TensorFlow may swallow it."""
    return partial(_here, stop)


def runner_through(executor: Executor, asked_to_stop: Callable[[], Stop | None]) -> Runner:
    """In a process of the executor; raises KeyboardInterrupt where another process asks for the end of all training."""
    return partial(_through, executor, asked_to_stop)


def _here(stop: StopSignal, function: Function, request: Any) -> Iterator[Any]:
    for event in inline(function, request):
        yield event
        stop.look()
        if stop.requested and isinstance(event, RetrainEpoch):
            raise KeyboardInterrupt


def _through(
    executor: Executor, asked_to_stop: Callable[[], Stop | None], function: Function, request: Any
) -> Iterator[Any]:
    executor.submit(request)
    while executor.busy:
        for _, event in executor.collect(1.0):
            yield event
            # Not in an evaluation: its look at test is counted, and its end is near.
            if isinstance(event, RetrainEpoch) and asked_to_stop() is Stop.EPOCHS:
                raise KeyboardInterrupt
