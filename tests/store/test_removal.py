from __future__ import annotations

import shutil

import pytest

from sweep.errors import InputError, SweepFailed
from sweep.store import RunDirectory, RunLock
from sweep.store.removal import contents_of, remove_run


def test_the_contents_are_counted_without_what_links_lead_to(tmp_path):
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "a").write_bytes(b"x" * 10)
    (folder / "deep" / "b").write_bytes(b"x" * 5)
    (tmp_path / "large").write_bytes(b"x" * 10_000)
    (folder / "link").symlink_to(tmp_path / "large")
    contents = contents_of(folder)
    assert contents.files == 3
    assert contents.bytes < 1_000


def test_a_removed_run_leaves_nothing_behind_and_its_name_is_free(run, store):
    store.close()
    remove_run(run)
    assert list(run.root.parent.iterdir()) == []


def test_a_run_that_is_being_run_stays(run, store):
    with RunLock(run), pytest.raises(InputError, match="is being run by pid"):
        remove_run(run)
    assert run.database.is_file()


def test_of_a_link_only_the_link_goes(run, store, tmp_path):
    link = RunDirectory(tmp_path / "others" / "linked")
    link.root.parent.mkdir()
    link.root.symlink_to(run.root)
    remove_run(link)
    assert list(link.root.parent.iterdir()) == []
    assert run.database.is_file()


def test_what_cannot_be_removed_is_named_with_what_is_left_of_the_run(run, store, monkeypatch):
    store.close()

    def refuse(folder):
        raise PermissionError(1, "Operation not permitted", str(folder / "model.keras"))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(SweepFailed) as caught:
        remove_run(run)
    (left,) = run.root.parent.iterdir()
    assert str(caught.value) == (
        f"{left}/model.keras: cannot be removed: Operation not permitted; what is left of {run.name} is in {left}"
    )
