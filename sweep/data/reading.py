"""Every item of a source, once, in threads: decoding leaves Python's lock to others."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import TypeVar, cast

from sweep.data.sources.source import Item, Load, Source

T = TypeVar("T")
Progress = Callable[[int, int], None]
_BATCH = 16  # small images cost less than handing them over


def read_each(
    source: Source, items: Sequence[Item], work: Callable[[int, Load], T], progress: Progress | None = None
) -> list[T]:
    """`work(index, load)` for every item, its results in the order of the items.

    Only a few batches are under way at a time, so memory does not grow with the source. `progress(done, total)` is
    called in this thread.
    """
    results: list[T | None] = [None] * len(items)
    done = 0
    with closing(_worked(_batches(source.loads(items)), work, source.threads)) as batches:
        for batch in batches:
            for index, result in batch:
                results[index] = result
            done += len(batch)
            if progress is not None:
                progress(done, len(items))
    return cast(list[T], results)


def _worked(
    batches: Iterable[list[tuple[int, Load]]], work: Callable[[int, Load], T], threads: int
) -> Generator[list[tuple[int, T]], None, None]:
    def run(batch: list[tuple[int, Load]]) -> list[tuple[int, T]]:
        return [(index, work(index, load)) for index, load in batch]

    waiting: deque[Future[list[tuple[int, T]]]] = deque()
    with warnings.catch_warnings(), ThreadPoolExecutor(threads) as pool:
        warnings.filterwarnings(
            "ignore", module=r"PIL\."
        )  # of odd EXIF data and the like: no use without a file's name
        try:
            for batch in batches:
                waiting.append(pool.submit(run, batch))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _batches(loads: Iterator[tuple[int, Load]]) -> Iterator[list[tuple[int, Load]]]:
    while batch := list(islice(loads, _BATCH)):
        yield batch
