"""Whole sweeps, with real training, through the command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sweep.executors.fork_server import is_available
from sweep.store.store import Store
from tests.tiny_sweep import Trainer, digest, open_store, write_images, write_space


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a sweep may be run: with `tiny.npz` in it."""
    write_images(tmp_path / "tiny.npz")
    return tmp_path


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """The finished sweep once more, to be changed; its data is where it was."""
    shutil.copytree(finished, tmp_path / "runs" / "tiny-001")
    return tmp_path / "runs" / "tiny-001"


def events(run: Path) -> list[str]:
    with open_store(run) as store:
        return [event.kind for event in store.events()]


def final_metrics(run: Path) -> dict[str, Any]:
    return json.loads((run / "final" / "metrics.json").read_text())


def hold_out(run: Path, trainer: Trainer) -> list[Path]:
    """The files of the test images and of their labels."""
    with open_store(run) as store:
        entry = Path(trainer.environment["SWEEP_CACHE"]) / "datasets" / store.facts["dataset_digest"]
    return [entry / "test" / "images.npy", entry / "test" / "labels.npy"]


def test_a_run_shows_its_trials_its_winner_and_the_test_accuracy(finished: Path, trainer: Trainer) -> None:
    lines = (finished.parents[1] / "output.txt").read_text().splitlines()
    show = json.loads(trainer("show", "--json", cwd=finished.parents[1]).out)
    assert lines[0].startswith("data: 38 train, 10 validation, 12 test images, 8x8x1, 3 classes, ")
    assert lines[1] == "run tiny-001: random, 3 trials, 6 epochs in this process"
    assert [line[:20] for line in lines[2:5]] == [f"trial   {number}  completed" for number in range(3)]
    assert lines[5].startswith(f"winner: trial {show['winner']['id']}, val_accuracy {show['winner']['objective']:.4f}")
    assert lines[7].startswith(f"test accuracy {100 * show['test']['accuracy']:.1f} % (95 % interval ")
    assert lines[-1] == (
        "tiny-001 is finished; model, labels and metrics are in runs/tiny-001/final, "
        "the report is runs/tiny-001/report.html"
    )
    assert (finished / "report.html").is_file()
    assert "\x1b" not in "".join(lines)


def test_what_is_shown_of_it_afterwards(finished: Path, trainer: Trainer) -> None:
    folder = finished.parents[1]
    show = json.loads(trainer("show", "--json", cwd=folder).out)
    trials = json.loads(trainer("trials", "--json", cwd=folder).out)
    best = json.loads(trainer("best", "--json", cwd=folder).out)
    metrics = final_metrics(finished)
    assert (show["state"], show["trials"]["completed"], show["epochs_trained"]) == ("finished", 3, 6)
    assert (show["test"], show["test_evaluations"], show["digest"]) == (metrics["test"], 1, digest(finished))
    assert [(one["id"], one["budget"], one["epochs_trained"], one["attempts"]) for one in trials] == [
        (0, 2, 2, 1),
        (1, 2, 2, 1),
        (2, 2, 2, 1),
    ]
    top = max(trials, key=lambda one: (one["objective"], -one["id"]))
    assert best == {"frozen": True, **top}
    assert show["winner"] == {key: top[key] for key in ("id", "objective", "best_epoch", "config")}


def test_a_run_leaves_what_the_readme_lists(finished: Path) -> None:
    files = {path.name for path in finished.iterdir()}
    assert files == {
        *("sweep.db", "space.yaml", "environment.json", "labels.csv", "trials.csv", "trials.json", "run.lock"),
        *("tensorboard", "checkpoints", "logs", "final", "report.html"),
    }
    assert {path.name for path in (finished / "final").iterdir()} == {
        *("model.keras", "labels.json", "metrics.json", "predictions.npz"),
    }
    assert json.loads((finished / "final" / "labels.json").read_text()) == {"classes": ["0", "1", "2"]}
    assert {path.name for path in (finished / "tensorboard").iterdir()} == {
        *("trial-0000", "trial-0001", "trial-0002", "final")
    }
    assert list((finished / "checkpoints").iterdir()) == list((finished / "logs").iterdir()) == []


def test_the_metrics_have_the_documented_shape(finished: Path) -> None:
    metrics = final_metrics(finished)
    assert set(metrics) >= {"classes", "test", "per_class", "confusion_matrix", "retrain", "test_evaluations"}
    assert set(metrics["test"]) >= {"n", "accuracy", "accuracy_ci95", "loss", "macro_f1", "macro_auc"}
    assert (metrics["classes"], metrics["test"]["n"], metrics["test_evaluations"]) == (["0", "1", "2"], 12, 1)
    assert sum(map(sum, metrics["confusion_matrix"])) == 12
    assert (metrics["retrain"]["epochs"], metrics["retrain"]["images"]) == (metrics["winner"]["best_epoch"], 48)


def test_the_winner_is_frozen_before_the_test_images_are_opened(finished: Path) -> None:
    kinds = [kind for kind in events(finished) if kind != "forecast"]  # of a search that took long enough for one
    assert kinds == [
        *("started", "planned", "searched", "search_finished", "winner", "test_evaluation", "finished"),
    ]


def test_the_model_loads_with_plain_keras_takes_pixels_and_has_the_accuracy_that_was_reported(
    finished: Path, trainer: Trainer
) -> None:
    program = (
        "import sys, keras, numpy as np\n"
        "model = keras.models.load_model(sys.argv[1])\n"
        "images, labels = np.load(sys.argv[2]), np.load(sys.argv[3])\n"
        "assert images.dtype == np.uint8 and not any(name.startswith('sweep') for name in sys.modules)\n"
        "print((model.predict(images, verbose=0).argmax(1) == labels).mean())\n"
    )
    model, images, labels = finished / "final" / "model.keras", *hold_out(finished, trainer)
    done = subprocess.run(
        [sys.executable, "-c", program, str(model), str(images), str(labels)],
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(final_metrics(finished)["test"]["accuracy"], abs=1e-12)


def test_a_second_evaluation_is_counted_and_agrees(copied: Path, trainer: Trainer) -> None:
    before = final_metrics(copied)
    done = trainer("evaluate", "--workers", "0", cwd=copied.parents[1])
    assert (done.code, done.err) == (0, "")
    assert "the test split has been evaluated 2 times" in done.out
    after = final_metrics(copied)
    assert after == before | {"test_evaluations": 2}
    show = json.loads(trainer("show", "--json", cwd=copied.parents[1]).out)
    assert (show["test_evaluations"], show["state"]) == (2, "finished")


def test_a_second_retraining_gives_the_same_model(copied: Path, trainer: Trainer) -> None:
    before = final_metrics(copied)
    done = trainer("retrain-best", "tiny-001", "--workers", "0", "--json", cwd=copied.parents[1])
    after = final_metrics(copied)
    assert (done.code, json.loads(done.out)["test_evaluations"]) == (0, 2)
    assert "test has been looked at 1 time already; this look is counted, too\n" in done.err
    assert (after["test"], after["winner"]) == (before["test"], before["winner"])


def test_to_resume_what_is_finished_changes_nothing(copied: Path, trainer: Trainer) -> None:
    before = events(copied), (copied / "final" / "metrics.json").read_bytes()
    done = trainer("resume", "--workers", "0", cwd=copied.parents[1])
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].startswith("tiny-001 is finished; model, labels and metrics are in runs/tiny-001/")
    after = events(copied), (copied / "final" / "metrics.json").read_bytes()
    assert after == before


def test_and_does_not_even_need_the_images(finished: Path, copied: Path, trainer: Trainer) -> None:
    images = finished.parents[1] / "tiny.npz"
    hidden = images.rename(images.with_suffix(".hidden"))
    try:
        done = trainer("resume", "--workers", "0", cwd=copied.parents[1])
        again = trainer("evaluate", "--workers", "0", cwd=copied.parents[1])
    finally:
        hidden.rename(images)
    assert (done.code, done.err) == (0, "")
    assert (again.code, "no such file or folder" in again.err) == (2, True)


def test_export_and_a_rebuilt_tensorboard(copied: Path, trainer: Trainer) -> None:
    exported = trainer("export", "--format", "json", cwd=copied.parents[1])
    assert exported.out == (copied / "trials.json").read_text()
    shutil.rmtree(copied / "tensorboard")
    done = trainer("tensorboard", "--rebuild", "--no-serve", cwd=copied.parents[1])
    assert done == (0, "tiny-001: written anew from its store\n", "")
    assert sorted(path.name for path in (copied / "tensorboard").iterdir()) == [
        *("final", "trial-0000", "trial-0001", "trial-0002")
    ]


def test_a_tensorboard_that_cannot_be_written_costs_the_answer_nothing(copied: Path, trainer: Trainer) -> None:
    shutil.rmtree(copied / "tensorboard")
    (copied / "tensorboard").touch()
    done = trainer("evaluate", "--workers", "0", cwd=copied.parents[1])
    assert (done.code, done.err) == (0, "")
    assert "warning: TensorBoard does not show the final model: " in done.out
    assert done.out.splitlines()[-1].startswith("tiny-001 is finished; model, labels and metrics are in runs/tiny-001/")
    assert trainer("resume", cwd=copied.parents[1]).code == 0
    assert events(copied).count("test_evaluation") == 2


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("no model")])
def test_a_final_model_that_is_damaged_is_not_evaluated(damage: Any, copied: Path, trainer: Trainer) -> None:
    damage(copied / "final" / "model.keras")
    done = trainer("evaluate", "--workers", "0", cwd=copied.parents[1])
    line = "error: tiny-001 has no whole final model to evaluate; make one: sweep retrain-best tiny-001\n"
    assert done == (2, "", line)
    assert events(copied).count("test_evaluation") == 1


def test_a_search_without_the_answer_does_not_touch_the_test_images(
    finished: Path, trainer: Trainer, folder: Path
) -> None:
    files = hold_out(finished, trainer)
    contents = [path.read_bytes() for path in files]
    for path, content in zip(files, contents, strict=True):
        path.write_bytes(bytes(len(content)))  # whoever opens it fails
    try:
        done = trainer("run", write_space(folder), "--workers", "0", "--no-retrain", "--json", cwd=folder)
        assert done.code == 0, done.err
        failed = trainer("retrain-best", "--workers", "0", cwd=folder)
    finally:
        for path, content in zip(files, contents, strict=True):
            path.write_bytes(content)
    show = json.loads(done.out)
    assert (show["digest"], show["state"], show["winner"]) == (digest(finished), "finished", None)
    assert (failed.code, failed.err.count("\n")) == (1, 1)
    assert failed.err.startswith("error: evaluating the final model failed: ")
    done = trainer("retrain-best", "--workers", "0", cwd=folder)
    assert done.code == 0, done.err
    assert final_metrics(folder / "runs" / "tiny-001")["test"] == final_metrics(finished)["test"]
    assert events(folder / "runs" / "tiny-001").count("test_evaluation") == 2


def test_a_search_without_the_answer_ends_with_the_best_trial_and_the_command_for_the_answer(
    trainer: Trainer, folder: Path
) -> None:
    done = trainer("run", write_space(folder), "--workers", "0", "--no-retrain", cwd=folder)
    assert "tiny-001: best so far (no winner is frozen yet): trial" in done.out
    assert done.out.endswith("retrain and test the winner with: sweep retrain-best tiny-001\n")


def children(pid: int) -> list[int]:
    """In the order in which they were started."""
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@pytest.mark.skipif(not is_available(), reason="there are no fork servers on this system")
@pytest.mark.parametrize("victim", ["worker", "search", "server"])
def test_a_process_that_is_killed_changes_no_result(
    victim: str, finished: Path, trainer: Trainer, folder: Path
) -> None:
    process = trainer.start("run", write_space(folder), "--workers", "2", "--no-retrain", "--json", cwd=folder)
    run = folder / "runs" / "tiny-001"
    begun = False
    while process.poll() is None and not begun:
        time.sleep(0.02)
        if (run / "sweep.db").exists():
            with open_store(run) as store:
                begun = any(trial.state == "running" for trial in store.trials())
    (server,) = children(process.pid)
    first, _, search = children(server)
    os.kill({"worker": first, "search": search, "server": server}[victim], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert json.loads(out)["digest"] == digest(finished)
    with open_store(run) as store:
        outcomes = [[attempt.outcome for attempt in store.attempts(trial.id)] for trial in store.trials()]
    assert sorted(outcomes, key=len)[-1] == (["lost", "completed"] if victim == "worker" else ["completed"])
    assert all(len(one) == 1 for one in sorted(outcomes, key=len)[:-1])
    logs = {name: len(list((run / "logs").glob(f"{name}-*.log"))) for name in ("worker", "search")}
    assert logs == {"worker": 2 + (victim == "worker"), "search": 1 + (victim == "search")}


def test_enqueued_configurations_come_first(trainer: Trainer, folder: Path) -> None:
    space = write_space(folder, enqueue=[{"learning_rate": 0.05}, {"learning_rate": 0.0625}])
    done = trainer("run", space, "--workers", "0", "--no-retrain", cwd=folder)
    assert done.code == 0, done.err
    trials = json.loads(trainer("trials", "--json", cwd=folder).out)
    assert [one["config"]["learning_rate"] for one in trials[:2]] == [0.05, 0.0625]
    assert len(trials) == 3


def grid(folder: Path, rates: list[float], **more: Any) -> Path:
    parameters = {"conv_layers": 1, "filters": 2, "dense_layers": 0, "batch_size": 16, "epochs": 2, "optimizer": "sgd"}
    parameters["learning_rate"] = {"type": "choice", "values": rates}
    return write_space(folder, search={"method": "grid"}, parameters=parameters, **more)


def test_a_loss_that_is_no_number_ends_the_trial_and_not_the_sweep(trainer: Trainer, folder: Path) -> None:
    done = trainer("run", grid(folder, [0.01, 1e30]), "--workers", "0", cwd=folder)
    assert done.code == 0, done.err
    assert "trial   1  diverged   the loss became NaN or infinite in epoch 1" in done.out
    trials = json.loads(trainer("trials", "--json", cwd=folder).out)
    assert [one["state"] for one in trials] == ["completed", "diverged"]
    assert json.loads(trainer("show", "--json", cwd=folder).out)["winner"]["id"] == 0


def test_a_model_above_a_limit_is_skipped_which_plan_foretells(trainer: Trainer, folder: Path) -> None:
    filters = {"type": "choice", "values": [2, 10**9]}
    parameters = {"conv_layers": 1, "filters": filters, "dense_layers": 0, "batch_size": 16, "epochs": 2}
    space = write_space(folder, search={"method": "grid"}, parameters=parameters)
    planned = trainer("plan", space, cwd=folder)
    need = "58,000,000,003 parameters and the activations of a batch need about 171.3 TB, above max_memory, 16 GB"
    assert f"  would be skipped: {need}" in " ".join(planned.out.splitlines()).replace("     ", " ")
    samples = json.loads(trainer("plan", space, "--json", cwd=folder).out)["samples"]
    assert [(one["parameters"] > 10**9, one["memory_bytes"] > 16 * 10**9) for one in samples] == [
        (False, False),
        (True, True),
    ]
    assert [one["skipped"] for one in samples] == [None, need]
    done = trainer("run", space, "--workers", "0", cwd=folder)
    assert done.code == 0, done.err
    assert f"trial   1  skipped    {need}\n" in done.out
    trials = json.loads(trainer("trials", "--json", cwd=folder).out)
    assert [(one["state"], one["epochs_trained"]) for one in trials] == [("completed", 2), ("skipped", 0)]
    assert json.loads(trainer("show", "--json", cwd=folder).out)["trials"]["skipped"] == 1


MODEL = """
import keras

def build(hp):
    units = hp.Choice("units", [2, 3])
    if units in {failing}:
        raise ValueError(f"[red]no[/red] model of {{units}} units\\nand more")
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()])
    model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    rate = hp.Float("rate", 0.01, 0.1)
    model.compile(keras.optimizers.SGD(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""


def user_space(folder: Path, module: str, code: str, **more: Any) -> Path:
    (folder / f"{module}.py").write_text(code)
    settings = {"search": {"method": "random", "max_trials": 4}, "parameters": {"epochs": 2}}
    return write_space(folder, model=f"{module}:build", **settings | more)


def test_a_model_of_ones_own_with_a_trial_that_fails(trainer: Trainer, folder: Path) -> None:
    space = user_space(folder, "one_fails", MODEL.format(failing="{3}"))
    done = trainer("run", space, "--workers", "0", cwd=folder)
    assert done.code == 0, done.err
    trials = json.loads(trainer("trials", "--json", cwd=folder).out)
    states = {one["config"]["units"]: one["state"] for one in trials}
    assert states == {2: "completed", 3: "failed"}
    error = "model one_fails:build: build(hp) raised ValueError: [red]no[/red] model of 3 units"
    assert {one["error"] for one in trials} == {None, error}
    assert f"failed     {error}" in done.out
    assert error in trainer("trials", cwd=folder).out


BROKEN = """
import keras

class Broken(keras.layers.Layer):
    def call(self, x, training=False):
        if training:
            raise ValueError("[red]cannot[/red] be trained\\nand more")
        return x

def build(hp):
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), Broken()])
    model.add(keras.layers.Dense(hp.Choice("units", [3]), activation="softmax"))
    model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""


@pytest.mark.parametrize("retrain", [[], ["--no-retrain"]])
def test_where_all_trials_fail_one_line_names_the_cause(retrain: list[str], trainer: Trainer, folder: Path) -> None:
    space = user_space(folder, "all_fail", BROKEN)
    for arguments in (["run", space], ["resume"]):
        done = trainer(*arguments, *retrain, "--workers", "0", cwd=folder)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert done.err.startswith("error: no trial completed with a finite objective, so there is no winner (1 failed")
        assert done.err.endswith("; the most common error: ValueError: [red]cannot[/red] be trained (once)\n")
    assert json.loads(trainer("show", "--json", cwd=folder).out)["state"] == "finished"
    assert trainer("best", cwd=folder) == (1, "", "error: tiny-001 has no completed trial yet\n")


HYPERMODEL = """
import keras
import keras_tuner as kt

class Model(kt.HyperModel):
    def build(self, hp):
        model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()])
        model.add(keras.layers.Dense(3, activation="softmax"))
        model.compile("sgd", loss="categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, hp, model, *args, **kwargs):
        kwargs["batch_size"] = hp.Choice("my_batch", [8, 19])
        with open("fitted.txt", "a") as file:
            file.write(f"{kwargs['batch_size']}\\n")
        return model.fit(*args, **kwargs)

build = Model()
"""


def test_a_hypermodel_with_a_fit_of_its_own(trainer: Trainer, folder: Path) -> None:
    done = trainer("run", user_space(folder, "own_fit", HYPERMODEL), "--workers", "0", cwd=folder)
    assert done.code == 0, done.err
    trials = json.loads(trainer("trials", "--json", cwd=folder).out)
    assert {one["state"] for one in trials} == {"completed"}
    assert {one["config"]["my_batch"] for one in trials} == {8, 19}
    assert set((folder / "fitted.txt").read_text().split()) == {"8", "19"}


def test_a_name_that_exists_is_no_new_run(finished: Path, trainer: Trainer) -> None:
    folder = finished.parents[1]
    before = digest(finished)
    done = trainer("run", "tiny.yaml", "--name", "tiny-001", cwd=folder)
    line = "error: run tiny-001 exists already; go on with it: sweep resume tiny-001, or choose another name\n"
    assert done == (2, "", line)
    assert digest(finished) == before


def test_changed_images_are_not_searched_on(trainer: Trainer, folder: Path) -> None:
    run = trainer("run", write_space(folder), "--workers", "0", "--no-retrain", cwd=folder)
    assert run.code == 0, run.err
    write_images(folder / "tiny.npz", seed=1)
    for command in ("resume", "retrain-best", "evaluate"):
        done = trainer(command, "--workers", "0", cwd=folder)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"error: the images of {folder}/tiny.npz have changed since the run began: ")


def test_a_raised_limit_leads_to_the_table_of_the_higher_one(finished: Path, trainer: Trainer, folder: Path) -> None:
    space = write_space(folder, search={"method": "random", "max_trials": 2})
    assert trainer("run", space, "--workers", "0", "--no-retrain", cwd=folder).code == 0
    for command in (["--set", "search.max_trials=3", "--no-retrain"], ["--set", "search.max_trials=3"]):
        done = trainer("resume", *command, "--workers", "0", cwd=folder)
        assert done.code == 0, done.err
    assert digest(folder / "runs" / "tiny-001") == digest(finished)
    done = trainer("resume", "--set", "search.max_trials=4", "--workers", "0", cwd=folder)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("error: tiny-001 has its winner: ")


def test_a_time_that_is_up_is_said_and_can_be_raised(finished: Path, trainer: Trainer, folder: Path) -> None:
    space = write_space(folder, search={"method": "random", "max_trials": 3, "max_time": 0.1})
    done = trainer("run", space, "--workers", "0", "--no-retrain", cwd=folder)
    assert done.code == 0, done.err
    assert "max_time is up: no more training is begun" in done.out
    assert 1 <= len(json.loads(trainer("trials", "--json", cwd=folder).out)) < 3
    done = trainer("resume", "--set", "search.max_time=1h", "--workers", "0", "--no-retrain", cwd=folder)
    assert (done.code, "max_time" in done.out) == (0, False)
    assert digest(folder / "runs" / "tiny-001") == digest(finished)


def test_an_edited_definition_is_not_searched_on(trainer: Trainer, copied: Path) -> None:
    file = copied / "space.yaml"
    file.write_text(file.read_text().replace("conv_layers: 1", "conv_layers: 2"))
    done = trainer("resume", cwd=copied.parents[1])
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(
        "error: runs/tiny-001/space.yaml was edited: parameters.conv_layers was 1 and is now 2; delete "
    )


def test_retraining_waits_for_the_end_of_the_search(trainer: Trainer, copied: Path) -> None:
    with Store.open(copied / "sweep.db") as store:
        store._database.execute("DELETE FROM event WHERE kind = 'search_finished'")
    line = "error: the search of tiny-001 has not ended yet; go on with: sweep resume tiny-001\n"
    assert trainer("retrain-best", "--workers", "0", cwd=copied.parents[1]) == (2, "", line)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["data.source=nowhere"], "nowhere: no such file or folder (seen from "),
        (["parameters.batch_size=39"], "parameters.batch_size (39): 39 is above the 38 training images"),
        (["model=nowhere:build"], "model nowhere:build: there is no module 'nowhere' in "),
        (["data.limit=3"], ""),
        (["seed"], "--set seed: write it as key.path=value"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_written(
    settings: list[str], message: str, trainer: Trainer, folder: Path
) -> None:
    overrides = [part for setting in settings for part in ("--set", setting)]
    done = trainer("run", write_space(folder), "--workers", "0", *overrides, cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}") and done.err.count("\n") == 1
    assert not (folder / "runs").exists()
