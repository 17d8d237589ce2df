"""`limit`: fewer images, to try things on, that still look like all of them."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.data.requirements import carved_parts
from sweep.data.sharing import apportion, grouped, shuffled
from sweep.data.sources.source import Item
from sweep.space.data_settings import DataSettings


def subset(items: Sequence[Item], settings: DataSettings) -> list[Item]:
    """`settings.limit` of the items, each class and split in proportion, in their order.

    No class is left with fewer than a split needs, as far as the limit allows.
    """
    if settings.limit is None or settings.limit >= len(items):
        return list(items)
    strata = grouped(range(len(items)), [(item.split or "train", item.label) for item in items])
    sizes = [len(indices) for indices in strata.values()]
    least = _least(list(strata), sizes, settings.limit)
    taken: list[int] = []
    for (stratum, indices), share in zip(strata.items(), apportion(sizes, settings.limit, least, sizes), strict=True):
        taken += shuffled(indices, settings.seed, "limit", *stratum)[:share]
    return [items[index] for index in sorted(taken)]


def _least(strata: Sequence[tuple[str, str]], sizes: Sequence[int], limit: int) -> list[int]:
    """The most careful minimum that the limit allows: enough to carve from, one of all, one of each class, nothing."""
    enough = 1 + len(carved_parts({split for split, _ in strata}))
    careful = [min(size, enough if split == "train" else 1) for (split, _), size in zip(strata, sizes, strict=True)]
    wishes = [careful, [1] * len(sizes), [int(split == "train") for split, _ in strata]]
    return next((wish for wish in wishes if sum(wish) <= limit), [0] * len(sizes))
