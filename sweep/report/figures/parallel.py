"""All trials at once: a line for each through all of its hyperparameters to its objective. Brushed, it filters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sweep.records import TrialRecord
from sweep.report.axes import Axis
from sweep.report.figures.style import Figure, figure, literal, scale
from sweep.report.run_facts import RunFacts
from sweep.report.words import label, rounded, short

INACTIVE = "inactive"
TICKS = 5
TICK_LENGTH = 14
WIDTH = 76
"""Pixels for each axis, so that their names can be read; a narrow screen scrolls."""


def parallel(run: RunFacts) -> Figure | None:
    """None where there is no trial with a result, or nothing varies. `trials` are the ids of the lines, in order."""
    if not run.scored or not run.axes:
        return None
    values = [trial.objective or 0.0 for trial in run.scored]
    trace = {
        "type": "parcoords",
        "line": {"color": [rounded(value) for value in values], "colorscale": scale(run.result.objective.direction)},
        "dimensions": [*(_dimension(axis, run.scored) for axis in run.axes), _objective(run, values)],
        "labelangle": -20,
    }
    drawn = figure([trace], 460, margin={"l": 90, "r": 60, "t": 90, "b": 30})
    return drawn | {"trials": [trial.id for trial in run.scored], "width": WIDTH * (len(run.axes) + 1)}


def _dimension(axis: Axis, trials: Sequence[TrialRecord]) -> dict[str, Any]:
    """Inactive values have a tick of their own, below all others."""
    scaled = [axis.scaled(trial.config.get(axis.name)) for trial in trials]
    known = [value for value in scaled if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if axis.categories:
        low, high = 0.0, max(high, len(axis.categories) - 1.0)
        # Of all texts in a figure these alone are not read as HTML.
        ticks = [(float(place), label(text, TICK_LENGTH)) for place, text in enumerate(axis.ticks)]
    else:
        ticks = _ticks(axis, low, high)
    gap = 1.0 if axis.categories else max(high - low, 1e-9) / 6
    if None in scaled:
        ticks, below = [(low - gap, INACTIVE), *ticks], low - gap
    else:
        below = low
    return {
        "label": literal(axis.name),
        "values": [rounded(low - gap if value is None else value) for value in scaled],
        "tickvals": [rounded(value) for value, _ in ticks],
        "ticktext": [text for _, text in ticks],
        "range": [rounded(below), rounded(high if high > below else below + 1)],
    }


def _ticks(axis: Axis, low: float, high: float) -> list[tuple[float, str]]:
    """Evenly on the scale; few whole numbers are met exactly."""
    if not axis.log and low.is_integer() and high.is_integer() and high - low < 2 * TICKS:
        return [(float(value), str(value)) for value in range(int(low), int(high) + 1)]
    places = [low + (high - low) * index / (TICKS - 1) for index in range(TICKS)] if high > low else [low]
    return [(place, short(float(f"{10**place if axis.log else place:.3g}"))) for place in places]


def _objective(run: RunFacts, values: Sequence[float]) -> dict[str, Any]:
    low, high = min(values), max(values)
    shown = [rounded(value) for value in values]
    room = {"range": [rounded(low), rounded(high)]} if high > low and math.isfinite(high - low) else {}
    return {"label": literal(run.metric), "values": shown, **room}
