from __future__ import annotations

import os

import pytest

from sweep.errors import InputError
from sweep.store import Store, create_run
from sweep.store.target import target


def test_a_new_file_or_one_that_may_be_replaced_is_itself_and_a_link_is_what_it_leads_to(tmp_path):
    file, link = tmp_path / "trials.csv", tmp_path / "link.csv"
    assert target(file, force=False) == file
    file.write_text("old")
    link.symlink_to(file)
    assert target(link, force=True) == file


def test_what_is_no_file_is_refused_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(InputError, match="is no regular file"):
            target(path, force=True)
    assert pipe.is_fifo()


def test_a_folder_that_is_missing_is_named(tmp_path):
    path = tmp_path / "no" / "x.csv"
    with pytest.raises(InputError) as caught:
        target(path, force=True)
    assert str(caught.value) == f"{path}: there is no folder {path.parent}; make it first, or write elsewhere"


@pytest.mark.parametrize("name", ["-", ""])
def test_a_name_that_is_none_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="names no file"):
        target(tmp_path.__class__(name), force=True)


def test_a_run_keeps_its_own_files(tmp_path):
    run = create_run(tmp_path, "digits-001", "digits")
    Store.create(run.database, {"name": run.name}).close()
    for path in (run.database, run.root / "mine.csv", run.logs / "mine.csv"):
        with pytest.raises(InputError, match="lies in the directory of a run"):
            target(path, force=True)


def test_a_file_that_is_there_is_replaced_by_force_only(tmp_path):
    path = tmp_path / "study.db"
    path.write_text("old")
    with pytest.raises(InputError) as caught:
        target(path, force=False)
    assert str(caught.value) == f"{path} exists already; choose another name, or replace it with --force"
    assert target(path, force=True) == path


def test_a_link_that_leads_to_itself_and_a_name_that_is_too_long_are_refused(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, reason in ((loop, "a link that leads to itself"), (tmp_path / ("x" * 300), "File name too long")):
        with pytest.raises(InputError, match=f"cannot be written: {reason}"):
            target(path, force=True)
