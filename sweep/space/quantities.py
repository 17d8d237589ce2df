"""Numbers that a definition may write with a unit: durations and sizes of memory."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_NUMBER_AND_UNIT = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*([A-Za-z]*)\s*", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "b": 1} | {
    f"{letter}{form}": base**power
    for power, letter in enumerate("kmgt", start=1)
    for form, base in (("b", 1000), ("ib", 1024))
}


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
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError(f"{value!r} is no size; write for example 500MB, 2GB or 2GiB")
    return round(float(match[1]) * _BYTES[match[2].lower()])


Duration = Annotated[
    float,
    BeforeValidator(_seconds, json_schema_input_type=float | str),
    Field(gt=0, description="seconds, or 90s, 15m, 8h, 1d"),
]
Size = Annotated[
    int,
    BeforeValidator(_bytes, json_schema_input_type=int | str),
    Field(ge=1, description="bytes, or 500MB, 2GB, 2GiB"),
]
