from __future__ import annotations

import contextlib
import sqlite3
import subprocess

import pytest

from sweep.errors import InputError, SweepFailed
from sweep.records import EpochReport, TrialLost, TrialState
from sweep.store import Store
from sweep.store.facts import Costs


def test_trials_come_by_id_whatever_order_they_were_asked_in(store, fill):
    for trial in (2, 0, 1):
        fill.ask(trial)
    assert [trial.id for trial in store.trials()] == [0, 1, 2]


def test_what_a_crash_left_running_is_shown_as_waiting_by_those_who_know(store, fill):
    fill.ask(0)
    fill.train(0, 1)
    fill.ask(1)
    fill.tell(1)
    assert [trial.state for trial in store.trials(live=False)] == ["waiting", "completed"]
    assert store.trial(0, live=False).state is TrialState.WAITING
    assert [trial.state for trial in store.trials()] == ["running", "completed"]


def test_a_finished_trial_shows_the_epochs_of_the_attempt_that_gave_its_result(store, fill):
    fill.ask(0)
    fill.train(0, 1, 2)
    store.record_lost(TrialLost(0, "killed"))
    fill.train(0, 1)
    fill.tell(0, 1, None, state=TrialState.FAILED, error="out of memory")
    assert store.trial(0).epochs_trained == 1
    assert store.trial(0).metrics == {"val_accuracy": 0.51}
    assert [report.epoch for report in store.epochs(0)] == [1, 2]


def test_an_unchanged_trial_is_the_same_record_and_a_changed_one_is_not(store, fill):
    fill.ask(0)
    fill.ask(1)
    before = store.trials()
    fill.tell(1)
    after = store.trials()
    assert after[0] is before[0]
    assert (before[1].state, after[1].state) == (TrialState.WAITING, TrialState.COMPLETED)


def test_all_epochs_are_those_of_each_trial(store, fill):
    for trial, epochs in ((1, (1, 2)), (0, (1,)), (2, ())):
        fill.ask(trial)
        fill.train(trial, *epochs)
    assert store.all_epochs() == {0: store.epochs(0), 1: store.epochs(1)}
    assert [report.epoch for report in store.epochs(1)] == [1, 2]
    assert store.epochs(2) == []


def test_an_unknown_trial_is_an_input_error_that_names_the_known_ones(store, fill):
    with pytest.raises(InputError, match="there is no trial 3 in digits-001, which has no trials yet"):
        store.trial(3)
    fill.ask(0)
    fill.ask(1)
    with pytest.raises(InputError, match="there is no trial 3 in digits-001; its trials are 0 to 1"):
        store.trial(3)
    with pytest.raises(InputError, match="there is no trial 3"):
        store.seed(3)


READER = """
import sys
from pathlib import Path
from sweep.store import Store
from sweep.store.facts import Costs
with Store.open(Path(sys.argv[1]), read_only=True) as store:
    for line in sys.stdin:
        print(len(store.epochs(0)), store.trial(0).state, flush=True)
"""


def test_another_process_reads_while_the_sweep_is_written(run, store, fill, python):
    fill.ask(0)
    command = [*python, READER, run.database]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:

        def seen() -> str:
            reader.stdin.write("look\n")
            reader.stdin.flush()
            return reader.stdout.readline().strip()

        assert seen() == "0 waiting"
        fill.train(0, 1)
        assert seen() == "1 running"
        store.record_epoch(EpochReport(0, 2, {}, 0.1))
        assert seen() == "2 running"
        fill.tell(0)
        assert seen() == "2 completed"
        reader.stdin.close()


def test_a_snapshot_is_of_one_moment(run, store, fill):
    fill.ask(0)
    with Store.open(run.database, read_only=True) as reader:
        with reader.snapshot():
            assert len(reader.trials()) == 1
            fill.ask(1)
            assert len(reader.decisions()) == 1
        assert len(reader.decisions()) == 2


def test_costs_are_those_of_trainings_that_ended_and_of_later_epochs(store, fill):
    assert store.costs() == Costs()
    fill.ask(0, last_epoch=2)
    fill.train(0, 1, 2, seconds=0.5)
    fill.tell(0)
    fill.ask(0, last_epoch=4, first_epoch=2)
    fill.train(0, 3, 4, seconds=0.25)
    fill.tell(0, epochs=4)
    fill.ask(1)
    fill.train(1, 1)
    costs = store.costs()
    assert (costs.trainings, costs.epochs, costs.later_epochs, costs.later_seconds) == (2, 4, 2, 0.75)
    assert 0 <= costs.seconds < 5
    assert store.count_epochs() == 5
    assert [(one.trial, one.epochs_trained) for one in store.results()] == [(0, 2), (0, 4)]


def lose(run, sql):
    """As somebody who edits the file by hand would."""
    with contextlib.closing(sqlite3.connect(run.database)) as connection:
        connection.execute(sql)
        connection.commit()


@pytest.mark.parametrize("table", ["ask", "tell", "epoch", "attempt"])
def test_a_fact_of_a_trial_that_is_not_there_is_damage(run, store, fill, table):
    fill.ask(0)
    fill.ask(1)
    fill.train(1, 1)
    fill.tell(1, epochs=1)
    for other in {"ask", "tell", "epoch", "attempt"} - {table}:
        lose(run, f"DELETE FROM {other} WHERE trial = 1")
    lose(run, "DELETE FROM trial WHERE id = 1")
    with pytest.raises(SweepFailed, match="trial 1 is missing; the store is damaged"):
        store.trials()


def test_a_result_without_its_proposal_is_damage(run, store, fill):
    fill.ask(0)
    fill.train(0, 1)
    fill.tell(0, epochs=1)
    fill.ask(0, first_epoch=1)
    lose(run, "DELETE FROM ask WHERE first_epoch = 0")
    with pytest.raises(SweepFailed, match="a result of trial 0 answers no proposal; the store is damaged"):
        store.decisions()


def test_hits_are_of_one_epoch_and_replaced_with_it(store, fill):
    fill.ask(0)
    fill.train(0)
    store.record_epoch(EpochReport(0, 1, {"loss": 1.0}, 0.5, b"\x80\x01"))
    store.record_epoch(EpochReport(0, 2, {"loss": 0.5}, 0.5))
    assert (store.hits(0, 1), store.hits(0, 2), store.hits(0, 3), store.hits(1, 1)) == (b"\x80\x01", None, None, None)
    assert (
        store.epochs(0)
        == store.all_epochs()[0]
        == [
            EpochReport(0, 1, {"loss": 1.0}, 0.5),
            EpochReport(0, 2, {"loss": 0.5}, 0.5),
        ]
    )
    store.record_epoch(EpochReport(0, 1, {"loss": 1.0}, 0.5, b"\xff\x01"))
    assert store.hits(0, 1) == b"\xff\x01"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ("{}", r"has no 'seconds' in its event 'searched'"),
        ("[1]", r"event searched: \[1\] is no payload"),
        ("{", "JSONDecodeError"),
    ],
)
def test_an_event_without_what_its_kind_has_is_damage(run, store, payload, message):
    store.record_event("searched", seconds=1.0)
    lose(run, f"UPDATE event SET payload = '{payload}'")
    with pytest.raises(SweepFailed, match=f"sweep.db: {message}.*; the store is damaged"):
        [event.payload["seconds"] for event in store.events()]


def test_a_trial_number_beyond_all_others_is_damage_found_at_once(run, store, fill):
    """Whoever counted up to it would need gigabytes."""
    fill.ask(0)
    fill.train(0, 1)
    lose(run, "UPDATE epoch SET trial = 99999999999")
    with pytest.raises(SweepFailed, match="trial 1 is missing; the store is damaged"):
        store.trials()
