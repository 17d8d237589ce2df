"""Which images are left out: those that cannot be decoded, and those that would give the test away."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.data.dataset import Excluded
from sweep.data.facts import ImageFacts
from sweep.errors import DataError
from sweep.space.data_settings import DataSettings

_SHOWN = 20


def exclude(facts: Sequence[ImageFacts], settings: DataSettings) -> tuple[list[int], list[Excluded]]:
    """Indices of the images to use, and the others with the reason.

    Raises DataError for undecodable images unless `on_bad_file: skip`, and for leaks where `leaks: error`.
    """
    reasons = _undecodable(facts, settings) | _leaks(facts, settings)
    excluded = [Excluded(facts[index].name, reason) for index, reason in sorted(reasons.items())]
    return [index for index in range(len(facts)) if index not in reasons], excluded


def _undecodable(facts: Sequence[ImageFacts], settings: DataSettings) -> dict[int, str]:
    bad = {index: fact.error for index, fact in enumerate(facts) if fact.error is not None}
    if bad and settings.on_bad_file == "stop":
        lines = [f"{facts[index].name}: {reason}" for index, reason in bad.items()]
        what = (
            f"{settings.source}: {len(bad)} of {len(facts)} images cannot be decoded; on_bad_file: skip leaves them out"
        )
        raise DataError(_listing(what, lines))
    return bad


def _leaks(facts: Sequence[ImageFacts], settings: DataSettings) -> dict[int, str]:
    """Images of train and validation that stand in a test split that ships with the data, by their pixels."""
    if settings.leaks == "warn":
        return {}
    tested = {fact.pixels: fact.name for fact in facts if fact.split == "test" and fact.pixels is not None}
    leaks = {
        index: f"the same image as {tested[fact.pixels]} of the test split"
        for index, fact in enumerate(facts)
        if fact.split in ("train", "validation") and fact.pixels in tested
    }
    if leaks and settings.leaks == "error":
        lines = [f"{facts[index].name}: {reason}" for index, reason in leaks.items()]
        what = f"{settings.source}: {len(leaks)} images are also in the test split; leaks: drop leaves them out"
        raise DataError(_listing(what, lines))
    return leaks


def _listing(what: str, lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n  ".join([what, *lines[:_SHOWN], *more])
