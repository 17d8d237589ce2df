"""Numbers that a definition may write with a unit: durations and sizes of memory."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_NUMBER_AND_UNIT = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*([A-Za-z]*)\s*", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "B": 1} | {
    f"{letter}{form}": base**power
    for power, letter in enumerate("kMGT", start=1)
    for form, base in (("B", 1000), ("iB", 1024))
}
_BYTES_IN_ANY_CASE = {unit.lower(): size for unit, size in _BYTES.items()}


def _seconds(value: Any) -> Any:
    """`90`, `90s`, `15m`, `8h` or `1.5d` as seconds."""
    if not isinstance(value, str):
        return value
    match = _NUMBER_AND_UNIT.fullmatch(value)
    if match is None or match[2] not in _SECONDS:
        raise ValueError(f"{value!r} is no duration; write for example 90s, 15m, 8h or 1d")
    return float(match[1]) * _SECONDS[match[2]]


def _bytes(value: Any) -> Any:
    """`500000000`, `500MB`, `1.5 GB` or `2GiB` as bytes: a GB has 1,000 MB, a GiB 1,024 MiB."""
    if not isinstance(value, str):
        return value
    match = _NUMBER_AND_UNIT.fullmatch(value)
    if match is None or match[2].lower() not in _BYTES_IN_ANY_CASE:
        raise ValueError(f"{value!r} is no size; write for example 500MB, 2GB or 2GiB")
    return round(float(match[1]) * _BYTES_IN_ANY_CASE[match[2].lower()])


def size_in_words(count: int) -> str:
    """The shortest way to write a size: `16GB`, `20GiB`, `1500`."""
    written = [f"{count // unit}{name}" for name, unit in _BYTES.items() if count % unit == 0]
    return min(written, key=len)


def _written(units: str) -> Any:
    """A number with one of these units, for editors: as strict as `_seconds` and `_bytes` are."""
    return Annotated[str, Field(pattern=rf"^\s*[0-9]{{1,18}}(\.[0-9]{{1,18}})?\s*({units})?\s*$")]


Duration = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(_seconds, json_schema_input_type=Annotated[float, Field(gt=0)] | _written("[smhd]")),
    Field(title="duration", examples=["90s", "15m", "8h", "1.5d"]),
]
Size = Annotated[
    int,
    Field(ge=1),
    BeforeValidator(_bytes, json_schema_input_type=Annotated[int, Field(ge=1)] | _written("([kKmMgGtT][iI]?)?[bB]")),
    Field(title="size", examples=["500MB", "1.5GB", "2GiB"]),
]
