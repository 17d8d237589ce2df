from __future__ import annotations

import math
import os
import signal
import sqlite3
import subprocess
import threading
from datetime import datetime

import pytest

from sweep.errors import InputError
from sweep.records import EpochReport, LimitsRaised, Proposal, TrialLost, TrialRecord, TrialResult, TrialState
from sweep.store import Attempt, Store, search_has_ended


def test_facts_come_back_as_they_were_given(run):
    facts = {"name": "digits-001", "seed": 0, "objective": {"metric": "val_loss", "direction": "min"}, "ratio": 0.1}
    with Store.create(run.database, facts) as store:
        assert {name: store.facts[name] for name in facts} == facts
        assert datetime.fromisoformat(store.facts["created"]).tzinfo is not None
    with Store.open(run.database) as store:
        assert {name: store.facts[name] for name in facts} == facts


def test_a_given_time_of_creation_is_kept(run):
    with Store.create(run.database, {"created": "2024-01-01T00:00:00+00:00"}) as store:
        assert store.facts == {"created": "2024-01-01T00:00:00+00:00"}


def test_an_existing_store_is_never_written_over(run, fill):
    fill.ask(0)
    with pytest.raises(InputError, match="exists already; go on with it: sweep resume digits-001"):
        Store.create(run.database, {})
    assert len(fill.store.trials()) == 1


def test_creation_starts_afresh_after_one_that_was_cut_short(run):
    (run.root / "sweep.db.new").write_bytes(b"half a store")
    (run.root / "sweep.db.new-journal").write_bytes(b"half a journal")
    with Store.create(run.database, {"seed": 7}) as store:
        assert store.facts["seed"] == 7
    assert sorted(path.name for path in run.root.iterdir() if path.is_file()) == ["sweep.db"]


def test_a_new_trial_waits(store, fill):
    fill.ask(0, last_epoch=3, bracket=2, rung=0)
    assert store.trials() == [
        TrialRecord(
            id=0,
            state=TrialState.WAITING,
            config={"learning_rate": 0.001, "optimizer": "adam"},
            budget=3,
            bracket=2,
            rung=0,
        )
    ]
    assert store.seed(0) == 100


def test_a_started_trial_runs_and_shows_how_far_it_is(store, fill):
    fill.ask(0, last_epoch=3)
    fill.train(0, 1, 2)
    trial = store.trial(0)
    assert (trial.state, trial.epochs_trained, trial.attempts) == (TrialState.RUNNING, 2, 1)
    assert trial.metrics == {"val_accuracy": 0.52}
    assert trial.objective is None


def test_a_result_ends_the_attempt_the_trial_and_the_ask(store, fill):
    proposal = fill.ask(0)
    fill.train(0, 1, 2)
    result = fill.tell(0, parameter_count=1234)
    assert store.trial(0) == TrialRecord(
        id=0,
        state=TrialState.COMPLETED,
        config={"learning_rate": 0.001, "optimizer": "adam"},
        budget=2,
        epochs_trained=2,
        best_epoch=2,
        objective=0.52,
        metrics={"val_accuracy": 0.52},
        attempts=1,
        seconds=0.5,
        parameter_count=1234,
    )
    (attempt,) = store.attempts(0)
    assert (attempt.number, attempt.outcome, attempt.reason) == (1, "completed", None)
    assert attempt.started <= attempt.ended
    assert store.decisions() == [proposal, result]


def test_a_failed_trial_keeps_its_error_and_traceback(store, fill):
    fill.ask(0)
    fill.train(0)
    result = fill.tell(0, 0, None, state=TrialState.FAILED, error="ValueError: no", traceback="Traceback ...\n  no")
    assert (store.trial(0).state, store.trial(0).error) == (TrialState.FAILED, "ValueError: no")
    assert store.attempts(0)[0].reason == "ValueError: no"
    assert store.decisions()[1] == result


def test_a_failed_trial_that_is_asked_for_again_waits_without_its_old_error(store, fill):
    fill.ask(0)
    fill.tell(0, 0, None, state=TrialState.FAILED, error="ValueError: no")
    fill.ask(0, last_epoch=4)
    assert (store.trial(0).state, store.trial(0).error) == (TrialState.WAITING, None)
    assert store.decisions()[1].error == "ValueError: no"


def test_an_error_that_is_no_unicode_is_kept_readable(store, fill):
    fill.ask(0)
    fill.tell(0, state=TrialState.FAILED, error="cannot open caf\udce9.png")
    assert store.trial(0).error == "cannot open caf\\udce9.png"


def test_a_promotion_waits_again_with_what_is_known_and_keeps_its_seed(store, fill):
    fill.ask(0, last_epoch=2, bracket=1, rung=0)
    fill.train(0, 1, 2)
    fill.tell(0)
    store.record_ask(Proposal(0, {"learning_rate": 0.001, "optimizer": "adam"}, 2, 6, bracket=1, rung=1), seed=999)
    trial = store.trial(0)
    assert (trial.state, trial.budget, trial.rung, trial.bracket) == (TrialState.WAITING, 6, 1, 1)
    assert (trial.epochs_trained, trial.best_epoch, trial.objective) == (2, 2, 0.52)
    assert store.seed(0) == 100
    fill.train(0, 3)
    assert (store.trial(0).state, store.trial(0).epochs_trained, store.trial(0).attempts) == (TrialState.RUNNING, 3, 2)


def test_attempts_are_numbered_over_the_whole_life_of_a_trial(store, fill):
    fill.ask(0)
    assert store.start_attempt(0) == 1
    store.record_lost(TrialLost(0, "killed by signal 9"))
    assert store.start_attempt(0) == 2
    fill.tell(0)
    fill.ask(0, first_epoch=2, last_epoch=6)
    assert store.start_attempt(0) == 3
    assert [attempt.outcome for attempt in store.attempts(0)] == ["lost", "completed", None]


def test_a_lost_trial_waits_and_its_attempt_says_why(store, fill):
    fill.ask(0)
    fill.train(0, 1)
    store.record_lost(TrialLost(0, "killed by signal 9"))
    trial = store.trial(0)
    assert (trial.state, trial.epochs_trained, trial.error) == (TrialState.WAITING, 1, None)
    (attempt,) = store.attempts(0)
    assert isinstance(attempt, Attempt)
    assert (attempt.outcome, attempt.reason) == ("lost", "killed by signal 9")


def test_a_trial_may_be_given_up_after_its_last_attempt_was_lost(store, fill):
    fill.ask(0)
    fill.train(0, 1)
    store.record_lost(TrialLost(0, "killed by signal 9"))
    fill.tell(0, 1, None, state=TrialState.FAILED, error="its worker died 3 times")
    assert store.trial(0).state is TrialState.FAILED
    assert [attempt.outcome for attempt in store.attempts(0)] == ["lost"]


def test_running_trials_are_released_after_a_crash(store, fill):
    for trial in range(4):
        fill.ask(trial)
    fill.train(3, 1)
    fill.train(1)
    fill.train(0, 1, 2)
    fill.tell(0)
    assert store.release_running() == [1, 3]
    assert [trial.state for trial in store.trials()] == ["completed", "waiting", "waiting", "waiting"]
    assert [store.attempts(trial)[0].outcome for trial in (0, 1, 3)] == ["completed", "interrupted", "interrupted"]
    assert store.release_running() == []


def test_an_epoch_trained_again_replaces_its_row(store, fill):
    fill.ask(0)
    fill.train(0, 1, 2, seconds=1.0)
    store.record_lost(TrialLost(0, "killed"))
    fill.train(0, 2, seconds=0.5)
    assert store.epochs(0) == [
        EpochReport(0, 1, {"val_accuracy": 0.51}, 1.0),
        EpochReport(0, 2, {"val_accuracy": 0.52}, 0.5),
    ]
    assert store.trial(0).seconds == 1.5


def test_a_configuration_keeps_the_type_of_every_value(store, fill):
    config = {"flag": True, "count": 1, "rate": 1.0, "text": "1", "no": False, "tiny": 5e-324, "big": 2**60}
    fill.ask(0, config=config)
    read = store.trial(0).config
    assert read == config
    assert [type(value) for value in read.values()] == [type(value) for value in config.values()]
    assert list(read) == list(config)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf])
def test_floats_come_back_to_the_bit(store, fill, value):
    fill.ask(0, config={"x": value if math.isfinite(value) else 0.0})
    store.record_epoch(EpochReport(0, 1, {"loss": value}, 0.1))
    fill.tell(0, 1, objective=value)
    read = [
        store.trial(0).config["x"] or value,
        store.trial(0).metrics["loss"],
        store.trial(0).objective,
        store.epochs(0)[0].metrics["loss"],
        store.decisions()[1].objective,
    ]
    assert [number.hex() for number in read] == [value.hex()] * 5


def test_nan_and_missing_metrics_stay_apart(store, fill):
    fill.ask(0)
    store.record_epoch(EpochReport(0, 1, {"loss": math.nan, "val_auc": None}, 0.1))
    fill.tell(0, 1, objective=math.nan, state=TrialState.DIVERGED)
    metrics = store.trial(0).metrics
    assert math.isnan(metrics["loss"])
    assert metrics["val_auc"] is None
    assert math.isnan(store.trial(0).objective)


def test_decisions_keep_their_order(store, fill):
    first, second = fill.ask(0), fill.ask(1)
    told = fill.tell(1, objective=0.25)
    third = fill.ask(2)
    promoted = fill.ask(1, first_epoch=2, last_epoch=6)
    told_too = fill.tell(0, objective=0.75)
    assert store.decisions() == [first, second, told, third, promoted, told_too]


def test_a_result_is_written_whole_or_not_at_all(store, fill):
    fill.ask(0)
    fill.train(0, 1)
    with pytest.raises(sqlite3.ProgrammingError):
        store.record_result(TrialResult(0, TrialState.COMPLETED, 1, parameter_count=object()))
    assert store.trial(0).state is TrialState.RUNNING
    assert store.attempts(0)[0].ended is None
    assert len(store.decisions()) == 1


def test_nothing_is_run_twice(store, fill):
    fill.ask(0)
    fill.train(0, 1)
    with pytest.raises(sqlite3.IntegrityError):
        store.start_attempt(0)
    fill.tell(0, 1)
    with pytest.raises(ValueError, match="trial 0 is not asked for, or finished already"):
        store.start_attempt(0)
    with pytest.raises(ValueError, match="trial 0 is not asked for, or finished already"):
        fill.tell(0, 1)
    with pytest.raises(ValueError, match="trial 1 is not asked for"):
        fill.tell(1, 1)
    assert len(store.decisions()) == 2


def test_a_trial_has_one_configuration(fill):
    fill.ask(0)
    with pytest.raises(ValueError, match="trial 0 was asked for again with another configuration"):
        fill.ask(0, config={"learning_rate": 0.5})


def test_an_epoch_of_no_trial_is_refused(store):
    with pytest.raises(sqlite3.IntegrityError):
        store.record_epoch(EpochReport(5, 1, {}, 0.1))


def test_events_keep_order_and_payload(store):
    store.record_event("started", workers=2, host="here")
    store.record_event("evaluated", accuracy=0.97)
    store.record_event("started", workers=1)
    assert [(event.kind, event.payload) for event in store.events()] == [
        ("started", {"workers": 2, "host": "here"}),
        ("evaluated", {"accuracy": 0.97}),
        ("started", {"workers": 1}),
    ]
    assert [event.payload["workers"] for event in store.events("started")] == [2, 1]
    assert [event.seq for event in store.events()] == [1, 2, 3]
    assert datetime.fromisoformat(store.events()[0].time) <= datetime.fromisoformat(store.events()[2].time)


def test_a_store_belongs_to_one_thread(store):
    caught: list[BaseException] = []

    def use() -> None:
        try:
            store.trials()
        except BaseException as exc:
            caught.append(exc)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert isinstance(caught[0], sqlite3.ProgrammingError)


WRITER = """
import sys
from pathlib import Path
from sweep.records import EpochReport
from sweep.store import Store
store = Store.open(Path(sys.argv[1]))
store.start_attempt(0)
for epoch in range(1, 100_000):
    store.record_epoch(EpochReport(0, epoch, {"loss": 1.0 / epoch}, 0.001))
    print(epoch, flush=True)
"""


def test_what_was_written_survives_the_kill_of_the_writer(run, store, fill, python):
    fill.ask(0)
    store.close()
    writer = subprocess.Popen([*python, WRITER, run.database], stdout=subprocess.PIPE, text=True)
    for _ in range(20):
        writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    written = [20, *map(int, writer.stdout.read().split())][-1]
    writer.wait()
    with Store.open(run.database) as store:
        epochs = store.epochs(0)
        assert len(epochs) in (written, written + 1)  # killed after writing the last, perhaps, and before saying so
        assert epochs[19] == EpochReport(0, 20, {"loss": 0.05}, 0.001)
        assert store.release_running() == [0]


def test_raised_limits_stand_among_the_decisions_where_they_were_raised(store, fill):
    assert store.limits_raised() is None
    first = fill.ask(0)
    limits = LimitsRaised(max_trials=40, max_time=None)
    store.record_limits_raised(limits)
    fill.train(0, 1, 2)
    told = fill.tell(0)
    higher = LimitsRaised(max_trials=40, max_time=3600.0)
    store.record_limits_raised(higher)
    assert store.decisions() == [first, limits, told, higher]
    assert store.limits_raised() == higher


def test_a_raised_limit_opens_a_search_that_had_ended(store, fill):
    assert not search_has_ended(store)
    store.record_event("search_finished")
    assert search_has_ended(store)
    store.record_limits_raised(LimitsRaised(40, None))
    assert not search_has_ended(store)
    store.record_event("search_finished")
    assert search_has_ended(store)
