"""Every item of a source, once, in threads: decoding leaves Python's lock to others."""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import TypeVar, cast

from sweep.data.sources.source import Item, Load, Source

T = TypeVar("T")
Progress = Callable[[int, int], None]
_LARGEST_BATCH = 16  # small images cost less than handing them over
_QUICK = 0.1  # seconds for a batch: with longer ones progress would come in jumps, and the last leave threads idle


def read_each(
    source: Source, items: Sequence[Item], work: Callable[[int, Load], T], progress: Progress | None = None
) -> list[T]:
    """`work(index, load)` for every item, its results in the order of the items.

    Only a few batches are under way at a time, so memory does not grow with the source. `progress(done, total)` is
    called in this thread.
    """
    results: list[T | None] = [None] * len(items)
    done = 0
    with closing(_worked(source.loads(items), work, source.threads)) as batches:
        for batch in batches:
            for index, result in batch:
                results[index] = result
            done += len(batch)
            if progress is not None:
                progress(done, len(items))
    return cast(list[T], results)


def _worked(
    loads: Iterator[tuple[int, Load]], work: Callable[[int, Load], T], threads: int
) -> Generator[list[tuple[int, T]], None, None]:
    def run(batch: list[tuple[int, Load]]) -> tuple[list[tuple[int, T]], float]:
        began = time.perf_counter()
        return [(index, work(index, load)) for index, load in batch], time.perf_counter() - began

    def ended(batch: Future[tuple[list[tuple[int, T]], float]]) -> list[tuple[int, T]]:
        results, seconds = batch.result()
        pace.ran(seconds)
        return results

    pace = _Pace()
    waiting: deque[Future[tuple[list[tuple[int, T]], float]]] = deque()
    with warnings.catch_warnings(), ThreadPoolExecutor(threads) as pool:
        warnings.filterwarnings(
            "ignore", module=r"PIL\."
        )  # of odd EXIF data and the like: no use without a file's name
        try:
            while batch := list(islice(loads, pace.batch)):
                waiting.append(pool.submit(run, batch))
                if len(waiting) > 2 * threads:
                    yield ended(waiting.popleft())
            while waiting:
                yield ended(waiting.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


class _Pace:
    """How many images make a batch, by how long the last one took."""

    batch = 1

    def ran(self, seconds: float) -> None:
        if seconds < _QUICK / 2:
            self.batch = min(2 * self.batch, _LARGEST_BATCH)
        elif seconds > _QUICK:
            self.batch = max(1, self.batch // 2)
