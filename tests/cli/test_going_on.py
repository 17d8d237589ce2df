from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sweep.final.predictions import predictions_of, write_predictions
from sweep.space.load import load_space
from tests.cli.conftest import Run, Sweep
from tests.tiny_sweep import Trainer, open_store, write_images, write_space

DEFINITION = """
name: digits
data: {source: digits}
search: {method: random, max_trials: 40}
parameters:
  learning_rate: {type: float, min: 1e-4, max: 1e-1, sampling: log}
  batch_size: {type: choice, values: [16, 32]}
  epochs: 3
"""


def searched(make_run: Callable[..., Run], name: str, shift: float = 0.0, seed: int = 0) -> Run:
    """Twenty trials, the better the nearer their learning rate is to 0.01."""
    run = make_run(name, definition=f"{DEFINITION}seed: {seed}\n", dataset_digest="abc")
    for number in range(20):
        config = {"learning_rate": 10 ** (-4 + 0.15 * number), "batch_size": 16 + 16 * (number % 2), "epochs": 3}
        value = 0.875 - abs(number - 13) / 40 + shift
        run.trial(number, values=(value / 2, value, value - 0.1), config=config)
    return run


def test_best_trials_are_judged_by_the_bits_kept_of_their_best_epochs(
    make_run: Callable[..., Run], sweep: Sweep
) -> None:
    for name, hits in (("a-001", b"\xff\xf0"), ("b-001", b"\x00\x0f")):  # of twelve images, so half a byte is none
        images = {"train": 48, "validation": 12, "test": 40}
        run = make_run(name, definition=DEFINITION, dataset_digest="abc", images=images)
        run.trial(0, values=(0.25, 0.75, 0.5), hits=hits)
    out = " ".join(sweep("compare", "a-001", "b-001").out.split())
    assert "the best trials on the same validation images" in out
    assert "a-001 against b-001: +100.0 points of accuracy" in out
    assert "of 12 images 12 only the first had right, 0 only the second" in out
    assert "a-001 and b-001: cannot be judged: a-001 has no final model" in out
    assert "they were chosen by these images" in out


def with_answer(run: Run, right: int) -> None:
    run.answer(right / 40)
    labels = np.arange(40) % 2
    predicted = np.where(np.arange(40) < right, labels, 1 - labels)
    kept = predictions_of(labels, np.eye(2)[predicted], np.zeros((40, 1, 1, 1)), ["x"] * 40)
    write_predictions(run.directory.final, kept)


def test_runs_are_compared_side_by_side(
    make_run: Callable[..., Run], terminal: Callable[..., list[str]], sweep: Sweep
) -> None:
    with_answer(searched(make_run, "a-001"), 38)
    with_answer(searched(make_run, "b-001", shift=-0.2, seed=7), 20)
    lines = terminal(80, "compare", "a-001", "b-001")
    assert lines[0].split() == ["run", "method", "trials", "epochs", "training", "best", "test", "looks"]
    assert lines[1].split() == ["a-001", "random", "20", "60", "30.0", "s", "0.8750", "0.9500", "1"]
    at = lines.index("best val_accuracy after so many epochs of all trials")
    assert lines[at + 1].split() == ["run", "12", "24", "36", "48", "60"]
    assert lines[at + 2].split()[:6] == ["a-001", "0.6250", "0.7250", "0.8250", "0.8750", "0.8750"]
    assert "in what the definitions of a-001 and b-001 differ" in lines
    assert "seed  0      7" in lines
    assert any("a-001 against b-001: +45.0 points of accuracy (95 %" in line for line in lines)
    assert any("more than chance; of 40 images 18 only the first had right" in line for line in lines)
    told = sweep("compare", "a-001", "b-001", "--json").json
    assert [one["best"]["id"] for one in told["runs"]] == [13, 13]
    assert told["on_test"][0]["paired_bootstrap"]["only_first"] == 18
    assert told["runs"][0]["curve"][-1] == {"epochs": 60, "best": 0.875}


@pytest.mark.parametrize("names", [("a-001", "a-001"), ("a-001", "b-001", "a-001")])
def test_a_run_is_not_compared_with_itself(names: tuple[str, ...], make_run: Callable[..., Run], sweep: Sweep) -> None:
    make_run("a-001", definition=DEFINITION)
    make_run("b-001", definition=DEFINITION)
    line = "error: a-001 is named more than once; name each run that is to be compared once\n"
    assert sweep("compare", *names) == (2, "", line)


def test_what_cannot_be_judged_is_said(make_run: Callable[..., Run], sweep: Sweep) -> None:
    with_answer(searched(make_run, "a-001"), 38)
    searched(make_run, "b-001").answer()
    out = " ".join(sweep("compare", "a-001", "b-001").out.split())
    assert "a-001 and b-001 have the same definition" in out
    assert "a-001 and b-001: cannot be judged: what the final model of b-001 said of each image was not kept" in out


def test_runs_without_results_can_be_compared(make_run: Callable[..., Run], sweep: Sweep) -> None:
    make_run("a-001", definition=DEFINITION)
    make_run("b-001", definition=DEFINITION)
    done = sweep("compare", "a-001", "b-001")
    assert (done.code, done.err) == (0, "")
    assert sweep("compare", "a-001").code == 0


def test_a_refined_space_is_written_with_its_reasons(
    make_run: Callable[..., Run], sweep: Sweep, tmp_path: Path
) -> None:
    searched(make_run, "a-001")
    path = tmp_path / "narrower.yaml"
    done = sweep("refine", "a-001", "-o", str(path))
    assert (done.code, done.out) == (0, f"wrote {path}; changed: learning_rate\n")
    text, space = path.read_text(), load_space(path)
    assert 1e-4 < space.parameters["learning_rate"].min < 0.01 < space.parameters["learning_rate"].max < 1e-1
    assert text.startswith(
        "# Narrowed from the 5 best of 20 completed trials of a-001 (val_accuracy 0.8750 to 0.8250).\n"
    )
    assert "  # was 0.0001 to 0.1, log: the best 5 values have " in text
    assert sweep("refine", "a-001", "-o", str(path)) == (
        *(2, ""),
        f"error: {path} exists already; choose another name, or replace it with --force\n",
    )
    assert sweep("refine", "a-001", "-o", str(path), "--force").code == 0


def test_too_few_trials_write_nothing(mixed: Run, sweep: Sweep, tmp_path: Path) -> None:
    done = sweep("refine", "digits-001", "-o", str(tmp_path / "x.yaml"))
    assert (done.code, done.out, (tmp_path / "x.yaml").exists()) == (2, "", False)
    assert done.err.startswith("error: digits-001 has 2 trials that completed; a narrower space needs at least 8")


def test_a_sweep_of_wandb_becomes_a_file_of_ours(sweep: Sweep, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs.yaml", tmp_path / "ours.yaml"
    parameters = {"lr": {"distribution": "log_uniform", "min": -9, "max": -4}, "epochs": {"value": 3}}
    theirs.write_text(json.dumps({"method": "random", "program": "train.py", "run_cap": 5, "parameters": parameters}))
    done = sweep("import-wandb", str(theirs), "-o", str(ours), "--data", "digits")
    assert (done.code, done.err) == (0, "")
    assert done.lines[:2] == [
        f"- {theirs}:1:74: lr: its bounds were exponents: e^-9 to e^-4",
        f"- {theirs}:1:74: lr: is called learning_rate now",
    ]
    assert done.lines[-1] == f"wrote {ours}; see what it would train with: sweep plan {ours}"
    assert "\n# lr: is called learning_rate now\n" in ours.read_text()
    assert load_space(ours).search.max_trials == 5
    assert sweep("validate", str(ours)).code == 0
    assert sweep("import-wandb", str(theirs), "-o", str(ours)).code == 2


def test_the_file_to_import_is_never_replaced(sweep: Sweep, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text("method: random\nparameters: {epochs: {value: 3}}\n")
    before = theirs.read_text()
    line = f"error: {theirs} is the file to import: choose another name for --output\n"
    assert sweep("import-wandb", str(theirs), "-o", str(theirs), "--force") == (2, "", line)
    assert theirs.read_text() == before


@pytest.mark.parametrize("option", ["--data", "--model"])
def test_an_empty_name_is_refused(option: str, sweep: Sweep, tmp_path: Path) -> None:
    done = sweep("import-wandb", "x.yaml", "-o", str(tmp_path / "y.yaml"), option, "")
    line = f"error: Invalid value for '{option}': it is empty (see: sweep import-wandb --help)\n"
    assert done == (2, "", line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [", "1:5: "),
        ("", "theirs.yaml:1:1: the file is empty; a W&B sweep has `method:` and `parameters:`"),
        ("a: 1", "is no W&B sweep: it has no `parameters`"),
        (
            "parameters:\n  lr: {min: 5, max: 1}\n",
            "theirs.yaml:2:13: its only parameter cannot be carried over: lr: its ",
        ),
        (None, "there is no such file"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(text: str | None, line: str, sweep: Sweep, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.yaml"
    if text is not None:
        theirs.write_text(text)
    done = sweep("import-wandb", str(theirs), "-o", str(tmp_path / "ours.yaml"))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert line in done.err
    assert not (tmp_path / "ours.yaml").exists()


@pytest.mark.parametrize("command", [("refine", "a-001"), ("import-wandb", "theirs.yaml")])
def test_a_folder_to_write_in_that_is_missing_is_said_before_anything_is_read(
    command: tuple[str, str], sweep: Sweep, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "x.yaml"
    assert sweep(*command, "-o", str(path)) == (
        *(2, ""),
        f"error: {path}: there is no folder {path.parent}; make it first, or write elsewhere\n",
    )


@pytest.mark.parametrize("name", ["sweep.db", "space.yaml", "new.yaml"])
def test_a_definition_goes_into_no_run_not_even_by_force(
    name: str, make_run: Callable[..., Run], sweep: Sweep, tmp_path: Path
) -> None:
    searched(make_run, "a-001")
    other = make_run("b-001", definition=DEFINITION).directory
    definition = other.space_file.read_text() if other.space_file.exists() else None
    (tmp_path / "w.yaml").write_text("method: random\nparameters: {batch_size: {values: [16, 32]}}\n")
    for command in (["refine", "a-001"], ["import-wandb", str(tmp_path / "w.yaml")]):
        done = sweep(*command, "-o", str(other.root / name), "--force")
        assert (done.code, done.out) == (2, "")
        assert "lies in the directory of a run, which keeps its own files there; write it elsewhere" in done.err
    assert (other.space_file.read_text() if other.space_file.exists() else None) == definition
    assert not (other.root / "new.yaml").exists()
    assert sweep("show", "b-001").code == 0


def test_a_run_begins_with_the_best_of_another_and_needs_it_no_more(
    trainer: Trainer, finished: Path, tmp_path: Path
) -> None:
    write_images(tmp_path / "tiny.npz")
    shutil.copytree(finished, tmp_path / "runs" / "tiny-001")
    space = write_space(tmp_path, search={"method": "random", "max_trials": 2})
    options = ("--workers", "0", "--no-retrain", "--warm-start", "tiny-001", "--json")
    done = trainer("run", space, *options, cwd=tmp_path)
    lines = done.err.splitlines()
    assert (done.code, lines[0]) == (0, "warm start: the best configuration of tiny-001 first")
    assert any("of tiny-001 need not be done again" in line for line in lines)
    with open_store(finished) as store:
        best = max(store.trials(), key=lambda trial: trial.objective or 0.0)
        seed, epochs = store.seed(best.id), [one.metrics for one in store.epochs(best.id)]
    with open_store(tmp_path / "runs" / "tiny-002") as store:
        configs = [trial.config for trial in store.trials()]
        assert (store.seed(0), [one.metrics for one in store.epochs(0)]) == (seed, epochs)
    assert configs[0] == best.config != configs[1]
    space = load_space(tmp_path / "runs" / "tiny-002" / "space.yaml")
    assert (space.enqueue, space.enqueue_seeds) == ((best.config,), (seed,))
    told = json.loads(trainer("show", "tiny-002", "0", "--json", cwd=tmp_path).out)["taken_over"]
    assert told == {"run": "tiny-001", "trial": best.id}
    shutil.copy(tmp_path / "runs" / "tiny-002" / "space.yaml", tmp_path / "again.yaml")
    anew = trainer("run", "again.yaml", "--workers", "0", "--no-retrain", "--json", cwd=tmp_path)
    assert json.loads(anew.out)["digest"] == json.loads(done.out)["digest"]  # though all of it was trained there
