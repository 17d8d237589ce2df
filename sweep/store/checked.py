"""What the values in a store's rows may be. SQLite takes any type into any column, and whoever edits the file by hand
can put in anything, as a bad disk can.

There may be 100,000 rows: what is checked of each must take next to nothing beside the reading of it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable
from datetime import datetime
from types import NoneType, UnionType
from typing import Any

from sweep.records import Config, Value

_SCALARS = frozenset({bool, int, float, str})
_MEASURED = frozenset({float, NoneType})
_LARGEST = sys.float_info.max

MOST_SECONDS = 1e12
"""No training takes 30,000 years; however many such times are added, the sum is a number."""


class Unsound(ValueError):
    """A value that no sweep has written; the text says which."""


class Columns:
    """The types that the columns of a query may have; one that is not named may have any."""

    def __init__(self, table: str, **types: type | UnionType) -> None:
        self._table, self._types = table, types
        self._sound: set[tuple[type, ...]] = set()

    def check(self, row: sqlite3.Row) -> None:
        """Raises Unsound. Only the first row of its kind is looked at column by column."""
        found = tuple(map(type, row))
        if found in self._sound:
            return
        for name, value in zip(row.keys(), row, strict=True):
            if not isinstance(value, self._types.get(name, object)):
                raise Unsound(f"{self._table}.{name} is {value!r}")
        self._sound.add(found)


def config_of(text: str) -> Config:
    """Raises ValueError where the text is none. The numbers in it are finite, as those of a search space are."""
    config: dict[str, Value] = _parsed(text)
    if type(config) is not dict or not _SCALARS.issuperset(map(type, config.values())):
        raise Unsound(f"{text} is no configuration")
    if not all([-_LARGEST <= one <= _LARGEST for one in config.values() if not isinstance(one, str)]):
        raise Unsound(f"{text} has a number that is not finite")
    return config


def metrics_of(text: str) -> dict[str, float | None]:
    """Raises ValueError where the text is none. NaN and infinities are numbers."""
    return checked_metrics(_parsed(text))


def checked_metrics(value: Any) -> dict[str, float | None]:
    """Raises Unsound where it is none."""
    if type(value) is not dict or not (_MEASURED.issuperset(map(type, value.values())) or _are_numbers(value.values())):
        raise Unsound(f"{value} are no metrics")
    return value


def objective_of(text: str) -> float | None:
    """Raises ValueError where the text is none."""
    value: float | None = _parsed(text)
    if type(value) is not float and not _are_numbers([value]):
        raise Unsound(f"{text} is no objective")
    return value


def checked_seconds(value: float) -> float:
    """Raises Unsound where so much time never passes."""
    if not 0 <= value <= MOST_SECONDS:
        raise Unsound(f"{value} are no seconds")
    return value


def checked_moment(text: str) -> str:
    """Raises Unsound where the text is no ISO 8601 time, has no time zone, or is of years that no clock shows and that
    another time zone may not have."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise Unsound(f"{text!r} is no time") from exc
    if moment.tzinfo is None or not 1970 <= moment.year < 9999:
        raise Unsound(f"{text!r} is the time of no event")
    return text


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(type(one) in _MEASURED or (type(one) is int and abs(one) <= _LARGEST) for one in values)


_decode = json.JSONDecoder().raw_decode


def _parsed(text: str) -> Any:
    """As `json.loads`, in three quarters of its time for a short text."""
    value, end = _decode(text)
    if end != len(text):
        raise Unsound(f"{text} is no JSON")
    return value
