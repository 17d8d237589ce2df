from __future__ import annotations

import os
import signal
import threading

import pytest

from sweep.stop import Stop, StopSignal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_only_asks_for_a_stop(number: int) -> None:
    with StopSignal() as stop:
        assert not stop.requested
        os.kill(os.getpid(), number)
        assert stop.requested


def test_the_second_one_stops_now() -> None:
    with StopSignal(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)


def test_handlers_are_as_they_were_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with StopSignal():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_outside_the_main_thread_it_catches_nothing() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def enter() -> None:
        with StopSignal():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]


def test_another_process_may_ask_for_the_same() -> None:
    asked: list[Stop | None] = [None, Stop.EPOCHS, Stop.EPOCHS]
    told: list[str] = []
    stop = StopSignal(lambda: told.append("stopping"), lambda: asked.pop(0), lambda: told.append("winding down"))
    stop.look()
    assert (stop.requested, told) == (False, [])
    stop.look()
    stop.look()
    assert (stop.requested, stop.winding_down, told) == (True, False, ["stopping"])


def test_or_that_nothing_more_be_begun_and_then_for_more() -> None:
    asked: list[Stop | None] = [Stop.TRIALS, Stop.TRIALS, Stop.EPOCHS]
    told: list[str] = []
    stop = StopSignal(lambda: told.append("stopping"), lambda: asked.pop(0), lambda: told.append("winding down"))
    stop.look()
    stop.look()
    assert (stop.requested, stop.winding_down) == (False, True)
    stop.look()
    assert (stop.requested, told) == (True, ["winding down", "stopping"])


def test_ctrl_c_after_such_a_request_stops_now() -> None:
    with StopSignal(watch=lambda: Stop.EPOCHS) as stop, pytest.raises(KeyboardInterrupt):
        stop.look()
        os.kill(os.getpid(), signal.SIGINT)
