"""Are the annotations right? Everything that can be said of the images and their labels from their facts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field, TypeAdapter

from sweep.data.duplicates import UNSPLIT, Contradiction, Duplicates, Leak, find_duplicates
from sweep.data.facts import ImageFacts

FEW_IMAGES = 10  # of fewer, a fifth held out is a single image: the class's recall on it is 0 or 1
IMBALANCE = 3.0  # from here on, always saying the larger of the two classes is right three times in four
SMALL_SIDE = 32  # pixels, where most images are more than twice as large: icons, placeholders, thumbnails
FREQUENT_SIZES = 5
_EXAMPLES = 3

Counts = dict[str, int]


@dataclass(frozen=True)
class Undecodable:
    name: str
    reason: str


@dataclass(frozen=True)
class Missing:
    """A class without a decodable image in a split."""

    label: Annotated[str, Field(alias="class")]
    split: str


@dataclass(frozen=True)
class Spread:
    """Of one side of the images, in pixels."""

    min: int
    median: float
    max: int


@dataclass(frozen=True)
class FrequentSize:
    width: int
    height: int
    images: int


@dataclass(frozen=True)
class Sizes:
    """`distinct` counts the different sizes; `frequent` are the most frequent ones, at most five."""

    width: Spread
    height: Spread
    distinct: int
    frequent: tuple[FrequentSize, ...]


@dataclass(frozen=True)
class CheckReport:
    """What the check found. The keys of its JSON are these names; `missing` is a list of {class, split}.

    `images` and all other counts are of decodable images; the others are in `undecodable`. A split is `train`,
    `validation`, `test`, or `all` where the source has none. `sizes` is None where nothing could be decoded. Groups of
    `duplicates` and `near_duplicates` are within one class and split; those across are in `contradictions` and `leaks`.
    `imbalance` is the number of training images of the largest class over that of the smallest which has any; None with
    fewer than two such classes. `problems` are wrong, `warnings` worth a look; each is one line.
    """

    images: int
    classes: tuple[str, ...]
    splits: dict[str, Counts]
    sizes: Sizes | None
    modes: Counts
    formats: Counts
    undecodable: tuple[Undecodable, ...]
    duplicates: tuple[tuple[str, ...], ...]
    near_duplicates: tuple[tuple[str, ...], ...]
    contradictions: tuple[Contradiction, ...]
    leaks: tuple[Leak, ...]
    missing: tuple[Missing, ...]
    imbalance: float | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Dicts, lists, strings and numbers only."""
        return _ADAPTER.dump_python(self, mode="json", by_alias=True)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CheckReport:
        """The report that `to_json` wrote. ValueError where `data` is something else."""
        return _ADAPTER.validate_python(data)


_ADAPTER = TypeAdapter(CheckReport)


def check(facts: Sequence[ImageFacts], classes: Sequence[str]) -> CheckReport:
    """Check all images of a source. `classes` are all that are expected; KeyError for an image of another one."""
    decodable = [fact for fact in facts if fact.error is None]
    found = find_duplicates(decodable)
    splits = _count(decodable, classes, _splits(facts))
    training = _training(splits, classes)
    undecodable = tuple(Undecodable(fact.name, fact.error) for fact in facts if fact.error is not None)
    missing = tuple(Missing(label, split) for split, counts in splits.items() for label in classes if not counts[label])
    modes = _most_common(fact.mode for fact in decodable)
    imbalance = _imbalance(training)
    return CheckReport(
        images=len(decodable),
        classes=tuple(classes),
        splits=splits,
        sizes=_sizes(decodable),
        modes=modes,
        formats=_most_common(fact.format for fact in decodable),
        undecodable=undecodable,
        duplicates=found.exact,
        near_duplicates=found.near,
        contradictions=found.contradictions,
        leaks=found.leaks,
        missing=missing,
        imbalance=imbalance,
        problems=tuple(_problems(undecodable, found, missing, training)),
        warnings=tuple(_warnings(decodable, found, training, imbalance, modes)),
    )


def _splits(facts: Sequence[ImageFacts]) -> list[str]:
    present = {fact.split or UNSPLIT for fact in facts} or {UNSPLIT}
    return [split for split in ("train", "validation", "test", UNSPLIT) if split in present]


def _count(facts: Iterable[ImageFacts], classes: Sequence[str], splits: Iterable[str]) -> dict[str, Counts]:
    counts = {split: dict.fromkeys(classes, 0) for split in splits}
    for fact in facts:
        counts[fact.split or UNSPLIT][fact.label] += 1
    return counts


def _training(splits: Mapping[str, Counts], classes: Sequence[str]) -> Counts:
    """What can be trained on; of a source without splits that is everything."""
    parts = [splits[split] for split in ("train", UNSPLIT) if split in splits]
    return {label: sum(part[label] for part in parts) for label in classes}


def _sizes(facts: Sequence[ImageFacts]) -> Sizes | None:
    if not facts:
        return None
    counts = Counter((fact.width, fact.height) for fact in facts)
    return Sizes(
        width=_spread([fact.width for fact in facts]),
        height=_spread([fact.height for fact in facts]),
        distinct=len(counts),
        frequent=tuple(FrequentSize(*size, images) for size, images in counts.most_common(FREQUENT_SIZES)),
    )


def _spread(sides: list[int]) -> Spread:
    return Spread(min(sides), float(np.median(sides)), max(sides))


def _most_common(values: Iterable[str | None]) -> Counts:
    return dict(Counter(value for value in values if value is not None).most_common())


def _imbalance(training: Counts) -> float | None:
    present = [count for count in training.values() if count]
    return max(present) / min(present) if len(present) > 1 else None


def _problems(
    undecodable: Sequence[Undecodable], found: Duplicates, missing: Sequence[Missing], training: Counts
) -> Iterator[str]:
    if len(training) < 2:
        yield f"there is nothing to tell apart: {_number(len(training), 'class', 'classes')}"
    if undecodable:
        files = [f"{file.name} ({file.reason})" for file in undecodable]
        yield f"{_number(len(files), 'file', 'files')} cannot be decoded: {_examples(files)}"
    for split in dict.fromkeys(gap.split for gap in missing):
        labels = [gap.label for gap in missing if gap.split == split]
        place = "there is" if split == UNSPLIT else f"{split} has"
        yield f"{place} no image of {_number(len(labels), 'class', 'classes')}: {_examples(labels)}"
    if single := [label for label, count in training.items() if count == 1]:
        yield f"{_number(len(single), 'class has', 'classes have')} a single image to train on: {_examples(single)}"
    if pairs := [_sides(group) for group in found.contradictions if group.exact]:
        yield f"{_number(len(pairs), 'image is', 'images are')} in more than one class: {_examples(pairs, '; ')}"
    if pairs := [_sides(group) for group in found.leaks if group.exact and "test" in group.splits]:
        count = _number(len(pairs), "image of test is", "images of test are")
        yield f"{count} also in another split: {_examples(pairs, '; ')}"


def _warnings(
    facts: Sequence[ImageFacts], found: Duplicates, training: Counts, imbalance: float | None, modes: Counts
) -> Iterator[str]:
    yield from _duplicate_warnings(found, is_split=any(fact.split for fact in facts))
    if few := [f"{label} ({count})" for label, count in training.items() if 1 < count < FEW_IMAGES]:
        classes = _number(len(few), "class has", "classes have")
        yield f"{classes} fewer than {FEW_IMAGES} images to train on: {_examples(few)}"
    if imbalance is not None and imbalance > IMBALANCE:
        present = [(count, label) for label, count in training.items() if count]
        ends = " and ".join(f"{label} ({count:,})" for count, label in (max(present), min(present)))
        yield f"the largest class has {imbalance:.1f} times as many images to train on as the smallest: {ends}"
    if small := _small(facts):
        yield f"{_number(len(small), 'image is', 'images are')} under {SMALL_SIDE} pixels on a side: {_examples(small)}"
    if len(modes) > 1:
        yield f"modes are mixed: {', '.join(f'{count:,} {mode}' for mode, count in modes.items())}"


def _duplicate_warnings(found: Duplicates, is_split: bool) -> Iterator[str]:
    """A sweep's own split keeps exact copies together, and looks at nothing else."""
    place, parted = ("class and split", "") if is_split else ("class", ", which a split by chance may part")
    if pairs := [_sides(group) for group in found.leaks if group.exact and "test" not in group.splits]:
        yield f"{_number(len(pairs), 'image is', 'images are')} in more than one split: {_examples(pairs, '; ')}"
    if copies := [_joined(group, " = ") for group in found.exact]:
        count = _number(len(copies), "image is", "images are")
        files = sum(map(len, found.exact))
        yield f"{count} repeated within a {place} ({files:,} in all): {_examples(copies, '; ')}"
    nearly = (
        ("more than one class", [_sides(group) for group in found.contradictions if not group.exact]),
        ("more than one split", [_sides(group) for group in found.leaks if not group.exact]),
        (f"one {place}{parted}", [_joined(group, " ~ ") for group in found.near]),
    )
    for where, groups in nearly:
        if groups:
            count = _number(len(groups), "group", "groups")
            yield f"{count} of near duplicates in {where}: {_examples(groups, '; ')}"
    if alike := [name for group in found.look_alikes for name in group]:
        yield f"{len(alike):,} images look too much alike to find near duplicates among them: {_examples(alike)}"


def _small(facts: Sequence[ImageFacts]) -> list[str]:
    """Images of a small size, unless that is what images of this source are like."""
    sides = [min(fact.width, fact.height) for fact in facts]
    limit = min(SMALL_SIDE, np.median(sides) / 2) if sides else 0
    small = [fact for fact, side in zip(facts, sides, strict=True) if side < limit]
    return [f"{fact.name} ({fact.width} x {fact.height})" for fact in small]


def _sides(group: Contradiction | Leak) -> str:
    return _joined(group.sides(), " = " if group.exact else " ~ ")


def _joined(names: Sequence[str], sign: str) -> str:
    return sign.join([*names[:_EXAMPLES], *(["..."] if len(names) > _EXAMPLES else [])])


def _examples(items: Sequence[str], separator: str = ", ") -> str:
    more = f" and {len(items) - _EXAMPLES:,} more" if len(items) > _EXAMPLES else ""
    return separator.join(items[:_EXAMPLES]) + more


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
