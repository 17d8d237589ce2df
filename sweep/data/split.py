"""Who trains, who validates, who tests: stratified, seeded, and exact copies of an image always on one side."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.data.facts import ImageFacts
from sweep.data.requirements import carved_parts, require_enough
from sweep.data.sharing import apportion, grouped, shuffled
from sweep.space.data_settings import DataSettings

PARTS = ("train", "validation", "test")


def assign(facts: Sequence[ImageFacts], settings: DataSettings) -> dict[str, list[int]]:
    """Indices into `facts` of each part, in their order. A part that ships with the data is kept, a missing one carved.

    Raises DataError where a class has too few images for that.
    """
    parts: dict[str, list[int]] = {part: [] for part in PARTS}
    for index, fact in enumerate(facts):
        parts[fact.split or "train"].append(index)
    carved = carved_parts({part for part, indices in parts.items() if indices})
    fixed = {facts[index].pixels for part in PARTS[1:] for index in parts[part]}
    groups, staying = _movable(facts, parts["train"], fixed)
    movable = {label: len(members) for label, members in groups.items()}
    different = {label: movable.get(label, 0) + (label in staying) for label in {*movable, *staying}}
    require_enough(different, movable, carved, settings)
    for position, part in enumerate(carved):
        held = _hold_out(facts, parts["train"], part, settings, fixed, left_to_carve=len(carved) - position - 1)
        parts[part] = sorted(held)
        parts["train"] = sorted(set(parts["train"]) - held)
    return parts


def _movable(
    facts: Sequence[ImageFacts], train: Sequence[int], fixed: set[str | None]
) -> tuple[dict[str, list[list[int]]], set[str]]:
    """Groups of exact copies that may leave train, by class; and the classes that have others too.

    A copy of an image in a part that ships, or an image that stands in two classes, stays in train.
    """
    groups: dict[str, list[list[int]]] = {}
    staying: set[str] = set()
    for pixels, indices in grouped(train, [fact.pixels for fact in facts]).items():
        labels = {facts[index].label for index in indices}
        if len(labels) > 1 or pixels in fixed:
            staying |= labels
        else:
            groups.setdefault(labels.pop(), []).append(indices)
    return groups, staying


def _hold_out(
    facts: Sequence[ImageFacts],
    train: Sequence[int],
    part: str,
    settings: DataSettings,
    fixed: set[str | None],
    left_to_carve: int,
) -> set[int]:
    groups, staying = _movable(facts, train, fixed)
    labels = sorted(groups)
    by_label = grouped(train, [fact.label for fact in facts])
    sizes = [len(by_label[label]) for label in labels]
    fraction = settings.test if part == "test" else settings.validation
    most = [max(1, size - 1 - left_to_carve) for size in sizes]
    shares = apportion(sizes, round(fraction * len(train)), [1] * len(sizes), most)
    held: set[int] = set()
    for label, share in zip(labels, shares, strict=True):
        kept = left_to_carve + (label not in staying)
        held.update(_pick(shuffled(groups[label], settings.seed, part, label), share, kept))
    return held


def _pick(groups: Sequence[list[int]], share: int, kept: int) -> list[int]:
    """Groups that make up `share` images or a little less; at least one of them, and `kept` are left."""
    picked: list[list[int]] = []
    for group in groups:
        if len(group) <= share and len(picked) < len(groups) - kept:
            picked.append(group)
            share -= len(group)
    return [index for group in picked or [min(groups, key=len)] for index in group]
