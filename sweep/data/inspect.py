"""A look at every image of a source, for the data check alone."""

from __future__ import annotations

from sweep.data.facts import ImageFacts
from sweep.data.images import examine
from sweep.data.reading import Progress, read_each
from sweep.data.sources.opening import open_source
from sweep.space.definition import Splits


def inspect(
    source: str, splits: Splits | None = None, progress: Progress | None = None
) -> tuple[list[ImageFacts], tuple[str, ...]]:
    """Facts of every image of a source, and its classes in order. Nothing is stored.

    Raises DataError where the source cannot be opened.
    """
    opened = open_source(source, splits)
    return read_each(opened, opened.items, lambda i, load: examine(opened.items[i], load)[0], progress), opened.classes
