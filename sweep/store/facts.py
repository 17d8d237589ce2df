"""What a store gives back besides the records of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


def now() -> str:
    """The time, ISO 8601 in UTC to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Attempt:
    """One try at training a trial. `number` is 1-based over the trial's whole life; times are ISO 8601 in UTC.

    `ended` and `outcome` are None while it goes on. Then `outcome` is `completed`, `diverged`, `failed` or `skipped`
    (it gave a result), `lost` (its worker died) or `interrupted` (the whole sweep stopped), and `reason` a line on why.
    """

    trial: int
    number: int
    started: str
    ended: str | None = None
    outcome: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Costs:
    """What training has taken so far, in seconds. `later_epochs` are those after the first of a training, which takes
    longer. `trainings` have ended: each held its worker from its request to its result; `epochs` are all they trained.
    """

    trainings: int = 0
    seconds: float = 0.0
    epochs: int = 0
    later_epochs: int = 0
    later_seconds: float = 0.0


@dataclass(frozen=True)
class Event:
    """Something that happened to the sweep as a whole. `seq` rises; `time` is ISO 8601 in UTC."""

    seq: int
    time: str
    kind: str
    payload: Mapping[str, Any]
