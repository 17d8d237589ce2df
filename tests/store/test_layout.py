from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.store import RunDirectory, Store, create_run, find_run, list_runs


def begin(runs_dir, name, created):
    run = create_run(runs_dir, name, "digits")
    Store.create(run.database, {"name": name, "created": created}).close()
    return run


@pytest.fixture
def three(tmp_path):
    begin(tmp_path, "second", "2025-01-02T00:00:00+00:00")
    begin(tmp_path, "third", "2025-01-02T00:30:00-01:00")
    begin(tmp_path, "first", "2025-01-01T23:00:00+00:00")
    return tmp_path


def test_paths_of_a_run():
    run = RunDirectory(Path("runs/digits-001"))
    assert run.name == "digits-001"
    paths = {
        run.space_file: "space.yaml",
        run.environment_file: "environment.json",
        run.database: "sweep.db",
        run.tensorboard: "tensorboard",
        run.checkpoints: "checkpoints",
        run.logs: "logs",
        run.final: "final",
        run.trials_csv: "trials.csv",
        run.trials_json: "trials.json",
    }
    assert all(path == run.root / name for path, name in paths.items())
    assert len(paths) == 9


def test_unnamed_runs_are_numbered_and_their_directories_made(tmp_path):
    runs_dir = tmp_path / "not" / "yet" / "there"
    first, second = (create_run(runs_dir, None, "digits") for _ in range(2))
    assert [first.root, second.root] == [runs_dir / "digits-001", runs_dir / "digits-002"]
    assert sorted(path.name for path in first.root.iterdir()) == ["checkpoints", "logs", "tensorboard"]


def test_the_next_number_is_above_all_there_are(tmp_path):
    for name in ("digits-001", "digits-007", "digits-999", "digits-extra-1234", "photos-5000", "digits-12"):
        (tmp_path / name).mkdir()
    assert create_run(tmp_path, None, "digits").name == "digits-1000"
    assert create_run(tmp_path, None, "digits").name == "digits-1001"
    assert create_run(tmp_path, None, "di").name == "di-001"


def test_a_number_that_another_process_took_just_now_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "iterdir", lambda path: iter(()))
    names = {create_run(tmp_path, None, "digits").name for _ in range(3)}
    assert names == {"digits-001", "digits-002", "digits-003"}


def test_a_given_name_that_exists_says_how_to_go_on(tmp_path):
    create_run(tmp_path, "mine", "digits")
    with pytest.raises(InputError, match="run mine exists already; go on with it: sweep resume mine --runs-dir"):
        create_run(tmp_path, "mine", "digits")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../other", "a/../../b", "/etc", "a\\b", ".hidden", "-v", "a b", "a\n"]
)
def test_a_name_cannot_leave_the_runs_directory(tmp_path, name):
    with pytest.raises(InputError):
        create_run(tmp_path / "runs", name, "digits")
    with pytest.raises(InputError):
        find_run(tmp_path / "runs", name)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_path_given_for_a_name_says_what_was_meant(tmp_path):
    with pytest.raises(
        InputError, match="'runs/digits-001/' is a path; give the run's name, digits-001, and its place"
    ):
        find_run(tmp_path, "runs/digits-001/")


def test_a_place_that_cannot_hold_runs_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another place with --runs-dir"):
        create_run(tmp_path / "file", None, "digits")


def test_runs_are_listed_from_the_oldest_by_when_they_were_created(three):
    assert [run.name for run in list_runs(three)] == ["first", "second", "third"]
    assert find_run(three).name == "third"


def test_a_copy_of_a_run_is_as_old_as_its_original(three):
    shutil.copytree(three / "first", three / "copy")
    assert [run.name for run in list_runs(three)] == ["copy", "first", "second", "third"]


def test_a_damaged_run_is_listed_by_the_time_of_its_file(three):
    database = three / "second" / "sweep.db"
    database.write_bytes(b"nothing" * 1000)
    os.utime(database, (1, 1))
    assert [run.name for run in list_runs(three)] == ["second", "first", "third"]


def test_what_is_no_run_is_passed_over(three):
    (three / ".gitkeep").write_text("")
    (three / "notes.txt").write_text("")
    create_run(three, "half-made", "digits")
    shutil.copytree(three / "first", three / ".trash")
    assert [run.name for run in list_runs(three)] == ["first", "second", "third"]


def test_a_run_is_found_by_name(three):
    assert find_run(three, "first") == RunDirectory(three / "first")


def test_a_run_without_a_store_is_an_input_error(tmp_path):
    create_run(tmp_path, "half-made", "digits")
    with pytest.raises(InputError, match=r"half-made has no sweep\.db: it is no run, or was stopped before it began"):
        find_run(tmp_path, "half-made")


def test_an_unknown_run_names_close_matches(three):
    with pytest.raises(InputError, match=r"there is no run 'frist' in .*; did you mean first"):
        find_run(three, "frist")
    with pytest.raises(InputError, match=r"; to name a trial, name its run before it, as in: sweep show third 15 --"):
        find_run(three, "15")
    with pytest.raises(InputError, match=r"there is no run 'zzz' in .*; see them all with: sweep list"):
        find_run(three, "zzz")


@pytest.mark.parametrize("name", [None, "digits-001"])
@pytest.mark.parametrize("exists", [True, False])
def test_where_there_are_no_runs_the_first_command_is_named(tmp_path, name, exists):
    runs_dir = tmp_path / "runs"
    if exists:
        runs_dir.mkdir()
        (runs_dir / ".gitkeep").write_text("")
    with pytest.raises(InputError, match=r"run one with: sweep run search_spaces/digits\.yaml"):
        find_run(runs_dir, name)
    assert list_runs(runs_dir) == []


def test_a_place_that_cannot_be_read_is_said(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(InputError, match=f"^{tmp_path}: Permission denied; choose another place with --runs-dir$"):
        list_runs(tmp_path)


ESCAPES = [
    *("", ".", "..", "../x", "/x", "/etc/passwd", "x/../../y", "x/", "..\\x", "C:x", "~", "~root", "-x", ".x", "_x"),
    *("x\0", "x\n", "\nx", "x y", "x\t", "x\x1b[2J", "x" * 201, "x" * 5000, "é", "x\u202e", "x\u2025", "．．", "x∕y"),
    *("x\udce9", "１", "$HOME", "x;y", "x*", "x%2f"),
]  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_cannot_leave_the_place_of_runs_and_is_refused_in_one_line(tmp_path, name):
    runs = tmp_path / "runs"
    for refuse in (create_run, find_run):
        with pytest.raises(InputError) as caught:
            refuse(runs, name, "digits") if refuse is create_run else refuse(runs, name)
        assert len(str(caught.value).splitlines()) == 1
    if name:
        with pytest.raises(InputError):
            create_run(runs, None, name)
    assert list(tmp_path.rglob("*")) in ([], [runs])
