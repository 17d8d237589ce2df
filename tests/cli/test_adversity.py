"""Full disks, folders that may not be written, damaged stores, lost checkpoints, images that vanish or change: one line
that says what to do, and nothing that was finished is lost."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from sweep.trial import kept
from tests.adversity import Adversity, at, call_under, file_limit, interrupt, no_space, permissions_bind
from tests.tiny_sweep import Done, Trainer, digest, write_images, write_space

READING = ["show", "show --json", "trials", "best", "export", "export --epochs"]
RUNNING = ["resume", "retrain-best", "evaluate", "tensorboard --rebuild --no-serve"]
NAME = "tiny-001"
SEARCH_ONLY = ("--workers", "0", "--no-retrain")


@pytest.fixture(scope="module")
def killed_once(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `tiny.npz`, `tiny.yaml` and a sweep that was killed: its trial 0 is completed, its trial 1 has a
    checkpoint of all its epochs and no result yet. The images are found from the working directory."""
    folder = tmp_path_factory.mktemp("killed")
    write_images(folder / "tiny.npz")
    space = write_space(folder, data={"source": "tiny.npz"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWEEP_FAULT", f"checkpoint.replace:2:{folder / 'mark'}")
        process = trainer.start("run", space.name, *SEARCH_ONLY, cwd=folder)
    process.communicate(timeout=120)
    assert process.returncode == -9
    return folder


@pytest.fixture
def killed(killed_once: Path, tmp_path: Path) -> Path:
    """That folder once more, to be changed."""
    return Path(shutil.copytree(killed_once, tmp_path / "killed"))


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A folder with a finished sweep, to be changed."""
    shutil.copytree(finished, tmp_path / "runs" / NAME)
    return tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_images(tmp_path / "tiny.npz")
    write_space(tmp_path)
    return tmp_path


def root(folder: Path) -> Path:
    return folder / "runs" / NAME


def expect_line(done: Done, code: int, *words: str) -> None:
    """One line, and what to do is in it."""
    assert (done.code, done.err.count("\n"), done.err[:7]) == (code, 1, "error: "), done
    assert "Traceback" not in done.out + done.err
    for word in words:
        assert word in done.err


def completed(trainer: Trainer, folder: Path, *more: object) -> list[int]:
    """Which trials can be read as completed, by all commands that tell of them."""
    show = trainer("show", "--json", *more, cwd=folder)
    trials = trainer("trials", "--json", *more, cwd=folder)
    assert (show.code, trials.code, show.err + trials.err) == (0, 0, "")
    done = [one["id"] for one in json.loads(trials.out) if one["state"] == "completed"]
    assert json.loads(show.out)["trials"] == {
        **dict.fromkeys(["waiting", "running", "diverged", "failed", "skipped"], 0),
        "completed": len(done),
        "waiting": len(json.loads(trials.out)) - len(done),
    }
    return done


def expect_rest(trainer: Trainer, folder: Path, finished: Path, *more: object) -> None:
    """The sweep goes on to the very end that it would have come to undisturbed."""
    done = trainer("resume", *SEARCH_ONLY, *more, cwd=folder)
    assert (done.code, done.err) == (0, ""), done
    assert json.loads(trainer("show", "--json", *more, cwd=folder).out)["digest"] == digest(finished)


# A full disk


@pytest.mark.parametrize("file", ["space.yaml", "environment.partial.json", "labels.csv"])
def test_a_disk_that_is_full_before_the_first_trial_leaves_no_run(file: str, trainer: Trainer, folder: Path) -> None:
    done = call_under(trainer, partial(no_space, f"*/{file}"), "run", "tiny.yaml", *SEARCH_ONLY, cwd=folder)
    expect_line(done, 1, f"runs/{NAME}: No space left on device; free some space, or choose another --runs-dir")
    assert list((folder / "runs").iterdir()) == []


def test_nor_does_a_store_that_could_not_be_made(trainer: Trainer, folder: Path) -> None:
    done = call_under(trainer, partial(file_limit, 8_000), "run", "tiny.yaml", *SEARCH_ONLY, cwd=folder)
    expect_line(done, 1)
    assert list((folder / "runs").iterdir()) == []
    assert "resume" not in done.err


def test_a_store_that_cannot_grow_keeps_what_it_has(finished: Path, trainer: Trainer, folder: Path) -> None:
    done = call_under(trainer, partial(file_limit, 100_000), "run", "tiny.yaml", *SEARCH_ONLY, cwd=folder)
    expect_line(done, 1, f"runs/{NAME}/sweep.db: ", "check the disk and its free space, then resume the sweep")
    assert 0 in completed(trainer, folder)
    expect_rest(trainer, folder, finished)


@pytest.mark.parametrize(
    ("file", "ending", "advice"),
    [
        ("checkpoints/trial-0002.ckpt", ".tmp", "make room for it, then resume"),
        ("trials.json", ".new", "free some space"),
        ("tensorboard/trial-0002/", "*", "free some space"),
    ],
)
def test_a_disk_that_is_full_in_the_search_costs_nothing_finished(
    file: str, ending: str, advice: str, finished: Path, trainer: Trainer, killed: Path
) -> None:
    done = call_under(trainer, partial(no_space, f"*/{file}{ending}"), "resume", *SEARCH_ONLY, cwd=killed)
    expect_line(done, 1, f"runs/{NAME}/{file}", "No space left on device", advice)
    assert completed(trainer, killed) == [0, 1]
    expect_rest(trainer, killed, finished)


@pytest.mark.parametrize(
    ("adversity", "words"),
    [
        pytest.param(
            partial(file_limit, 33_000),
            ["retraining trial 2 failed: ", "File too large", "free some space"],
            id="model.keras",
        ),
        pytest.param(
            partial(no_space, "*/metrics.partial.json"),
            ["No space left on device", "free some space"],
            id="metrics.json",
        ),
    ],
)
def test_a_disk_that_is_full_in_the_retraining_leaves_the_former_answer(
    adversity: Adversity, words: list[str], finished: Path, trainer: Trainer, copied: Path
) -> None:
    before = {path.name: path.read_bytes() for path in (root(copied) / "final").iterdir()}
    done = call_under(trainer, adversity, "retrain-best", "--workers", "0", cwd=copied)
    assert {path.name: path.read_bytes() for path in (root(copied) / "final").iterdir()} == before
    assert not (root(copied) / "final.partial").exists()
    assert completed(trainer, copied) == [0, 1, 2]
    expect_line(done, 1, *words)


def test_an_answer_that_the_board_had_no_room_for_is_kept_and_written_to_it_later(
    trainer: Trainer, copied: Path
) -> None:
    board = root(copied) / "tensorboard" / "final"
    done = call_under(trainer, partial(no_space, "*/tensorboard/final/*"), "retrain-best", "--workers", "0", cwd=copied)
    assert (done.code, done.err) == (0, "")
    assert "warning: TensorBoard does not show the final model: " in done.out
    assert "No space left on device; free some space or check the permissions; then: sweep tensorboard --re" in done.out
    assert trainer("tensorboard", "--rebuild", "--no-serve", cwd=copied).code == 0
    assert [path.stat().st_size > 0 for path in board.iterdir()] == [True]


def test_a_disk_that_is_full_for_a_worker_is_one_line_on_the_terminal(trainer: Trainer, folder: Path) -> None:
    """Its checkpoint is larger than anything else of this sweep."""
    large = {"conv_layers": 1, "filters": 32, "dense_layers": 1, "dense_units": 64, "batch_size": 16, "epochs": 1}
    parameters = {**large, "learning_rate": {"type": "float", "min": 0.001, "max": 0.1}}
    space = write_space(folder, search={"method": "random", "max_trials": 1}, parameters=parameters)
    done = call_under(trainer, partial(file_limit, 200_000), "run", space, "--workers", "1", cwd=folder)
    expect_line(done, 1, "cannot write ", "trial-0000.ckpt: File too large; make room for it, then resume")
    assert completed(trainer, folder) == []


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Iterator[Callable[[], object]]:
    """A file system of `size` KiB; what it gives makes it larger."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small file system, and not everywhere")
    try:
        yield partial(subprocess.run, ["mount", "-o", "remount,size=20M", str(place)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_small_disk_is_filled_and_then_made_larger(finished: Path, trainer: Trainer, folder: Path) -> None:
    with small_disk(folder / "small", 216) as enlarge:
        place = ("--runs-dir", folder / "small" / "runs")
        done = trainer("run", "tiny.yaml", *SEARCH_ONLY, *place, cwd=folder)
        expect_line(done, 1, "full; free some disk space, then resume the sweep")
        assert 0 in completed(trainer, folder, *place)
        enlarge()
        expect_rest(trainer, folder, finished, *place)


def test_a_cache_on_a_small_disk(trainer: Trainer, folder: Path) -> None:
    with small_disk(folder / "small", 28) as enlarge:
        settings = {"SWEEP_CACHE": str(folder / "small")}
        plan = partial(call_under, trainer, nullcontext, "plan", "tiny.yaml", cwd=folder, environment=settings)
        expect_line(plan(), 2, "datasets: No space left on device; make room there or set SWEEP_CACHE")
        assert list((folder / "small" / "datasets").iterdir()) == []
        enlarge()
        assert plan().code == 0


def test_a_cache_that_cannot_grow(trainer: Trainer, folder: Path) -> None:
    done = call_under(
        trainer,
        partial(file_limit, 1_000),
        *("run", "tiny.yaml", *SEARCH_ONLY),
        cwd=folder,
        environment={"SWEEP_CACHE": str(folder / "cache")},
    )
    expect_line(done, 2, "File too large; make room there or set SWEEP_CACHE")
    assert not (folder / "runs").exists()
    assert list((folder / "cache" / "datasets").iterdir()) == []


# A folder that may not be written


@pytest.fixture(params=["finished", "killed"])
def read_only(request: pytest.FixtureRequest) -> Iterator[Path]:
    folder: Path = request.getfixturevalue("copied" if request.param == "finished" else "killed")
    for path in [root(folder), *root(folder).rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    yield folder
    for path in [root(folder), *root(folder).rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)


def test_a_run_that_may_only_be_read_is_read_and_not_run(trainer: Trainer, read_only: Path) -> None:
    for command in [*READING, "list"]:
        done = call_under(trainer, permissions_bind, *command.split(), cwd=read_only)
        assert (done.code, done.err) == (0, ""), command
        assert done.out.count("\n") > 1 and (command.startswith("export") or NAME in done.out or "val_acc" in done.out)
    for command in RUNNING:
        done = call_under(trainer, permissions_bind, *command.split(), cwd=read_only)
        expect_line(done, 1, "run.lock: cannot lock the run: Permission denied; check the permissions")


def test_a_run_that_may_not_be_entered_does_not_hide_the_others(trainer: Trainer, copied: Path) -> None:
    closed = Path(shutil.copytree(root(copied), copied / "runs" / "closed"))
    closed.chmod(0)
    try:
        done = call_under(trainer, permissions_bind, "list", cwd=copied)
        shown = call_under(trainer, permissions_bind, "show", "closed", cwd=copied)
    finally:
        closed.chmod(0o755)
    assert (done.code, NAME in done.out) == (0, True)
    expect_line(shown, 1, "Permission denied; check the permissions")


# A store of a newer version, and damaged ones


def make_newer(store: Path) -> None:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 99")


def cut_in_the_middle(store: Path) -> None:
    os.truncate(store, store.stat().st_size // 2 + 100)


def overwrite_a_page(store: Path) -> None:
    """That of the events, which nearly every command reads first."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").fetchone()[0]
    with store.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)


def empty(store: Path) -> None:
    store.write_bytes(b"")


def replace_with_text(store: Path) -> None:
    store.write_text("this is no database\n" * 1000)


def replace_with_another(store: Path) -> None:
    store.unlink()
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE other (one)")


def garble_a_value(store: Path) -> None:
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE trial SET config = substr(config, 4)")


@pytest.mark.parametrize(
    ("damage", "code", "words"),
    [
        (make_newer, 2, ["written by a newer sweep", "upgrade sweep to open it"]),
        (cut_in_the_middle, 1, ["the store is damaged; restore it from a copy"]),
        (overwrite_a_page, 1, ["the store is damaged; restore it from a copy"]),
        (empty, 2, ["is no store of a sweep; restore the run's own sweep.db"]),
        (replace_with_text, 1, ["is no store of a sweep, or a damaged one; restore it from a copy"]),
        (replace_with_another, 2, ["is no store of a sweep; restore the run's own sweep.db"]),
        pytest.param(
            *(garble_a_value, 1, ["the store is damaged; restore it from a copy"]),
        ),
    ],
)
def test_a_store_that_cannot_be_read_is_one_line_in_every_command(
    damage: Callable[[Path], None], code: int, words: list[str], trainer: Trainer, copied: Path, finished: Path
) -> None:
    shutil.copytree(finished, copied / "runs" / "other")
    store, table = root(copied) / "sweep.db", (root(copied) / "trials.csv").read_bytes()
    damage(store)
    left = store.read_bytes()
    for command in [*READING, *RUNNING]:
        verb, *options = command.split()
        done = trainer(verb, NAME, *options, cwd=copied)
        if done.code == 0:  # the trials lie in pages of their own
            assert verb == "export" and damage in (overwrite_a_page, garble_a_value)
        else:
            expect_line(done, code, f"runs/{NAME}/sweep.db: ", *words)
    listed = trainer("list", cwd=copied)
    assert (listed.code, listed.err.count("\n"), listed.out.count("finished")) == (0, 1, 1)
    assert listed.err.startswith(f"left out: runs/{NAME}/sweep.db: ")
    assert (store.read_bytes(), (root(copied) / "trials.csv").read_bytes()) == (left, table)
    shutil.copy(finished / "sweep.db", store)
    assert completed(trainer, copied, "--runs-dir", "runs") == [0, 1, 2]


def test_a_store_that_is_gone_is_no_reason_to_remove_the_rest(trainer: Trainer, copied: Path) -> None:
    (root(copied) / "sweep.db").unlink()
    for command in [*READING, *RUNNING]:
        verb, *options = command.split()
        done = trainer(verb, NAME, *options, cwd=copied)
        expect_line(done, 2, "sweep.db")
        assert "remove" not in done.err


def test_a_killed_sweep_without_its_log_goes_on_from_what_its_store_holds(
    finished: Path, trainer: Trainer, killed: Path
) -> None:
    """So young a store has all its facts in the log: the sweep begins anew."""
    for suffix in ("-wal", "-shm"):
        (root(killed) / f"sweep.db{suffix}").unlink()
    assert completed(trainer, killed) == []
    expect_rest(trainer, killed, finished)


def test_a_killed_sweep_whose_store_is_damaged_is_read_from_its_log(trainer: Trainer, killed: Path) -> None:
    cut_in_the_middle(root(killed) / "sweep.db")
    assert completed(trainer, killed) == [0]


# A checkpoint that is missing, damaged, or of another trial


def delete(checkpoint: Path) -> None:
    checkpoint.unlink()


def flip_a_bit(checkpoint: Path) -> None:
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    checkpoint.write_bytes(content)


@pytest.mark.parametrize("damage", [delete, flip_a_bit])
def test_a_trial_whose_checkpoint_is_lost_is_trained_from_its_start(
    damage: Callable[[Path], None], finished: Path, trainer: Trainer, killed: Path
) -> None:
    (checkpoint,) = (root(killed) / "checkpoints").iterdir()
    assert checkpoint.name == "trial-0001.ckpt"
    damage(checkpoint)
    expect_rest(trainer, killed, finished)


@pytest.fixture(scope="module")
def promoting_once(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A Hyperband search that was stopped when all trials of its first rung had their checkpoints and the last of them
    no result yet; and the digest that it comes to."""
    folder = tmp_path_factory.mktemp("promoting")
    write_images(folder / "tiny.npz")
    parameters: dict[str, Any] = {"conv_layers": 1, "filters": 2, "dense_layers": 0, "batch_size": 16}
    parameters["epochs"] = {"type": "int", "min": 1, "max": 2}
    parameters["learning_rate"] = {"type": "float", "min": 0.001, "max": 0.1, "sampling": "log"}
    write_space(folder, search={"method": "hyperband", "factor": 2}, parameters=parameters)
    stopped = call_under(
        trainer, partial(at, "checkpoint.replace", 2, interrupt), "run", "tiny.yaml", *SEARCH_ONLY, cwd=folder
    )
    assert stopped.code == 130
    whole = Path(shutil.copytree(folder, folder / "whole"))
    assert trainer("resume", *SEARCH_ONLY, cwd=whole).code == 0
    return folder, digest(root(whole))


@pytest.fixture
def promoting(promoting_once: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    folder, wanted = promoting_once
    shutil.copytree(folder / "runs", tmp_path / "runs")
    return tmp_path, wanted


def test_a_promoted_trial_whose_checkpoint_is_lost_is_trained_from_its_start(
    trainer: Trainer, promoting: tuple[Path, str]
) -> None:
    folder, wanted = promoting
    checkpoints = sorted((root(folder) / "checkpoints").iterdir())
    assert [path.name for path in checkpoints] == ["trial-0000.ckpt", "trial-0001.ckpt"]
    for checkpoint in checkpoints:
        checkpoint.unlink()
    done = trainer("resume", *SEARCH_ONLY, cwd=folder)
    assert (done.code, done.err, digest(root(folder))) == (0, "", wanted)


def test_a_checkpoint_of_another_trial_is_refused_and_the_advice_helps(
    trainer: Trainer, promoting: tuple[Path, str]
) -> None:
    folder, wanted = promoting
    checkpoints = sorted((root(folder) / "checkpoints").iterdir())
    first, second = (path.read_bytes() for path in checkpoints)
    checkpoints[0].write_bytes(second)
    checkpoints[1].write_bytes(first)
    refused = 0
    while (done := trainer("resume", *SEARCH_ONLY, cwd=folder)).code != 0:
        expect_line(done, 1, "belongs to another seed, configuration, model or dataset", "delete it to train the trial")
        (folder / done.err.removeprefix("error: ").partition(" belongs ")[0]).unlink()
        refused += 1
    assert refused in (1, 2)  # trial 1, which had no result yet, and trial 0 if it is the one promoted
    assert digest(root(folder)) == wanted


# Images that vanish or change


@pytest.mark.parametrize("command", ["resume", "retrain-best", "evaluate"])
@pytest.mark.parametrize("cached", [True, False])
def test_images_that_vanished_are_asked_for(cached: bool, command: str, trainer: Trainer, killed: Path) -> None:
    settings = {} if cached else {"SWEEP_CACHE": str(killed / "cache")}
    (killed / "tiny.npz").unlink()
    done = call_under(trainer, nullcontext, command, "--workers", "0", cwd=killed, environment=settings)
    expect_line(done, 2, "tiny.npz: no such file or folder", "bring the images back")
    assert completed(trainer, killed) == [0]


@pytest.mark.parametrize("changed", [{"seed": 1}, {"count": 59}, {"count": 61}])
def test_images_that_changed_are_refused_until_they_are_brought_back(
    changed: dict[str, int], finished: Path, trainer: Trainer, killed: Path
) -> None:
    write_images(killed / "tiny.npz", **changed)
    for command in ("resume", "retrain-best", "evaluate"):
        done = trainer(command, "--workers", "0", cwd=killed)
        expect_line(done, 2, "the images of tiny.npz have changed since the run began", "bring the images back, or")
    assert completed(trainer, killed) == [0]
    if "seed" in changed:  # once is enough
        write_images(killed / "tiny.npz")
        expect_rest(trainer, killed, finished)


def write_pictures(folder: Path) -> None:
    with np.load(folder / "tiny.npz") as arrays:
        for number, (pixels, label) in enumerate(zip(arrays["x"], arrays["y"], strict=True)):
            (folder / "pictures" / f"class {label}").mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / "pictures" / f"class {label}" / f"{number:02}.png")


def test_a_folder_in_which_a_picture_changed_came_or_went(trainer: Trainer, folder: Path) -> None:
    write_pictures(folder)
    write_space(folder, data={"source": "pictures"}, search={"method": "random", "max_trials": 2})
    stop = partial(at, "checkpoint.replace", 2, interrupt)
    assert call_under(trainer, stop, "run", "tiny.yaml", *SEARCH_ONLY, cwd=folder).code == 130
    whole = Path(shutil.copytree(folder, folder.with_name("whole")))
    assert trainer("resume", *SEARCH_ONLY, cwd=whole).code == 0

    first, second = folder / "pictures" / "class 0" / "00.png", folder / "pictures" / "class 1" / "01.png"
    before = first.read_bytes()
    for change in (partial(shutil.copy, second, first), first.unlink, partial(shutil.copy, second, f"{first}.png")):
        change()
        done = trainer("resume", *SEARCH_ONLY, cwd=folder)
        expect_line(done, 2, "the images of pictures have changed since the run began", "bring the images back, or")
        assert completed(trainer, folder) == [0]
        first.write_bytes(before)
    Path(f"{first}.png").unlink()
    shutil.move(folder / "pictures", folder / "elsewhere")
    expect_line(trainer("resume", *SEARCH_ONLY, cwd=folder), 2, "pictures: no such file or folder", "bring the images")
    shutil.move(folder / "elsewhere", folder / "pictures")
    assert trainer("resume", *SEARCH_ONLY, cwd=folder).code == 0
    assert digest(root(folder)) == digest(root(whole))


@contextlib.contextmanager
def cache_vanishes(cache: Path) -> Iterator[None]:
    """After the first trial, where the next one has none of its images yet."""
    with mock.patch.object(kept, "MOST", 0), at("checkpoint.replace", 1, partial(shutil.rmtree, cache)):
        yield


def test_a_cache_that_vanishes_fails_no_trial_and_is_made_anew(finished: Path, trainer: Trainer, folder: Path) -> None:
    settings, gone = {"SWEEP_CACHE": str(folder / "cache")}, partial(shutil.rmtree, folder / "cache")
    call = partial(call_under, trainer, cwd=folder, environment=settings)
    done = call(partial(cache_vanishes, folder / "cache"), "run", "tiny.yaml", "--workers", "0")
    expect_line(done, 1, "the prepared images are gone or damaged; resume the sweep, which prepares them anew")
    assert completed(trainer, folder) == [0]
    done = call(partial(at, "winner.frozen", 1, gone), "resume", "--workers", "0")
    expect_line(done, 1, "retraining trial 2 failed: ", "prepare it anew")
    assert completed(trainer, folder) == [0, 1, 2]
    assert call(nullcontext, "resume", "--workers", "0").code == 0
    assert digest(root(folder)) == digest(finished)
    tests = [json.loads((one / "final" / "metrics.json").read_text())["test"] for one in (root(folder), finished)]
    assert tests[0] == tests[1]
