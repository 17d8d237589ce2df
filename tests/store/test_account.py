from __future__ import annotations

import json

import pytest

from sweep.errors import InputError
from sweep.records import TrialLost, TrialState
from sweep.store.account import LOG_LINES, account_of


def test_a_trial_is_told_with_everything_that_was_asked_tried_and_told(run, store, fill):
    fill.ask(0, last_epoch=1, bracket=1, rung=0)
    fill.train(0, 1)
    fill.tell(0, 1)
    fill.ask(0, first_epoch=1, last_epoch=3, bracket=1, rung=1)
    fill.train(0, 2)
    fill.tell(0, 2, None, state=TrialState.FAILED, error="ValueError: no", traceback="Traceback\n  here")
    told = account_of(run, store, 0, live=False).to_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["id"], told["state"], told["seed"], told["error"]) == (0, "failed", 100, "ValueError: no")
    assert told["granted"] == [
        {"first_epoch": 0, "last_epoch": 1, "bracket": 1, "rung": 0},
        {"first_epoch": 1, "last_epoch": 3, "bracket": 1, "rung": 1},
    ]
    assert [(one["number"], one["outcome"], one["reason"]) for one in told["attempts_made"]] == [
        (1, "completed", None),
        (2, "failed", "ValueError: no"),
    ]
    assert [(one["epoch"], one["metrics"]) for one in told["epochs"]] == [
        (1, {"val_accuracy": 0.51}),
        (2, {"val_accuracy": 0.52}),
    ]
    assert (told["traceback"], told["logs"]) == ("Traceback\n  here", [])


def test_the_log_of_a_lost_worker_is_found_in_the_run_itself_with_its_last_lines(run, store, fill):
    log = run.logs / "worker-1-001.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    fill.ask(0)
    fill.train(0)
    store.record_lost(TrialLost(0, f"its worker was killed (log: /elsewhere/{log.name}): line 99"))
    (found,) = account_of(run, store, 0, live=False).logs
    assert found.path == log
    assert found.lines == tuple(f"line {number}" for number in range(100 - LOG_LINES, 100))
    log.unlink()
    assert account_of(run, store, 0, live=False).logs[0].lines == ()


def test_a_trial_that_waits_has_nothing_to_tell_yet(run, store, fill):
    fill.ask(0)
    account = account_of(run, store, 0, live=False)
    assert (account.result, account.traceback, account.attempts, account.epochs) == (None, None, (), ())


def test_there_must_be_such_a_trial(run, store, fill):
    fill.ask(0)
    with pytest.raises(InputError, match=r"there is no trial 7 in digits-001; its trials are 0 to 0"):
        account_of(run, store, 7, live=False)
