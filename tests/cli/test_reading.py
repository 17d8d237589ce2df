from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.records import TrialState
from sweep.store.lock import RunLock
from tests.cli.conftest import ADAM, SGD, Run, Sweep

NO_TRIALS = {state.value: 0 for state in TrialState}


def test_show_json_of_a_finished_sweep(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, values=(0.5, 0.75))
    run.trial(1, TrialState.FAILED, error="ValueError: no")
    run.win(0, 0.75, 2)
    test = run.answer()
    run.finish()
    done = sweep("show", "--json")
    assert done.json == {
        "name": "digits-001",
        "state": "finished",
        "labels": [],
        "created": run.store.facts["created"],
        "objective": {"metric": "val_accuracy", "direction": "max"},
        "trials": NO_TRIALS | {"completed": 1, "failed": 1},
        "epochs_trained": 2,
        "winner": {"id": 0, "objective": 0.75, "best_epoch": 2, "config": ADAM},
        "digest": run.store.digest(),
        "test": test,
        "test_evaluations": 1,
        "forecast": None,
        "planned": None,
        "damage": None,
    }
    assert list(done.json["winner"]["config"]) == list(ADAM)
    assert (done.code, done.err) == (0, "")


def test_show_json_of_a_sweep_that_has_just_begun(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    digest = run.store.digest()
    assert sweep("show", "--json").json == {
        "name": "digits-001",
        "state": "interrupted",
        "labels": [],
        "created": run.store.facts["created"],
        "objective": {"metric": "val_accuracy", "direction": "max"},
        "trials": NO_TRIALS,
        "epochs_trained": 0,
        "winner": None,
        "digest": digest,
        "test": None,
        "test_evaluations": 0,
        "forecast": None,
        "planned": None,
        "damage": None,
    }


def test_trials_json_has_every_trial_by_id_and_is_strict(sweep: Sweep, mixed: Run) -> None:
    done = sweep("trials", "--json")
    first, diverged, failed, running, waiting, last = done.json
    assert first == {
        "id": 0,
        "state": "completed",
        "config": ADAM,
        "budget": 3,
        "epochs_trained": 3,
        "best_epoch": 2,
        "objective": 0.75,
        "metrics": {"loss": 1.0, "val_accuracy": 0.625},
        "bracket": None,
        "rung": None,
        "attempts": 1,
        "seconds": 1.5,
        "error": None,
    }
    assert (diverged["state"], diverged["metrics"]) == ("diverged", {"loss": 1.0, "val_accuracy": None})
    assert (failed["state"], failed["error"]) == ("failed", "ValueError: [red]no[/red] such thing")
    assert (running["state"], running["epochs_trained"], running["attempts"]) == ("waiting", 1, 1)
    assert (waiting["state"], waiting["attempts"], waiting["metrics"]) == ("waiting", 0, {})
    assert (last["id"], last["config"]) == (5, SGD)
    assert all(list(trial) == list(first) for trial in done.json)
    assert "NaN" not in done.out


def test_trials_json_is_sorted_and_limited_as_asked(sweep: Sweep, mixed: Run) -> None:
    assert [one["id"] for one in sweep("trials", "--json", "--sort", "objective").json] == [5, 0, 1, 2, 3, 4]
    assert [one["id"] for one in sweep("trials", "--json", "--limit", "2").json] == [0, 1]


def test_trials_json_of_no_trials(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    make_run()
    assert sweep("trials", "--json").json == []
    assert sweep("trials").out == "no trials yet\n"


def test_best_json_is_the_frozen_winner(sweep: Sweep, mixed: Run) -> None:
    mixed.win(0, 0.75, 2)
    best = sweep("best", "--json").json
    assert (best["frozen"], best["id"], best["objective"], best["config"]) == (True, 0, 0.75, ADAM)
    assert set(best) == {"frozen"} | set(sweep("trials", "--json").json[0])


def test_best_json_before_that_is_the_trial_that_would_win(sweep: Sweep, mixed: Run) -> None:
    best = sweep("best", "--json").json
    assert (best["frozen"], best["id"], best["objective"]) == (False, 5, 0.8125)


def test_best_is_of_the_full_budget_where_any_trial_got_it(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run(full_budget=3)
    run.trial(0, values=(0.9,), budget=1)
    run.trial(1, values=(0.5, 0.6, 0.7), budget=3)
    assert sweep("best", "--json").json["id"] == 1


def test_an_objective_to_be_minimised(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run(objective={"metric": "val_loss", "direction": "min"})
    run.trial(0, values=(0.9,))
    run.trial(1, values=(0.1,))
    assert sweep("best", "--json").json["id"] == 1
    assert [line.split()[0] for line in sweep("trials").lines[2:]] == ["1", "0"]


def test_best_of_no_completed_trial_fails_in_one_line(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, TrialState.DIVERGED, (float("nan"),))
    assert sweep("best") == (1, "", "error: digits-001 has no completed trial yet\n")


def test_a_nan_objective_is_neither_the_best_nor_in_the_way(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    from sweep.records import EpochReport, Proposal, TrialResult

    run = make_run()
    run.store.record_ask(Proposal(0, ADAM, 0, 1), seed=0)
    run.store.start_attempt(0)
    run.store.record_epoch(EpochReport(0, 1, {"val_accuracy": float("nan")}, 0.5))
    run.store.record_result(TrialResult(0, TrialState.COMPLETED, 1, 1, float("nan")))
    run.trial(1, values=(0.25,))
    run.trial(2, values=(0.5,))
    assert sweep("best", "--json").json["id"] == 2
    assert sweep("trials", "--json").json[0]["objective"] is None
    assert [line.split()[0] for line in sweep("trials").lines[2:]] == ["2", "1", "0"]
    assert sweep("show").code == 0


def test_list_json_is_the_oldest_first(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    make_run("b-001", created="2026-01-01T00:00:00+00:00")
    make_run("a-001", created="2026-01-02T00:00:00+00:00")
    listed = sweep("list", "--json").json
    assert [run["name"] for run in listed] == ["b-001", "a-001"]
    assert listed[0] == sweep("show", "b-001", "--json").json


def test_list_without_runs(sweep: Sweep, runs: Path) -> None:
    assert sweep("list", "--json").json == []
    assert sweep("list").out == f"no runs in {runs}; begin one with: sweep run search_spaces/digits.yaml\n"


def test_a_damaged_run_does_not_hide_the_others(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    make_run("fine-001")
    broken = make_run("broken-001").directory.database
    broken.write_bytes(b"no database " * 1000)
    done = sweep("list", "--json")
    assert ([run["name"] for run in done.json], done.code) == (["fine-001"], 0)
    assert done.err.startswith(f"left out: {broken}: ") and done.err.count("\n") == 1
    assert [line.split()[0] for line in sweep("list").lines] == ["run", "fine-001"]


@pytest.mark.parametrize("command", [["show"], ["trials", "--json"], ["best"], ["export"]])
def test_run_is_the_latest_unless_one_is_named(command: list[str], sweep: Sweep, make_run: Callable[..., Run]) -> None:
    for day, name, value in ((2, "new-001", 0.5), (1, "old-001", 0.25)):
        make_run(name, created=f"2026-01-0{day}T00:00:00+00:00").trial(0, values=(value,))
    latest, named, other = sweep(*command), sweep(*command, "new-001"), sweep(*command, "old-001")
    assert (latest.code, other.code) == (0, 0)
    assert latest == named != other


def test_runs_dir_wins_over_the_environment(sweep: Sweep, make_run: Callable[..., Run], tmp_path: Path) -> None:
    make_run()
    Run(tmp_path / "elsewhere", "other-001")
    assert sweep("show", "--json").json["name"] == "digits-001"
    assert sweep("show", "--json", "--runs-dir", str(tmp_path / "elsewhere")).json["name"] == "other-001"


def test_a_running_sweep_is_shown_as_running(sweep: Sweep, mixed: Run) -> None:
    with RunLock(mixed.directory):
        assert sweep("show", "--json").json["state"] == "running"
        assert sweep("trials", "--json").json[3]["state"] == "running"
    assert sweep("show", "--json").json["state"] == "interrupted"


def test_export_is_what_the_run_keeps_as_files(sweep: Sweep, mixed: Run, tmp_path: Path) -> None:
    from sweep.store.export import write_tables

    write_tables(mixed.directory, mixed.store, live=False)
    assert sweep("export").out == mixed.directory.trials_csv.read_text()
    assert sweep("export", "--format", "json").out == mixed.directory.trials_json.read_text()
    done = sweep("export", "--output", str(tmp_path / "out.csv"))
    assert done.out == f"wrote {tmp_path / 'out.csv'}\n"
    assert (tmp_path / "out.csv").read_text() == mixed.directory.trials_csv.read_text()


def test_export_of_epochs_has_a_row_for_each(sweep: Sweep, mixed: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(sweep("export", "--epochs").out)))
    assert [(row["trial"], row["epoch"]) for row in rows] == [
        *(("0", "1"), ("0", "2"), ("0", "3")),
        *(("1", "1"), ("1", "2"), ("3", "1"), ("5", "1")),
    ]
    assert rows[0] == {"trial": "0", "epoch": "1", "seconds": "0.5", "loss": "1.0", "val_accuracy": "0.5"}
    as_json = json.loads(sweep("export", "--epochs", "--format", "json").out)
    assert (len(as_json), as_json[4]["val_accuracy"]) == (7, None)


def test_export_for_other_tools(sweep: Sweep, mixed: Run, tmp_path: Path) -> None:
    kinds = {json.loads(line)["kind"] for line in sweep("export", "--format", "jsonl").lines}
    assert kinds == {"run", "event", "attempt", "trial", "epoch"}
    names = [json.loads(line)["init"]["name"] for line in sweep("export", "--format", "wandb").lines]
    assert names == [f"digits-001/{number}" for number in (0, 1, 2, 3, 5)]
    done = sweep("export", "digits-001", "--format", "wandb", "--output", str(tmp_path / "out.jsonl"))
    assert done == (0, f"wrote {tmp_path / 'out.jsonl'}\n", "")
    assert (tmp_path / "out.jsonl").read_text().splitlines() == sweep("export", "--format", "wandb").lines


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "wandb", "parquet", "optuna"])
def test_an_export_replaces_a_file_by_force_only_whatever_the_format(
    form: str, sweep: Sweep, mixed: Run, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    path.write_text("mine")
    line = f"error: {path} exists already; choose another name, or replace it with --force\n"
    assert sweep("export", "--format", form, "--output", str(path)) == (2, "", line)
    assert path.read_text() == "mine"
    pytest.importorskip({"parquet": "pyarrow", "optuna": "optuna"}.get(form, "json"))
    assert sweep("export", "--format", form, "--output", str(path), "--force") == (0, f"wrote {path}\n", "")
    assert b"mine" != path.read_bytes() != b""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--force"], "--force: there is no --output FILE that it could replace; leave it out"),
        (["--format", "parquet"], "--format parquet is no text; say where it goes with --output FILE"),
        (["--format", "optuna"], "--format optuna is no text; say where it goes with --output FILE"),
        (["--format", "jsonl", "--epochs"], "--epochs: jsonl has the epochs of every trial anyway; leave it out"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(arguments: list[str], line: str, sweep: Sweep, mixed: Run) -> None:
    assert sweep("export", *arguments) == (2, "", f"error: {line}\n")


def test_export_to_a_place_that_is_none(sweep: Sweep, mixed: Run, tmp_path: Path) -> None:
    done = sweep("export", "--output", str(tmp_path / "no" / "out.csv"))
    line = f"error: {tmp_path}/no/out.csv: there is no folder {tmp_path}/no; make it first, or write elsewhere\n"
    assert done == (2, "", line)


def test_export_keeps_letters_that_the_terminal_lacks(make_run: Callable[..., Run], runs: Path) -> None:
    make_run().trial(0, values=(0.5,), config={"activation": "größer"})
    done = subprocess.run(
        [sys.executable, "-m", "sweep.cli.main", "export", "--runs-dir", str(runs)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
    )
    assert "größer" in done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runs directory with a sweep of 40 trials."""
    runs = tmp_path_factory.mktemp("large")
    run = Run(runs, "digits-001")
    for number in range(40):
        run.trial(number, values=(0.5,) * 5, config=ADAM | {"learning_rate": 1 / (1 + number)}, budget=5)
    run.store.close()
    return runs


@pytest.mark.parametrize("command", [["list"], ["show"], ["trials"], ["trials", "--json"], ["best"], ["export"]])
def test_reading_commands_take_less_than_a_second_of_processor_time(command: list[str], large: Path) -> None:
    before = os.times()
    command = [sys.executable, "-m", "sweep.cli.main", *command, "--runs-dir", str(large)]
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1.0


def test_many_runs_are_listed_in_less_than_a_second(sweep: Sweep, large: Path, runs: Path) -> None:
    for number in range(30):
        shutil.copytree(large / "digits-001", runs / f"digits-{number:03}")
    began = time.process_time()
    assert len(sweep("list").lines) == 31
    assert time.process_time() - began < 1.0
