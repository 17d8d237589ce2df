"""What every source gives: its labelled items, a digest of their contents, and a way to read them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

Load = Callable[[], bytes | np.ndarray]
"""Gives a file's bytes, or a uint8 array (h, w, 1 | 3 | 4); raises whatever stands in the way."""

MAX_FILE_BYTES = 2**30


@dataclass(frozen=True)
class Item:
    """One labelled image. `place` is what its source finds it by, and no part of any digest."""

    name: str
    label: str
    split: str | None
    place: str | int


class Source(Protocol):
    """Labelled images in an order that depends on their names only."""

    @property
    def items(self) -> tuple[Item, ...]: ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that occur, sorted: names as text, integers as numbers."""
        ...

    @property
    def threads(self) -> int:
        """How many threads decode its images quickest."""
        ...

    @property
    def encoded(self) -> bool:
        """Whether its images are files, in a format that has to be decoded."""
        ...

    def contents(self, items: Sequence[Item]) -> list[str]:
        """SHA-256 digests (hex) that together stand for the contents of these items."""
        ...

    def sizes(self) -> Counter[tuple[int, int]] | None:
        """How many images there are of each (height, width); None where only reading them would tell."""
        ...

    def loads(self, items: Sequence[Item]) -> Iterator[tuple[int, Load]]:
        """Each item's index with what reads it, in the order in which the source reads best.

        The loads may be called in other threads, but each before many more are taken.
        """
        ...


def classes_of(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(sorted({item.label for item in items}))


def thread_count() -> int:
    return min(16, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def require_small(size: int) -> None:
    """Raises ValueError for a file of more than `MAX_FILE_BYTES`, which would be read into memory as a whole."""
    if size > MAX_FILE_BYTES:
        raise ValueError(f"is {size:,} bytes large; {MAX_FILE_BYTES:,} are the most for one image")


def read_regular(path: Path) -> bytes:
    """A file's bytes. Raises ValueError for a pipe, a device or a file too large, OSError where it cannot be read."""
    if path.exists() and not path.is_file():
        raise ValueError("is no regular file")
    require_small(path.stat().st_size)
    return path.read_bytes()


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file; `unreadable` where it cannot be read, which decoding will tell more about."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        pass
    return "unreadable"


@dataclass(frozen=True)
class FileSource:
    """Images that are files of their own; an item's place is its path from `root`."""

    root: Path
    items: tuple[Item, ...]
    encoded = True

    @property
    def classes(self) -> tuple[str, ...]:
        return classes_of(self.items)

    @property
    def threads(self) -> int:
        return thread_count()

    def contents(self, items: Sequence[Item]) -> list[str]:
        with ThreadPoolExecutor(thread_count()) as pool:
            return list(pool.map(file_digest, (self._path(item) for item in items)))

    def sizes(self) -> None:
        return None

    def loads(self, items: Sequence[Item]) -> Iterator[tuple[int, Load]]:
        for index, item in enumerate(items):
            yield index, partial(read_regular, self._path(item))

    def _path(self, item: Item) -> Path:
        return self.root / str(item.place)
