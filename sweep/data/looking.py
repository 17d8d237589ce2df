"""Every image of a source looked at once, at no larger a size than is needed; and in whole where a copy may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from sweep.data.facts import ImageFacts
from sweep.data.images import Picture, examine, look
from sweep.data.reading import Progress, read_each
from sweep.data.reduction import Use
from sweep.data.sources.source import Item, Load, Source


def look_at_each(
    source: Source,
    items: Sequence[Item],
    use: Use,
    progress: Progress | None = None,
    take: Callable[[int, Picture], object] = lambda index, picture: None,
) -> list[ImageFacts]:
    """Facts in the order of the items. `take(index, picture)` gets what can be decoded, in other threads.

    Whether one image is another, to the pixel, can be seen in whole images only. So those of a reduced size that may be
    one are read a second time: of these `progress` is told as of further images.
    """

    def work(index: int, load: Load) -> tuple[ImageFacts, int]:
        facts, picture = look(items[index], load, use)
        if picture is not None:
            take(index, picture)
        return facts, 1 if picture is None else picture.scale

    looked = read_each(source, items, work, progress)
    facts = [facts for facts, _ in looked]
    again = _maybe_copies(facts, [scale > 1 for _, scale in looked])
    chosen = [items[index] for index in again]

    def more(done: int, total: int) -> None:
        if progress is not None:
            progress(len(items) + done, len(items) + total)

    whole = read_each(source, chosen, lambda index, load: examine(chosen[index], load)[0].pixels, more)
    for index, pixels in zip(again, whole, strict=True):
        facts[index] = replace(facts[index], pixels=pixels or facts[index].pixels)
    return facts


def _maybe_copies(facts: Sequence[ImageFacts], reduced: Sequence[bool]) -> list[int]:
    """Indices of reduced images with pixels like those of another file, or with the size of one that was not reduced.

    The pixels that two such JPEGs share show that they store the same frequencies, or nearly; of one file that is there
    twice they say enough.
    """
    sizes = {(fact.width, fact.height) for fact, small in zip(facts, reduced, strict=True) if not small and fact.pixels}
    files = Counter(pixels for pixels, _ in {(fact.pixels, fact.content) for fact in facts})
    return [
        index
        for index, fact in enumerate(facts)
        if reduced[index] and ((fact.width, fact.height) in sizes or files[fact.pixels] > 1)
    ]
