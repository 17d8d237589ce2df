"""A look at every image of a source, for the data check alone."""

from __future__ import annotations

from sweep.data.facts import ImageFacts
from sweep.data.looking import look_at_each
from sweep.data.reading import Progress
from sweep.data.reduction import Use
from sweep.data.sources.opening import open_source
from sweep.space.data_settings import Splits


def inspect(
    source: str, splits: Splits | None = None, progress: Progress | None = None
) -> tuple[list[ImageFacts], tuple[str, ...]]:
    """Facts of every image of a source, and its classes in order. Nothing is stored.

    Raises DataError where the source cannot be opened.
    """
    opened = open_source(source, splits)
    return look_at_each(opened, opened.items, Use(), progress), opened.classes
