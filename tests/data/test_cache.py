import errno
import os
import time
from pathlib import Path

import numpy as np
import pytest

from sweep.data import cache
from sweep.data.cache import create_array, entries_folder, new_entry
from sweep.errors import InputError


def is_whole(entry):
    return (entry / "whole").exists()


def fill(folder, text):
    (folder / "whole").write_text(text)
    (folder / "sub").mkdir()
    (folder / "sub" / "file").write_text(text)


def test_the_folder_is_the_argument_then_the_environment_then_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("SWEEP_CACHE", "/from/environment")
    assert entries_folder(tmp_path) == tmp_path / "datasets"
    assert entries_folder(None) == Path("/from/environment/datasets")
    monkeypatch.delenv("SWEEP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert entries_folder(None) == tmp_path / "xdg" / "sweep" / "datasets"


def test_an_entry_has_its_name_only_when_it_is_finished(tmp_path):
    entry = tmp_path / "datasets" / "abc"
    with new_entry(entry, is_whole) as folder:
        fill(folder, "x")
        assert not entry.exists()
        assert folder.parent == entry.parent
    assert (entry / "sub" / "file").read_text() == "x"
    assert list(entry.parent.iterdir()) == [entry]


def test_a_failure_leaves_nothing(tmp_path):
    entry = tmp_path / "abc"
    with pytest.raises(KeyError), new_entry(entry, is_whole) as folder:
        fill(folder, "x")
        raise KeyError("x")
    assert list(tmp_path.iterdir()) == []


def test_of_two_at_once_the_first_one_stays(tmp_path):
    entry = tmp_path / "abc"
    with new_entry(entry, is_whole) as slow:
        fill(slow, "slow")
        with new_entry(entry, is_whole) as quick:
            fill(quick, "quick")
    assert (entry / "whole").read_text() == "quick"
    assert list(tmp_path.iterdir()) == [entry]


def test_a_damaged_entry_is_replaced(tmp_path):
    entry = tmp_path / "abc"
    entry.mkdir()
    (entry / "half").write_text("x")
    with new_entry(entry, is_whole) as folder:
        fill(folder, "new")
    assert (entry / "whole").read_text() == "new"
    assert not (entry / "half").exists()
    assert list(tmp_path.iterdir()) == [entry]


def test_leftovers_older_than_a_day_are_removed_and_younger_ones_kept(tmp_path):
    for name, age in (("tmp-old", 25), ("tmp-young", 23), ("entry", 999)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
        os.utime(tmp_path / name, (time.time() - age * 3600,) * 2)
    with new_entry(tmp_path / "abc", is_whole) as folder:
        fill(folder, "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["abc", "entry", "tmp-young"]


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    entry = tmp_path / "file" / "datasets" / "abc"
    message = "file/datasets: Not a directory; make room there or set SWEEP_CACHE"
    with pytest.raises(InputError, match=message), new_entry(entry, is_whole):
        pass


def test_an_array_takes_its_room_on_disk_at_once(tmp_path):
    array = create_array(tmp_path / "x.npy", (100, 64, 64, 3))
    assert (array.shape, array.dtype, int(array.max())) == ((100, 64, 64, 3), np.uint8, 0)
    assert (tmp_path / "x.npy").stat().st_blocks * 512 >= array.nbytes
    array[7] = 9
    array.flush()
    assert np.load(tmp_path / "x.npy")[7].min() == 9


def test_a_full_disk_is_an_error_and_not_a_crash(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache.os, "posix_fallocate", full)
    with (
        pytest.raises(InputError, match="No space left on device; make room"),
        new_entry(tmp_path / "abc", is_whole) as folder,
    ):
        create_array(folder / "x.npy", (4, 4))
    assert list(tmp_path.iterdir()) == []
