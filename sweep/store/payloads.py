"""What the facts of a store may be, and what its events may tell. What is not named here may be there, and any fact or
value of an event may be missing: both come and go with versions."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
)

from sweep.store.checked import MOST_SECONDS, Unsound, checked_moment

_Moment = Annotated[str, AfterValidator(checked_moment)]
_MOST = 2**63 - 1
"""Of whatever is counted: what SQLite takes for a whole number."""

_Count = Annotated[int, Field(ge=0, le=_MOST)]
_CountFromOne = Annotated[int, Field(ge=1, le=_MOST)]
_Seconds = Annotated[FiniteFloat, Field(ge=0, le=1e300)]  # so that a thousand times as many are a number, too
_Pair = Annotated[list[str], Field(min_length=2, max_length=2)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Objective(_Part):
    metric: str
    direction: Literal["max", "min"]


class _Images(_Part):
    train: _Count
    validation: _Count
    test: _Count


_FACTS: Mapping[str, Any] = {
    "created": _Moment,
    "definition": str,
    "name": str,
    "sweep_id": str,
    "seed": int,
    "objective": _Objective,
    "full_budget": _CountFromOne | None,
    "method": str,
    "dataset_digest": str | None,
    "code": str | None,
    "classes": list[str],
    "images": _Images,
    "excluded": list[_Pair],
    "threads_per_trial": _Count,
    "retrain_threads": _Count,
    "deterministic": bool,
}

_SESSION = {"workers": _Count, "epochs": _Count}

_EVENTS: Mapping[str, Mapping[str, Any]] = {
    "started": _SESSION,
    "resumed": _SESSION,
    "planned": {
        "max_trials": _CountFromOne | None,
        "trials": _Count,
        "epochs": _Count,
        "exact": bool,
    },
    "forecast": {"seconds": _Seconds, "after": _Seconds},
    "searched": {"seconds": Annotated[_Seconds, Field(le=MOST_SECONDS)]},
    "limits_raised": {"after": _Count, "max_trials": _CountFromOne | None, "max_time": FiniteFloat | None},
    "retried": {"after": _Count, "trials": list[_Count]},
    "winner": {
        "id": _Count,
        "objective": FiniteFloat,
        "best_epoch": _CountFromOne,
        "config": dict[str, bool | int | FiniteFloat | str],
        "full_budget": bool,
        "note": str | None,
    },
    "test_evaluation": {"trial": _Count},
    "labelled": {"text": str},
    "unlabelled": {"text": str},
}
"""`estimated` has a judge of its own: `Estimate.from_json`, which a plan of another version may not please."""


def fact_of(name: str, text: str) -> Any:
    """Raises ValueError where the text is no such fact."""
    value = _strict_json(text)
    if name in _FACTS:
        _check(f"fact {name}", _fact(name), value)
    return value


def payload_of(kind: str, text: str) -> dict[str, Any]:
    """Raises ValueError where no event of that kind tells this."""
    payload = _strict_json(text)
    if type(payload) is not dict:
        raise Unsound(f"event {kind}: {payload!r} is no payload")
    for name in _EVENTS.get(kind, {}).keys() & payload.keys():
        _check(f"event {kind}, {name}", _told(kind, name), payload[name])
    return payload


@functools.cache
def _fact(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_FACTS[name])


@functools.cache
def _told(kind: str, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_EVENTS[kind][name])


def _strict_json(text: str) -> Any:
    """Without NaN and infinities, which are for metrics only."""
    value = json.loads(text)
    json.dumps(value, allow_nan=False)
    return value


def _check(what: str, shape: TypeAdapter[Any], value: Any) -> None:
    try:
        shape.validate_python(value, strict=True)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        place = "".join(f".{part}" for part in first["loc"])
        raise Unsound(f"{what}{place}: {first['msg'].lower()}") from exc
