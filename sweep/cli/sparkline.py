"""A curve in one row of characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

BLOCKS = "▁▂▃▄▅▆▇█"
NO_VALUE = "×"


def sparkline(values: Sequence[float | None], low: float, high: float, width: int) -> str:
    """A character for each value, its height between `low` and `high`; of more than `width` values the means of
    neighbours. What is no finite number is `×`."""
    heights = _squeezed(values, width)
    return "".join(NO_VALUE if value is None else BLOCKS[_level(value, low, high)] for value in heights)


def finite(values: Sequence[float | None]) -> list[float]:
    """Those that can be drawn."""
    return [value for value in values if value is not None and math.isfinite(value)]


def _squeezed(values: Sequence[float | None], width: int) -> list[float | None]:
    count = min(width, len(values))
    edges = [round(index * len(values) / count) for index in range(count + 1)] if count else []
    return [_mean(finite(values[start:end])) for start, end in pairwise(edges)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _level(value: float, low: float, high: float) -> int:
    """In the middle where all values are the same."""
    if high <= low:
        return len(BLOCKS) // 2 - 1
    part = min(1.0, max(0.0, (value - low) / (high - low)))
    return round(part * (len(BLOCKS) - 1))
