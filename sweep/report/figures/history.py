"""How the search went: every result in the order in which it was told, and the best so far."""

from __future__ import annotations

import math

from sweep.records import TrialState
from sweep.report.figures.style import BLUE, ORANGE, Figure, figure, literal, whole
from sweep.report.run_facts import RunFacts
from sweep.report.words import rounded


def history(run: RunFacts) -> Figure | None:
    """None where no trial has a result."""
    told = [
        (number, one.trial, one.objective, one.epochs_trained)
        for number, one in enumerate(run.results, start=1)
        if one.state is TrialState.COMPLETED and one.objective is not None and math.isfinite(one.objective)
    ]
    if not told:
        return None
    numbers, trials, values, epochs = (list(column) for column in zip(*told, strict=True))
    shown = [rounded(value) for value in values]
    results = {
        "type": "scatter",
        "mode": "markers",
        "name": "results",
        "x": numbers,
        "y": shown,
        "customdata": [list(pair) for pair in zip(trials, epochs, strict=True)],
        "marker": {"color": BLUE, "size": 7, "opacity": 0.65},
        "hovertemplate": "trial %{customdata[0]}, %{customdata[1]} epochs<br>%{y}<extra></extra>",
    }
    incumbent = {
        "type": "scatter",
        "mode": "lines",
        "name": "best so far",
        "x": numbers,
        "y": [rounded(value) for value in _best_so_far(run, values)],
        "line": {"shape": "hv", "color": ORANGE, "width": 2.5},
        "hovertemplate": "best so far %{y}<extra></extra>",
    }
    star = {
        "type": "scatter",
        "mode": "markers",
        "name": "winner" if run.result.winner else "would win now",
        "x": [number for number, trial, *_ in told if trial == run.best_id][-1:],
        "y": [rounded(value) for _, trial, value, _ in told if trial == run.best_id][-1:],
        "marker": {"symbol": "star", "size": 15, "color": ORANGE, "line": {"width": 1, "color": "#000"}},
        "hovertemplate": f"trial {run.best_id}: %{{y}}<extra></extra>",
    }
    return figure(
        [results, incumbent, star],
        xaxis={"title": {"text": "results, in the order in which they came"}, **whole(max(numbers))},
        yaxis={"title": {"text": literal(run.metric)}},
    )


def _best_so_far(run: RunFacts, values: list[float]) -> list[float]:
    best, line = values[0], []
    for value in values:
        best = value if run.result.objective.better(value, best) else best
        line.append(best)
    return line
