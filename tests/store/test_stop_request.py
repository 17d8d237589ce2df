from __future__ import annotations

import json

import pytest

from sweep.errors import InputError
from sweep.stop import Stop
from sweep.store import RunDirectory
from sweep.store.lock import RunLock, read_holder
from sweep.store.stop_request import request_stop, requested_stop


def test_the_process_that_runs_the_sweep_finds_what_it_is_asked_for(run: RunDirectory) -> None:
    with RunLock(run):
        assert requested_stop(run) is None
        assert request_stop(run, Stop.TRIALS) == read_holder(run)
        assert requested_stop(run) is Stop.TRIALS
        request_stop(run, Stop.EPOCHS)
        assert requested_stop(run) is Stop.EPOCHS


def test_a_run_that_nobody_runs_cannot_be_stopped(run: RunDirectory) -> None:
    with pytest.raises(InputError, match="digits-001 is not running"):
        request_stop(run, Stop.TRIALS)
    assert not run.stop_file.exists()


def test_one_that_was_killed_is_not_running_either(run: RunDirectory) -> None:
    run.lock_file.touch()
    run.holder_file.write_text('{"pid": 1, "host": "x", "since": "2026-01-01T00:00:00+00:00"}')
    with pytest.raises(InputError, match="is not running"):
        request_stop(run, Stop.TRIALS)


def test_a_request_goes_with_the_process_that_it_was_meant_for(run: RunDirectory) -> None:
    with RunLock(run):
        request_stop(run, Stop.EPOCHS)
    assert not run.stop_file.exists()


def test_one_that_came_too_late_does_not_stop_the_next_process(run: RunDirectory) -> None:
    with RunLock(run):
        request_stop(run, Stop.EPOCHS)
        late = run.stop_file.read_text()
    run.stop_file.write_text(late)
    with RunLock(run):
        assert not run.stop_file.exists()
        run.stop_file.write_text(late.replace(str(json.loads(late)["holder"]["pid"]), "1"))
        assert requested_stop(run) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"stop": "everything", "holder": null}', "\x00"])
def test_a_file_that_is_no_request_asks_for_nothing(text: str, run: RunDirectory) -> None:
    with RunLock(run):
        run.stop_file.write_text(text)
        assert requested_stop(run) is None
