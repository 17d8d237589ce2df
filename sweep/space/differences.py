"""In what two definitions differ, key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sweep.space.definition import Space
from sweep.space.load import as_plain_data
from sweep.text import printable, shorten

VALUE_LENGTH = 100

_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """`key` is dotted, as `--set` takes it; the values are plain data as texts, `nothing` where there is none."""

    key: str
    before: str
    now: str

    def __str__(self) -> str:
        return f"{self.key} was {self.before} and is now {self.now}"


def differences(before: Space, now: Space) -> list[Difference]:
    """Sorted as the definition is. A key that only one of them has is one difference, whatever is below it."""
    return list(_compare("", as_plain_data(before), as_plain_data(now)))


def _compare(key: str, before: Any, now: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(now, dict):
        for name in (*before, *(name for name in now if name not in before)):
            path = f"{key}.{name}" if key else name
            yield from _compare(path, before.get(name, _ABSENT), now.get(name, _ABSENT))
    elif before != now or type(before) is not type(now):
        yield Difference(printable(key), _text(before), _text(now))


def _text(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return printable(shorten(text, VALUE_LENGTH))
