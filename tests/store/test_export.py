from __future__ import annotations

import csv
import json
import math

import pytest

from sweep.errors import SweepFailed
from sweep.records import EpochReport, TrialState
from sweep.store import Store
from sweep.store.export import trials_as_json, write_tables


def strictly(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_a_trial_as_json_has_exactly_the_promised_fields(store, fill):
    fill.ask(0, bracket=1, rung=0)
    fill.train(0, 1, 2)
    fill.tell(0, parameter_count=10)
    assert trials_as_json(store) == [
        {
            "id": 0,
            "state": "completed",
            "config": {"learning_rate": 0.001, "optimizer": "adam"},
            "budget": 2,
            "epochs_trained": 2,
            "best_epoch": 2,
            "objective": 0.52,
            "metrics": {"val_accuracy": 0.52},
            "bracket": 1,
            "rung": 0,
            "attempts": 1,
            "seconds": 0.5,
            "error": None,
        }
    ]


def test_what_is_no_number_is_null(run, store, fill):
    fill.ask(0)
    store.record_epoch(EpochReport(0, 1, {"loss": math.nan, "val_loss": math.inf, "accuracy": 0.1}, 0.1))
    fill.tell(0, 1, objective=-math.inf, state=TrialState.DIVERGED)
    write_tables(run, store)
    (trial,) = strictly(run.trials_json.read_text())
    assert trial["metrics"] == {"loss": None, "val_loss": None, "accuracy": 0.1}
    assert trial["objective"] is None
    assert [trial] == trials_as_json(store)


def test_dead_trials_are_not_shown_as_running(run, store, fill):
    fill.ask(0)
    fill.train(0)
    assert [trial["state"] for trial in trials_as_json(store)] == ["running"]
    assert [trial["state"] for trial in trials_as_json(store, live=False)] == ["waiting"]
    write_tables(run, store, live=False)
    assert strictly(run.trials_json.read_text())[0]["state"] == "waiting"


def test_the_table_has_a_column_for_every_hyperparameter_that_ever_appeared(run, store, fill):
    fill.ask(0, config={"optimizer": "adam", "filters_0": 32})
    fill.ask(1, config={"optimizer": "sgd", "momentum": 0.9, "augment": True})
    fill.train(1, 1, 2)
    fill.tell(1)
    write_tables(run, store)
    rows = list(csv.reader(run.trials_csv.read_text().splitlines()))
    assert rows[0] == [
        *("id", "config.optimizer", "config.filters_0", "config.momentum", "config.augment"),
        *("state", "budget", "epochs_trained", "best_epoch", "objective", "bracket", "rung"),
        *("attempts", "seconds", "parameter_count", "error"),
        "metrics.val_accuracy",
    ]
    assert rows[1] == ["0", "adam", "32", "", "", "waiting", "2", "0", "", "", "", "", "0", "0.0", "", "", ""]
    assert rows[2] == [
        *("1", "sgd", "", "0.9", "True", "completed", "2", "2", "2", "0.52", "", "", "1", "0.5", "", "", "0.52")
    ]


def test_tables_written_again_and_again_equal_those_made_at_once(run, store, fill, tmp_path):
    fill.ask(0)
    write_tables(run, store)
    fill.train(0, 1)
    write_tables(run, store)
    fill.tell(0, 1)
    fill.ask(1, config={"learning_rate": 0.01, "momentum": 0.5})
    write_tables(run, store)
    fill.ask(0, first_epoch=1, last_epoch=3, rung=1)
    write_tables(run, store)
    kept = run.trials_csv.read_text(), run.trials_json.read_text()
    with Store.open(run.database, read_only=True) as fresh:
        write_tables(run, fresh)
    assert (run.trials_csv.read_text(), run.trials_json.read_text()) == kept
    assert [(trial["id"], trial["state"], trial["rung"]) for trial in strictly(kept[1])] == [
        (0, "waiting", 1),
        (1, "waiting", None),
    ]


def test_an_error_with_commas_and_quotes_stays_one_cell(run, store, fill):
    fill.ask(0)
    fill.tell(0, 0, None, state=TrialState.FAILED, error='ValueError: "a", b')
    write_tables(run, store)
    (row,) = csv.DictReader(run.trials_csv.read_text().splitlines())
    assert row["error"] == 'ValueError: "a", b'


def test_no_trials_make_empty_tables(run, store):
    write_tables(run, store)
    assert strictly(run.trials_json.read_text()) == []
    assert run.trials_csv.read_text().startswith("id,state,budget,")


def test_a_table_that_cannot_be_written_leaves_the_old_one_whole(run, store, fill):
    fill.ask(0)
    write_tables(run, store)
    before = run.trials_json.read_text()
    (run.root / "trials.json.new").mkdir()
    fill.ask(1)
    with pytest.raises(SweepFailed, match=r"trials\.json\.new: Is a directory; free some space or check"):
        write_tables(run, store)
    assert run.trials_json.read_text() == before


def test_a_text_in_the_csv_is_no_formula_and_json_has_it_as_it_is(run, store, fill):
    fill.ask(0, config={"activation": "=cmd|'/c calc'!A1", "offset": -1})
    write_tables(run, store)
    row = next(csv.DictReader(run.trials_csv.open()))
    assert (row["config.activation"], row["config.offset"]) == ("'=cmd|'/c calc'!A1", "-1")
    assert strictly(run.trials_json.read_text())[0]["config"]["activation"] == "=cmd|'/c calc'!A1"
