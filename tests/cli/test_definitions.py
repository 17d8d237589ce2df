from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Sweep
from tests.tiny_sweep import Trainer, write_images, write_space

WRONG = """\
name: photos
data:
  source: photos
  image_sise: [64, 64]
objective: val_acuracy
"""


def test_a_valid_file_is_called_so_with_its_size(sweep: Sweep, tmp_path: Path) -> None:
    path = write_space(tmp_path)
    done = sweep("validate", str(path))
    assert done == (0, f"{path}: valid: 1 dimension, endlessly many configurations, random search\n", "")
    done = sweep("validate", str(path), "--set", "parameters.learning_rate=0.1")
    assert done.out == f"{path}: valid: 0 dimensions, 1 configuration, random search\n"


def test_a_valid_file_as_json(sweep: Sweep, tmp_path: Path) -> None:
    path = write_space(tmp_path)
    done = sweep("validate", str(path), "--json", "--set", "parameters.learning_rate={type: choice, values: [1, 2]}")
    assert done.json == {"file": str(path), "valid": True, "problems": [], "dimensions": 1, "size": 2}


def test_all_mistakes_are_reported_with_their_places(sweep: Sweep, tmp_path: Path) -> None:
    path = tmp_path / "photos.yaml"
    path.write_text(WRONG)
    done = sweep("validate", str(path))
    assert (done.code, done.out) == (2, "")
    first, second = done.err.splitlines()
    assert first.startswith(f"error: {path}:4:3: unknown key 'image_sise' in data; did you mean 'image_size'?")
    assert second.startswith(f"{path}:5:12: objective: no run reports 'val_acuracy'; did you mean 'val_accuracy'?")


def test_all_mistakes_as_json(sweep: Sweep, tmp_path: Path) -> None:
    path = tmp_path / "photos.yaml"
    path.write_text(WRONG)
    done = sweep("validate", str(path), "--json")
    assert (done.code, done.err) == (2, "")
    assert (done.json["file"], done.json["valid"]) == (str(path), False)
    assert [(one["line"], one["column"]) for one in done.json["problems"]] == [(4, 3), (5, 12)]
    assert done.json["problems"][0]["message"].startswith("unknown key 'image_sise'")


@pytest.mark.parametrize("command", [["validate"], ["run"], ["plan"]])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.yaml", "missing.yaml: there is no such file"),
        ("latin.yaml", "latin.yaml: cannot be read: it is not UTF-8 text"),
        ("empty.yaml", "empty.yaml:1:1: the file is empty; it begins with `name:` and `data:`"),
        ("list.yaml", "list.yaml:1:1: the file is not a mapping of keys to values"),
    ],
)
def test_a_file_that_is_no_definition(
    name: str, message: str, command: list[str], sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin.yaml").write_bytes("größer".encode("latin-1"))
    Path("empty.yaml").touch()
    Path("list.yaml").write_text("- a\n- b\n")
    done = sweep(*command, name)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"error: {message}")


@pytest.mark.parametrize("setting", ["", "seed", "=1", "seed.=1", ".=1", "seed=[", "seed=one", "name=../x"])
def test_overrides_that_cannot_be(setting: str, sweep: Sweep, tmp_path: Path) -> None:
    done = sweep("validate", str(write_space(tmp_path)), "--set", setting)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"--set {setting}: " in done.err


def unfolded(text: str) -> list[str]:
    """Lines as they were before they were made to fit 80 columns."""
    assert max(map(len, text.splitlines())) <= 80
    return re.sub(r"\n  (?=\S)", " ", text).splitlines()


def test_a_plan_says_what_would_run_and_trains_nothing(trainer: Trainer, tmp_path: Path) -> None:
    write_images(tmp_path / "tiny.npz")
    space = write_space(tmp_path, search={"method": "random", "max_trials": 3})
    done = trainer("plan", space, "--samples", "1", "--workers", "3", cwd=tmp_path)
    lines = unfolded(done.out)
    assert lines[:5] == [
        "data: 38 train, 10 validation, 12 test images, 8x8x1, 3 classes",
        "space: endlessly many configurations (a float has no steps)",
        "random: 3 trials, 6 epochs",
        "trials   epochs each   epochs in all",
        "     3             2               6",
    ]
    checkpoints = "one for each worker (two while it is replaced), in this example 1.4 kB each"  # 3 numbers a weight
    assert lines[5] == f"checkpoints: {checkpoints}"
    assert re.fullmatch(r"time: the search .* on 3 workers, the retraining .*; told from a few steps", lines[6])
    assert lines[7] == "disk: about 5.2 MB when all is done, and at most 8.6 kB of checkpoints meanwhile"
    assert lines[8].startswith("for example, 119 parameters: conv_layers=1  filters=2  dense_layers=0 batch_size=16")
    assert len(lines) == 9
    assert not (tmp_path / "runs").exists()


def test_a_plan_of_rungs_as_json(trainer: Trainer, tmp_path: Path) -> None:
    write_images(tmp_path / "tiny.npz")
    parameters = {"conv_layers": 1, "filters": {"type": "choice", "values": [2, 4]}, "dense_layers": 0}
    epochs = {"type": "int", "min": 1, "max": 3}
    space = write_space(tmp_path, search={"method": "hyperband"}, parameters={**parameters, "epochs": epochs})
    done = trainer("plan", space, "--json", "--no-timing", cwd=tmp_path)
    plan = json.loads(done.out)
    assert (done.code, done.err, plan["method"], plan["exact"], plan["space_size"]) == (0, "", "hyperband", True, 2)
    assert plan["images"] == {"train": 38, "validation": 10, "test": 12}
    assert (plan["classes"], plan["estimate"]) == (["0", "1", "2"], None)
    assert sum(one["trials"] for one in plan["trainings"] if one["first_epoch"] == 0) == plan["trials"] == 2
    spans = [(one["last_epoch"] - one["first_epoch"]) * one["trials"] for one in plan["trainings"]]
    assert sum(spans) == plan["epochs"]
    told = {"config", "parameters", "memory_bytes", "checkpoint_bytes", "skipped", "failed"}
    assert all(set(one) == told for one in plan["samples"])
    assert plan["checkpoints"] == 1  # of the two trials of the one bracket that is filled
    assert {one["checkpoint_bytes"] for one in plan["samples"]} == {
        3 * 4 * one["parameters"] for one in plan["samples"]
    }


def test_a_plan_tells_how_many_checkpoints_there_can_be(trainer: Trainer, tmp_path: Path) -> None:
    write_images(tmp_path / "tiny.npz")
    parameters = {"conv_layers": 1, "filters": {"type": "choice", "values": [2, 40]}, "dense_layers": 0}
    rate = {"type": "float", "min": 0.001, "max": 0.1}
    epochs = {"type": "int", "min": 1, "max": 9}
    space = write_space(
        tmp_path, search={"method": "hyperband"}, parameters={**parameters, "learning_rate": rate, "epochs": epochs}
    )

    def told(*options: object) -> str:
        lines = unfolded(trainer("plan", space, "--no-timing", *options, cwd=tmp_path).out)
        return next(line for line in lines if line.startswith("checkpoints: "))

    count = "checkpoints: at most 5 kept for promotions and one for each worker (two while it is replaced)"
    assert told("--samples", "0") == count
    assert told("--samples", "9") == f"{count}, in these examples 1.4 kB to 27.9 kB each"  # of 119 and 2,323 weights
    assert told("--set", "parameters.filters=2") == f"{count}, in these examples 1.4 kB each"
    assert told("--set", "max_parameters=1") == count  # a trial that is skipped has no checkpoint


def test_what_does_not_fit_the_data_is_said_by_the_plan(sweep: Sweep, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    write_images(tmp_path / "tiny.npz")
    done = sweep("plan", str(write_space(tmp_path)), "--set", "parameters.batch_size=39")
    line = "error: parameters.batch_size (39): 39 is above the 38 training images\n"
    assert done == (2, "", line)


def test_an_estimate_as_json_and_none_where_every_model_is_refused(trainer: Trainer, tmp_path: Path) -> None:
    write_images(tmp_path / "tiny.npz")
    space = write_space(tmp_path)
    estimate = json.loads(trainer("plan", space, "--json", "--workers", "2", cwd=tmp_path).out)["estimate"]
    assert set(estimate) == {"workers", "search", "retraining", "lasting_bytes", "checkpoint_bytes"}
    assert estimate["workers"] == 2
    assert 0 < estimate["search"]["low"] < estimate["search"]["high"]
    done = trainer("plan", space, "--json", "--set", "max_parameters=1", cwd=tmp_path)
    assert (done.code, done.err, json.loads(done.out)["estimate"]) == (0, "", None)


def test_a_sweep_is_held_against_what_was_said_of_it(trainer: Trainer, tmp_path: Path) -> None:
    write_images(tmp_path / "tiny.npz")
    space = write_space(tmp_path)
    said = json.loads(trainer("plan", space, "--json", "--workers", "0", cwd=tmp_path).out)["estimate"]["search"]
    assert trainer("run", space, "--workers", "0", "--no-retrain", cwd=tmp_path).code == 0
    planned = json.loads(trainer("show", "--json", cwd=tmp_path).out)["planned"]
    assert (planned["low_seconds"], planned["high_seconds"]) == (round(said["low"], 3), round(said["high"], 3))
    assert planned["took_seconds"] > 0
