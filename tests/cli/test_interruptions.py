"""Sweeps that are stopped or killed, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.final.winner import choose_winner
from sweep.records import Objective, TrialState
from tests.tiny_sweep import Trainer, digest, open_store, write_images, write_space

STOPPED = "sweep: stopped, and nothing finished is lost; {}go on with: sweep resume tiny-001\n"
NOTHING_YET = STOPPED.format("")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_images(tmp_path / "tiny.npz")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Path:
    """Where the sweep will be."""
    return folder / "runs" / "tiny-001"


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not happened():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def has_begun(run: Path, trial: int) -> bool:
    """Whether the trial runs, and has not ended."""
    try:
        with open_store(run) as store:
            return store.trial(trial).state is TrialState.RUNNING
    except InputError:
        return False


def attempts(run: Path) -> list[list[str | None]]:
    with open_store(run) as store:
        return [[attempt.outcome for attempt in store.attempts(trial.id)] for trial in store.trials()]


def rewrite_definition(run: Path, before: str, now: str) -> None:
    """As if the run had begun with it."""
    text = (run / "space.yaml").read_text()
    assert before in text
    text = text.replace(before, now)
    (run / "space.yaml").write_text(text)
    with contextlib.closing(sqlite3.connect(run / "sweep.db")) as database, database:
        database.execute("UPDATE fact SET value = ? WHERE name = 'definition'", [json.dumps(text)])


def best_so_far(run: Path) -> str:
    with open_store(run) as store:
        best = choose_winner(store.trials(), Objective("val_accuracy", "max"), None)
    assert best is not None
    return f"the best so far is trial {best.id}, val_accuracy {best.objective:.4f} at epoch {best.best_epoch}; "


def finish(trainer: Trainer, folder: Path) -> None:
    done = trainer("resume", "--workers", "0", "--no-retrain", cwd=folder)
    assert done.code == 0, done.err
    assert "resumed: " in done.out


def test_after_ctrl_c_the_sweep_goes_on_as_if_nothing_had_been(
    finished: Path, trainer: Trainer, folder: Path, run: Path
) -> None:
    process = trainer.start("run", write_space(folder), "--workers", "0", cwd=folder)
    wait_for(lambda: has_begun(run, 1), process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, STOPPED.format(best_so_far(run)))
    assert "stopping at the end of the running epochs; Ctrl-C once more stops now\n" in out
    show = json.loads(trainer("show", "--json", cwd=folder).out)
    assert (show["state"], show["trials"]["running"], show["winner"]) == ("interrupted", 0, None)
    assert attempts(run)[0] == ["completed"]
    finish(trainer, folder)
    assert digest(run) == digest(finished)
    assert attempts(run)[0] == attempts(run)[2] == ["completed"]


@pytest.mark.parametrize("arguments", [[], ["--now"]])
def test_a_stop_from_another_process_is_one_to_go_on_from(
    arguments: list[str], finished: Path, trainer: Trainer, folder: Path, run: Path
) -> None:
    process = trainer.start("run", write_space(folder), "--workers", "0", cwd=folder)
    wait_for(lambda: has_begun(run, 1), process)
    process.send_signal(signal.SIGSTOP)  # its trials are shorter than another process takes to start
    stop = trainer.start("stop", "tiny-001", *arguments, cwd=folder)
    wait_for((run / "run.stop.json").exists, stop)
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, STOPPED.format(best_so_far(run)))
    assert stop.communicate(timeout=60)[0].splitlines() == [
        f"tiny-001 stops once its running {'epochs' if arguments else 'trials'} have ended",
        "tiny-001 is interrupted; go on with: sweep resume tiny-001",
    ]
    assert stop.returncode == 0
    if not arguments:
        assert "stopping once the running trials have ended, as `sweep stop` asked for\n" in out
        assert attempts(run) == [["completed"], ["completed"]]
    finish(trainer, folder)
    assert digest(run) == digest(finished)


def test_after_a_kill_too(finished: Path, trainer: Trainer, folder: Path, run: Path) -> None:
    process = trainer.start("run", write_space(folder), "--workers", "0", cwd=folder)
    wait_for(lambda: has_begun(run, 1), process)
    process.kill()
    process.communicate(timeout=60)
    assert json.loads(trainer("show", "--json", cwd=folder).out)["state"] == "interrupted"
    before = attempts(run)
    finish(trainer, folder)
    assert digest(run) == digest(finished)
    assert attempts(run)[0] == before[0] == ["completed"]
    assert attempts(run)[1] == ["interrupted", "completed"]


SLOW_SOURCE = """
import time
from pathlib import Path

def load():
    Path("reached.txt").touch()
    time.sleep(60)
"""

SLOW_MODEL = """
import time
from pathlib import Path
import keras

def build(hp):
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    if Path("runs").exists():
        Path("reached.txt").touch()
        time.sleep(60)
    return model
"""


def test_ctrl_c_twice_stops_a_long_epoch_now(trainer: Trainer, folder: Path, run: Path) -> None:
    (folder / "slow_model.py").write_text(SLOW_MODEL)
    space = write_space(folder, model="slow_model:build", parameters={"epochs": 1}, search={"method": "grid"})
    process = trainer.start("run", space, "--workers", "0", cwd=folder)
    wait_for((folder / "reached.txt").exists, process)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("stopping at the end of the running epochs"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=20)[1], process.returncode) == (NOTHING_YET, 130)
    assert attempts(run) == [["interrupted"]]


@pytest.mark.parametrize("command", ["run tiny.yaml", "plan tiny.yaml", "data check slow_source:load"])
def test_ctrl_c_while_images_are_read_leaves_nothing(command: str, trainer: Trainer, folder: Path) -> None:
    (folder / "slow_source.py").write_text(SLOW_SOURCE)
    write_space(folder, data={"source": "slow_source:load"})
    process = trainer.start(*command.split(), cwd=folder)
    wait_for((folder / "reached.txt").exists, process)
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=20), process.returncode) == (("", "sweep: stopped\n"), 130)
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(("workers", "number"), [("0", signal.SIGINT), ("1", signal.SIGINT), ("1", signal.SIGTERM)])
def test_a_stop_of_the_retraining_leaves_the_former_answer(
    workers: str, number: signal.Signals, finished: Path, trainer: Trainer, folder: Path, run: Path
) -> None:
    shutil.copytree(finished, run)
    rewrite_definition(run, "retrain: {epochs: best}", "retrain: {epochs: 1000000}")
    before = (run / "final" / "metrics.json").read_bytes()
    process = trainer.start("retrain-best", "--workers", workers, cwd=folder)
    wait_for((run / "final.partial").exists, process)
    time.sleep(0.5)
    process.send_signal(number)
    assert (process.communicate(timeout=60)[1], process.returncode) == (STOPPED.format(best_so_far(run)), 130)
    assert (run / "final" / "metrics.json").read_bytes() == before
    assert not (run / "final.partial").exists()
    with open_store(run) as store:
        assert len(store.events("test_evaluation")) == 1


def test_a_second_process_may_not_run_the_same_sweep(finished: Path, trainer: Trainer, folder: Path, run: Path) -> None:
    from sweep.store.layout import RunDirectory
    from sweep.store.lock import RunLock

    shutil.copytree(finished, run)
    with RunLock(RunDirectory(run)):
        for command in (["resume"], ["retrain-best"], ["evaluate"], ["tensorboard", "--rebuild", "--no-serve"]):
            done = trainer(*command, cwd=folder)
            assert (done.code, done.out) == (2, "")
            assert done.err.startswith(f"error: run tiny-001 is being run by pid {os.getpid()} on ")
