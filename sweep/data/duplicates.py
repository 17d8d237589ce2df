"""Images that occur more than once: as they are (exact), or edited, resized or encoded anew (near)."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sweep.data.facts import ImageFacts
from sweep.data.sharing import grouped

UNSPLIT = "all"
"""Stands for the split of images whose source has none."""

NEAR_DISTANCE = 4
"""Bits in which the hashes of two near duplicates may differ.

Measured with 64-bit pHash on 4,317 photos of five kinds of flowers, pairs looked at one by one: 20 of 20 within 4 bits
are the same photo (25 of 25 within 6, 6 of 7 at 8, about 6 of 28 at 10). Pairs across classes, never the same photo
there, become 5.5 times as many with every 2 bits (11 at 10, 65 at 12, 349 at 14), and grow with the square of the
number of images: for 60,000 such photos that makes some 20 false pairs within 4 bits, and 100 within 6. Within 4 bits
are all copies encoded at quality 30, halved, shrunk to 64 x 64 or made grey, 98 % of those with contrast x 1.4, 89 %
with brightness x 1.3, 68 % cropped by 2 % on each side, and no mirrored ones.
"""

# Half of the bits of a pHash are set, as its threshold is the median. Far more or fewer mean that most frequencies tie
# at zero (one colour, an edge, a gradient: 0 to 3 bits, measured): such images share a hash without being alike.
_BITS_SET = range(16, 49)

# Small centred things are alike by nature: of Fashion-MNIST, hashed as files would be, every fifth image is linked into
# one of five chains of 155 to 8,825. In a group as large as this the hash says "alike", and no longer "the same".
_LARGEST_GROUP = 100


@dataclass(frozen=True)
class Contradiction:
    """One image under two or more classes. `labels` are those of `names`, one by one; not `exact`: a suspicion."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    exact: bool

    def sides(self) -> list[str]:
        """`name (label)` of its first image in each class."""
        return _first_of_each(self.names, self.labels)


@dataclass(frozen=True)
class Leak:
    """One image in two or more splits. `splits` are those of `names`, one by one; not `exact`: a suspicion."""

    names: tuple[str, ...]
    splits: tuple[str, ...]
    exact: bool

    def sides(self) -> list[str]:
        """`name (split)` of its first image in each split."""
        return _first_of_each(self.names, self.splits)


@dataclass(frozen=True)
class Duplicates:
    """All images that occur more than once, in groups of names, in the order of the facts.

    `exact` and `near` are groups within one class and split (in `near` one name for each different image).
    `look_alikes` are groups too large to be copies of one image; they are in none of the others.
    """

    exact: tuple[tuple[str, ...], ...]
    near: tuple[tuple[str, ...], ...]
    contradictions: tuple[Contradiction, ...]
    leaks: tuple[Leak, ...]
    look_alikes: tuple[tuple[str, ...], ...]


def find_duplicates(facts: Sequence[ImageFacts]) -> Duplicates:
    """Compare decodable images: exactly by `pixels`, or `content` where that is None; nearly by `phash`."""
    names = [fact.name for fact in facts]
    places = [(fact.label, fact.split) for fact in facts]
    images = list(grouped(range(len(facts)), [fact.pixels or fact.content for fact in facts]).values())
    copies = [image for image in images if len(image) > 1]
    alike = [[images[i] for i in group] for group in near_groups([facts[image[0]].phash for image in images])]
    near = [group for group in alike if len(group) <= _LARGEST_GROUP]
    one_copy = [sorted(copy[0] for image in group for copy in grouped(image, places).values()) for group in near]
    all_near = [sorted(index for image in group for index in image) for group in near]
    groups = [*((copy, True) for copy in copies), *((group, False) for group in all_near)]
    return Duplicates(
        exact=_within(copies, places, names),
        near=_within(one_copy, places, names),
        contradictions=tuple(_contradictions(facts, groups)),
        leaks=tuple(_leaks(facts, groups)),
        look_alikes=tuple(tuple(names[image[0]] for image in group) for group in alike if len(group) > _LARGEST_GROUP),
    )


def near_groups(hashes: Sequence[int | None]) -> list[list[int]]:
    """Positions of hashes linked by near pairs, two or more a group; None and hashes that say nothing are in none."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    said = [position for position, value in enumerate(hashes) if value is not None and value.bit_count() in _BITS_SET]
    different, which = np.unique(np.array([hashes[position] for position in said], np.uint64), return_inverse=True)
    pairs = near_pairs(different, NEAR_DISTANCE)
    if len(different) == len(said) and not len(pairs):
        return []
    links = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(len(different),) * 2)
    component = connected_components(links, directed=False)[1][which].tolist()
    groups = grouped(range(len(said)), component).values()
    return [[said[index] for index in group] for group in groups if len(group) > 1]


def near_pairs(hashes: np.ndarray, distance: int) -> np.ndarray:
    """All pairs of 64-bit hashes, uint64 (n,), that differ in at most `distance` bits, each once: int64 (pairs, 2).

    Exact without comparing all of them: `distance` differing bits leave one of `distance` + 1 bands of bits equal.
    """
    edges = np.linspace(0, 64, distance + 2).round().astype(int).tolist()
    masks = [np.uint64(2**high - 2**low) for low, high in itertools.pairwise(edges)]
    found = [np.empty((0, 2), np.int64)]
    for number, mask in enumerate(masks):
        order = np.argsort(hashes & mask)
        ordered = hashes[order]
        for first, second in _equal_pairs(ordered & mask):
            near = np.bitwise_count(ordered[first] ^ ordered[second]) <= distance
            first, second = first[near], second[near]
            differing = ordered[first] ^ ordered[second]
            new = np.ones(len(first), bool)
            for earlier in masks[:number]:  # where the two are equal in an earlier band, it has found them already
                new &= differing & earlier != 0
            found.append(order[np.stack([first[new], second[new]], axis=1)])
    return np.concatenate(found)


def _equal_pairs(values: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All pairs of positions of equal values in a sorted array: all neighbours, then all two steps apart, and so on."""
    first = np.arange(len(values))
    for step in range(1, len(values)):
        first = first[: np.searchsorted(first, len(values) - step)]
        first = first[values[first] == values[first + step]]
        if not len(first):
            return
        yield first, first + step


def _within(
    groups: Iterable[list[int]], places: Sequence[Hashable], names: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """The parts of each group that are in one place, as names."""
    parts = [part for group in groups for part in grouped(group, places).values() if len(part) > 1]
    return tuple(tuple(names[index] for index in part) for part in parts)


def _contradictions(facts: Sequence[ImageFacts], groups: Iterable[tuple[list[int], bool]]) -> Iterator[Contradiction]:
    for group, exact in groups:
        labels = tuple(facts[index].label for index in group)
        if len(set(labels)) > 1:
            yield Contradiction(tuple(facts[index].name for index in group), labels, exact)


def _leaks(facts: Sequence[ImageFacts], groups: Iterable[tuple[list[int], bool]]) -> Iterator[Leak]:
    for group, exact in groups:
        splits = tuple(facts[index].split or UNSPLIT for index in group)
        if len(set(splits)) > 1:
            yield Leak(tuple(facts[index].name for index in group), splits, exact)


def _first_of_each(names: Sequence[str], tags: Sequence[str]) -> list[str]:
    firsts: dict[str, str] = {}
    for name, tag in zip(names, tags, strict=True):
        firsts.setdefault(tag, name)
    return [f"{name} ({tag})" for tag, name in firsts.items()]
