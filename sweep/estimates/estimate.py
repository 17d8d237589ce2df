"""How long a planned sweep will take and how large it gets: a range, from a few configurations that were timed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sweep.space.budget import DEFAULT_EPOCHS

if TYPE_CHECKING:
    from sweep.search.plan import Plan
    from sweep.trial.timing import Timing

LEAST_DOUBT = 0.25
"""By so much an epoch may take longer or shorter, however alike the configurations were that were timed."""

MOST_DOUBT = 0.75

CROWDING = 1.3
"""Workers side by side share caches and memory: at the worst each is slower by this."""

START_SECONDS = (1.0, 5.0)
"""From the command to the first epoch, at the best and at the worst, without the model's own beginning."""

EPOCH_BYTES = 700
TRIAL_BYTES = 3_000
"""Of store, TensorBoard, tables and report together, as measured; besides FIXED_BYTES that every run has, and a bit for
each validation image at each epoch that is its trial's best so far: at every second one, say."""

REPORT_BYTES = 4_900_000
"""Of an empty report, which holds the library that draws it."""

FIXED_BYTES = REPORT_BYTES + 300_000


LEAST_TRUTH = 1e-3
"""Of less than that nothing is a part."""

MOST_TOLD = 1e300
"""What is told as a part of the truth is a number still."""


@dataclass(frozen=True)
class Range:
    """From `low` to `high`."""

    low: float
    high: float

    def error(self, truth: float) -> float:
        """How far its nearer end is away from the truth, as a part of that: -0.5 where `high` is half of it, 0.5 where
        `low` is half as much again, 0 within."""
        return min(max(truth, self.low), self.high) / truth - 1 if truth >= LEAST_TRUTH else 0.0


@dataclass(frozen=True)
class Estimate:
    """Seconds of the search and of the retraining after it; bytes on disk: of what stays, which depends on who wins,
    and at the most of checkpoints while the search runs."""

    workers: int
    search: Range
    retraining: Range
    lasting_bytes: Range
    checkpoint_bytes: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Estimate:
        """Raises KeyError, TypeError or ValueError where it is none."""
        ranges = {name: Range(**kept[name]) for name in ("search", "retraining", "lasting_bytes")}
        if not all(0 <= one.low <= one.high <= MOST_TOLD for one in ranges.values()):
            raise ValueError("a range of it is none")
        if not all(isinstance(kept[name], int) and kept[name] >= 0 for name in ("workers", "checkpoint_bytes")):
            raise ValueError("a number of it is none")
        return cls(**{**kept, **ranges})


def estimate_sweep(
    plan: Plan,
    timings: Sequence[Timing],
    workers: int,
    graphs: int,
    checkpoint_bytes: Sequence[int],
    retrain_share: float,
    max_time: float | None = None,
    validation: int = 0,
) -> Estimate | None:
    """None where no configuration could be timed.

    `graphs` is how many different ones the planned models have: at the best each is traced once, at the worst anew for
    each training. `checkpoint_bytes` are the sizes of a few checkpoints; `retrain_share` is how many times the training
    images the retraining trains on: train and validation. After `max_time` seconds no training is begun; `validation`
    is how many images each epoch is validated on.
    """
    if not timings:
        return None
    epoch, begin = _doubted([one.epoch for one in timings]), statistics.fmean(one.begin for one in timings)
    side_by_side = max(1, workers)
    smallest, largest = min(checkpoint_bytes, default=0), max(checkpoint_bytes, default=0)
    fixed = FIXED_BYTES + plan.epochs * (EPOCH_BYTES + validation // 16) + plan.trials * TRIAL_BYTES
    limit = math.inf if max_time is None else max_time
    longest = max((one.last_epoch for one in plan.trainings), default=DEFAULT_EPOCHS)
    trainings = sum(one.trials for one in plan.trainings)
    low = max(plan.epochs / side_by_side, longest) * epoch.low + math.ceil(graphs / side_by_side) * begin
    crowded = epoch.high * (CROWDING if side_by_side > 1 else 1.0)
    high = max(plan.epochs / side_by_side, longest) * crowded + math.ceil(trainings / side_by_side) * begin
    return Estimate(
        workers=workers,
        search=Range(
            min(START_SECONDS[0] + low, limit), min(START_SECONDS[1] + high, limit + longest * crowded + begin)
        ),
        retraining=Range(
            begin + epoch.low * retrain_share, START_SECONDS[1] + begin + longest * epoch.high * retrain_share
        ),
        lasting_bytes=Range(fixed + smallest, fixed + largest),
        checkpoint_bytes=(plan.checkpoints + 2 * side_by_side) * largest,
    )


def _doubted(values: Sequence[float]) -> Range:
    """Around the mean, as far as that of others may be away: the more they differ, and the fewer they are."""
    mean = statistics.fmean(values)
    spread = statistics.stdev(values) / mean if len(values) > 1 and mean else MOST_DOUBT
    doubt = min(MOST_DOUBT, max(LEAST_DOUBT, 2 * spread / math.sqrt(len(values))))
    return Range(mean * (1 - doubt), mean * (1 + doubt))
