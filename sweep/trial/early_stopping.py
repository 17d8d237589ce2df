"""When a trial has stopped getting better: a function of its history, so that a resume changes nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sweep.records import Objective


def should_stop(history: Sequence[float | None], goal: Objective, patience: int, min_delta: float = 0.0) -> bool:
    """Whether `patience` epochs in a row did not better the best objective by more than `min_delta`.

    `history` is the objective of each epoch from the first on; None, NaN and infinite values are no improvement. A
    history that was once to be stopped stays so, whatever comes after.
    """
    margin = min_delta if goal.direction == "max" else -min_delta
    best: float | None = None
    waited = 0
    for value in history:
        if value is not None and math.isfinite(value) and (best is None or goal.better(value, best + margin)):
            best, waited = value, 0
        else:
            waited += 1
        if waited >= patience:
            return True
    return False
