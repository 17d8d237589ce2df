from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.exporting.formats import Export
from sweep.records import EpochReport, KnownTraining, Proposal, TrialResult, TrialState
from sweep.store import RunDirectory, Store, create_run
from sweep.store.known import Known

DEFINITION = """
name: digits
data: {source: digits}
search: {method: hyperband}
parameters:
  conv_layers: {type: int, min: 1, max: 2}
  filters: {type: choice, values: [8, 16], per: conv_layers}
  kernel_size: {type: int, min: 1, max: 5, step: 2}
  batch_norm: {type: boolean}
  learning_rate: {type: float, min: 1e-4, max: 1e-1, sampling: log}
  weight_decay: {type: float, min: 1e-4, max: 1e-2, step: 10, sampling: log}
  dropout: {type: float, min: 0.0, max: 0.5, step: 0.1}
  momentum: {type: float, min: 0.5, max: 0.9, sampling: reverse_log}
  epochs: {type: int, min: 1, max: 3}
"""
CONFIG = {
    "conv_layers": 1,
    "filters_0": 16,
    "kernel_size": 3,
    "batch_norm": True,
    "learning_rate": 0.01,
    "weight_decay": 1e-3,
    "dropout": 0.3,
    "momentum": 0.8,
}


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return create_run(tmp_path / "runs", None, "digits")


@pytest.fixture
def store(run: RunDirectory) -> Iterator[Store]:
    """A Hyperband search: a trial with the full budget, one with a part of it, one that diverged, failed, waits."""
    facts = {
        "name": run.name,
        "sweep_id": "0123",
        "seed": 0,
        "method": "hyperband",
        "objective": {"metric": "val_accuracy", "direction": "max"},
        "full_budget": 3,
        "definition": DEFINITION,
        "dataset_digest": "abc",
    }
    with Store.create(run.database, facts) as store:
        store.record_event("started", workers=0)
        _train(store, 0, [0.5, 0.75, 0.625], 0.75)
        _train(store, 1, [0.875], 0.875, config={**CONFIG, "conv_layers": 2, "filters_1": 8})
        _train(store, 2, [0.25, math.nan], None, TrialState.DIVERGED)
        _train(store, 3, [], None, TrialState.FAILED, error="ValueError: ö")
        store.record_ask(Proposal(4, CONFIG, 0, 1), seed=4)
        yield store


def _train(store, number, values, best, state=TrialState.COMPLETED, config=CONFIG, error=None):
    store.record_ask(Proposal(number, config, 0, max(1, len(values)), bracket=0, rung=0), seed=number)
    store.start_attempt(number)
    for epoch, value in enumerate(values, start=1):
        store.record_epoch(EpochReport(number, epoch, {"loss": 1.0, "val_accuracy": value}, 0.5))
    epoch = None if best is None else values.index(best) + 1
    store.record_result(TrialResult(number, state, len(values), epoch, best, 100, error))


def lines(text: str) -> list[dict]:
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def test_json_lines_have_every_fact_and_each_line_says_what_it_is(run, store):
    found = lines(Export("jsonl").text(run, store))
    assert {one["run"] for one in found} == {"digits-001"}
    kinds = [one["kind"] for one in found]
    assert kinds[0] == "run" and found[0]["digest"] == store.digest()
    assert [one["id"] for one in found if one["kind"] == "trial"] == [0, 1, 2, 3, 4]
    assert [(one["trial"], one["epoch"], one["val_accuracy"]) for one in found if one["kind"] == "epoch"] == [
        *((0, 1, 0.5), (0, 2, 0.75), (0, 3, 0.625)),
        *((1, 1, 0.875), (2, 1, 0.25), (2, 2, None)),
    ]
    timed = [one["time"] for one in found if one["kind"] in ("event", "attempt")]
    assert timed == sorted(timed) and len(timed) == 5


def test_json_lines_leave_out_the_epochs_of_another_sweep(run, store):
    before = lines(Export("jsonl").text(run, store))
    reports = (EpochReport(5, 1, {"own": math.nan}, 0.0, b"\x80"),)
    store.record_known([Known("earlier", 5, 7, {"conv_layers": 1}, KnownTraining(reports, None))])
    assert lines(Export("jsonl").text(run, store)) == before


def test_wandb_lines_replay_as_runs(run, store):
    found = lines(Export("wandb").text(run, store))
    assert [one["init"]["name"] for one in found] == [f"digits-001/{number}" for number in range(4)]  # 4 has not begun
    first, diverged, failed = found[0], found[2], found[3]
    assert first["init"] == {
        "id": "0123-0",
        "name": "digits-001/0",
        "group": "digits-001",
        "job_type": "trial",
        "config": CONFIG,
        "tags": ["hyperband", "completed"],
        "notes": "",
    }
    assert first["history"][1] == {"epoch": 2, "seconds": 0.5, "loss": 1.0, "val_accuracy": 0.75}
    assert (first["summary"]["objective"], first["summary"]["best_epoch"]) == (0.75, 2)
    assert "val_accuracy" not in diverged["history"][1] and "objective" not in diverged["summary"]
    assert failed["init"]["notes"] == "ValueError: ö"


def test_parquet_has_the_tables_with_their_types(run, store, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    Export("parquet").write(run, store, tmp_path / "trials.parquet")
    table = parquet.read_table(tmp_path / "trials.parquet")
    assert table.schema.metadata[b"sweep.digest"].decode() == store.digest()
    rows = table.to_pylist()
    assert [row["id"] for row in rows] == [0, 1, 2, 3, 4]
    assert (rows[0]["config.batch_norm"], rows[0]["config.filters_1"], rows[1]["config.filters_1"]) == (True, None, 8)
    assert [row["objective"] for row in rows] == [0.75, 0.875, None, None, None]
    assert str(table.schema.field("error").type) == "string"
    Export("parquet", epochs=True).write(run, store, tmp_path / "epochs.parquet")
    epochs = parquet.read_table(tmp_path / "epochs.parquet").to_pylist()
    assert epochs[1] == {"trial": 0, "epoch": 2, "seconds": 0.5, "loss": 1.0, "val_accuracy": 0.75}
    assert len(epochs) == 6


@pytest.mark.filterwarnings("ignore")
def test_an_optuna_study_holds_what_the_store_holds(run, store, tmp_path):
    optuna = pytest.importorskip("optuna")
    Export("optuna").write(run, store, tmp_path / "study.db")
    study = optuna.load_study(study_name="digits-001", storage=f"sqlite:///{tmp_path / 'study.db'}")
    trials = study.trials
    assert [one.params for one in trials] == [dict(one.config) for one in store.trials()]
    assert [one.state.name for one in trials] == ["COMPLETE", "PRUNED", "FAIL", "FAIL", "RUNNING"]
    assert [one.value for one in trials] == [0.75, 0.875, None, None, None]
    assert trials[0].intermediate_values == {1: 0.5, 2: 0.75, 3: 0.625}
    assert math.isnan(trials[2].intermediate_values[2])
    assert (study.best_trial.number, study.direction.name, study.metric_names) == (0, "MAXIMIZE", ["val_accuracy"])
    assert study.user_attrs["digest"] == store.digest()
    assert (trials[3].user_attrs["error"], trials[2].user_attrs["state"]) == ("ValueError: ö", "diverged")
    assert trials[0].user_attrs == {
        **{"state": "completed", "budget": 3, "epochs_trained": 3, "best_epoch": 2, "bracket": 0, "rung": 0},
        **{"attempts": 1, "seconds": 1.5, "parameter_count": 100},
        **{"metrics.loss": 1.0, "metrics.val_accuracy": 0.625},  # of the last epoch; numbers, to be sorted and drawn
    }
    assert "metrics.val_accuracy" not in trials[2].user_attrs  # of its last epoch, that is NaN
    found = trials[1].distributions
    kinds = optuna.distributions
    assert found["learning_rate"] == kinds.FloatDistribution(1e-4, 1e-1, log=True)
    assert found["dropout"] == kinds.FloatDistribution(0.0, 0.5, step=0.1)
    assert found["kernel_size"] == kinds.IntDistribution(1, 5, step=2)
    assert found["filters_1"] == kinds.CategoricalDistribution((8, 16))
    assert found["weight_decay"] == kinds.CategoricalDistribution((1e-4, 1e-3, 1e-2))
    assert found["momentum"] == kinds.FloatDistribution(0.5, 0.9)
    began = store.attempts(0)[0].started
    assert trials[0].datetime_start.astimezone().isoformat(timespec="milliseconds")[:10] == began[:10]


@pytest.mark.filterwarnings("ignore")
def test_without_a_trial_of_the_full_budget_none_is_pruned(run, tmp_path):
    optuna = pytest.importorskip("optuna")
    facts = {"name": "x", "objective": {"metric": "val_accuracy", "direction": "max"}, "full_budget": 9}
    with Store.create(run.database, {**facts, "definition": DEFINITION}) as store:
        _train(store, 0, [0.5], 0.5)
        Export("optuna").write(run, store, tmp_path / "study.db")
    study = optuna.load_study(study_name="digits-001", storage=f"sqlite:///{tmp_path / 'study.db'}")
    assert [one.state.name for one in study.trials] == ["COMPLETE"]


@pytest.mark.parametrize(("form", "package"), [("parquet", "pyarrow"), ("optuna", "optuna")])
def test_a_missing_package_is_named_and_nothing_is_written(form, package, run, store, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError) as caught:
        Export(form).write(run, store, tmp_path / "out")
    assert str(caught.value) == (
        f"--format {form} needs {package}, which is not installed; install it with: pip install -e '.[export]'"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_a_file_is_replaced_as_a_whole_and_open_to_others_as_any_new_one(run, store, tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        Export("csv").write(run, store, path, force=True)
    monkeypatch.undo()
    assert path.read_text() == "old"
    Export("csv").write(run, store, path, force=True)
    plain = tmp_path / "plain"
    plain.write_text("x")
    assert path.read_text().startswith("id,config.conv_layers")
    assert path.stat().st_mode == plain.stat().st_mode
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out.csv", "plain", "runs"]
