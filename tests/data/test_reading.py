import itertools
import threading
import time
import warnings

import pytest

from sweep.data import reading
from sweep.data.reading import read_each
from sweep.data.sources.source import Item

ITEMS = [Item(str(n), "a", None, n) for n in range(100)]


class Backwards:
    """A source that reads its last item first."""

    threads = 3

    def __init__(self):
        self.taken = 0

    def loads(self, items):
        for index in reversed(range(len(items))):
            self.taken += 1
            yield index, lambda index=index: b"%d" % index


def test_results_are_in_the_order_of_the_items_however_they_are_read():
    assert read_each(Backwards(), ITEMS, lambda index, load: (index, load())) == [(n, b"%d" % n) for n in range(100)]


def test_progress_is_told_in_the_callers_thread_and_ends_with_all():
    told = []
    read_each(Backwards(), ITEMS, lambda index, load: index, lambda *now: told.append((*now, threading.get_ident())))
    assert {thread for *_, thread in told} == {threading.get_ident()}
    assert [done for done, *_ in told] == sorted({done for done, *_ in told})
    assert told[-1][:2] == (100, 100)


def test_only_a_few_are_taken_ahead_of_the_work():
    source, started = Backwards(), threading.Event()
    many = [Item(str(n), "a", None, n) for n in range(2000)]

    def work(index, load):
        if not started.is_set():
            started.set()
            raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        read_each(source, many, work)
    assert source.taken < 400


def test_warnings_of_the_decoder_are_kept_back_during_the_work_only():
    before = list(warnings.filters)
    read_each(Backwards(), ITEMS, lambda index, load: None)
    assert warnings.filters == before


def test_nothing_gives_nothing():
    assert read_each(Backwards(), [], lambda index, load: None) == []


def steps(work):
    """By how many images progress goes on at a time."""
    told = [0]
    read_each(Backwards(), ITEMS, lambda index, load: work(), lambda done, total: told.append(done))
    return [after - before for before, after in itertools.pairwise(told)]


def test_images_that_take_long_are_handed_over_one_by_one_and_quick_ones_together(monkeypatch):
    monkeypatch.setattr(reading, "_QUICK", 0.02)
    assert steps(lambda: time.sleep(0.025)) == [1] * 100
    quick = steps(lambda: None)
    assert quick[:4] == [1] * 4
    assert 4 <= max(quick) <= 16
    assert sum(quick) == 100
