import mmap
import os

import numpy as np
import pytest

from sweep.data import ahead
from sweep.data.ahead import ask_for, memory_bytes

PAGE = mmap.PAGESIZE


@pytest.fixture(autouse=True)
def memory(monkeypatch):
    """Less than the array needs, unless a test says otherwise."""
    monkeypatch.setattr(ahead, "memory_bytes", lambda: 100 * PAGE)


@pytest.fixture
def mapped(tmp_path):
    """(100, PAGE) of a file whose header takes 128 bytes: each row lies in two pages."""
    np.save(tmp_path / "x.npy", np.arange(100, dtype=np.uint8)[:, np.newaxis].repeat(PAGE, 1))
    return np.load(tmp_path / "x.npy", mmap_mode="r")


@pytest.fixture
def asked(monkeypatch):
    """(page, bytes) of what the kernel is asked for."""
    calls = []

    class Spied(mmap.mmap):
        def madvise(self, option, start, length):
            assert option == mmap.MADV_WILLNEED
            calls.append((start / PAGE, length))
            super().madvise(option, start, length)

    monkeypatch.setattr(mmap, "mmap", Spied)
    return calls


def test_the_pages_of_the_rows_are_asked_for_in_their_order_on_disk(asked, mapped):
    ask_for(mapped, np.array([7, 2]))
    assert asked == [(2, 128 + PAGE), (7, 128 + PAGE)]


def test_a_part_of_an_array_asks_for_its_own_rows(asked, mapped):
    ask_for(mapped[10:20], np.array([0, 9]))
    ask_for(mapped[50:][10:], np.array([1]))
    assert asked == [(10, 128 + PAGE), (19, 128 + PAGE), (61, 128 + PAGE)]


def test_the_last_row_is_asked_for_to_its_end_and_no_row_not_at_all(asked, mapped):
    ask_for(mapped, np.array([99]))
    ask_for(mapped, np.array([], np.int64))
    assert asked == [(99, 128 + PAGE)]


def test_what_is_no_file_is_left_alone(asked):
    ask_for(np.zeros((100, PAGE)), np.array([1]))
    ask_for(np.zeros((200, PAGE))[2:], np.array([1]))
    assert asked == []


def test_what_memory_can_hold_is_left_alone(asked, mapped, monkeypatch):
    monkeypatch.setattr(ahead, "memory_bytes", lambda: 201 * PAGE)
    ask_for(mapped, np.array([1]))
    assert asked == []
    monkeypatch.setattr(ahead, "memory_bytes", lambda: 199 * PAGE)
    ask_for(mapped[:1], np.array([0]))  # a part of a large array
    assert asked == [(0, 128 + PAGE)]


def test_the_memory_is_that_of_the_container_where_it_has_less(tmp_path, monkeypatch):
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(ahead, "_LIMITS", (limit, tmp_path / "none"))
    for text, size in (("max\n", whole), ("4096\n", 4096), (f"{2**63 - 4096}\n", whole)):
        limit.write_text(text)
        memory_bytes.cache_clear()
        assert memory_bytes() == size
    memory_bytes.cache_clear()


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the file cannot be put out of memory")
def test_the_rows_are_read_while_this_goes_on(tmp_path, mapped):
    with (tmp_path / "x.npy").open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    rows = np.array([90, 5, 41])
    ask_for(mapped, rows)
    assert mapped[rows][:, 0].tolist() == [90, 5, 41]
