from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.tiny_sweep import Trainer, write_images, write_space


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """With the finished sweep, to be gone on with."""
    write_images(tmp_path / "tiny.npz")
    shutil.copytree(finished, tmp_path / "runs" / "tiny-001")
    return tmp_path


def test_quiet_commands_print_the_result_and_nothing_else(folder: Path, trainer: Trainer) -> None:
    metrics = json.loads((folder / "runs" / "tiny-001" / "final" / "metrics.json").read_text())["test"]
    for command in (["resume"], ["evaluate", "--workers", "0"]):
        done = trainer(*command, "--quiet", cwd=folder)
        assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
        assert done.out.startswith(f"tiny-001 is finished; test accuracy {metrics['accuracy']:.4f} (95 % interval ")


def test_quiet_and_json_is_json(folder: Path, trainer: Trainer) -> None:
    done = trainer("resume", "--quiet", "--json", cwd=folder)
    assert (done.code, done.err, json.loads(done.out)["state"]) == (0, "", "finished")


def test_a_quiet_search_names_its_best(folder: Path, trainer: Trainer) -> None:
    options = ("--workers", "0", "--no-retrain", "--quiet", "--set", "search.max_trials=1")
    done = trainer("run", write_space(folder), *options, cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tiny-002 is finished; best: trial 0, val_accuracy ")
    assert done.out.count("\n") == 1


def test_errors_are_told_all_the_same(folder: Path, trainer: Trainer) -> None:
    done = trainer("run", "missing.yaml", "--quiet", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: missing.yaml: there is no such file")
