"""Each hyperparameter against the objective: one small figure each."""

from __future__ import annotations

from typing import Any

from sweep.report.axes import Axis
from sweep.report.figures.style import ORANGE, SCALE, Figure, axis_layout, figure, literal, whole
from sweep.report.run_facts import RunFacts
from sweep.report.words import rounded

MOST = 36
"""More figures than this are not drawn."""

_GOLDEN = 0.6180339887


def parameters(run: RunFacts) -> dict[str, Figure]:
    """By the name of the hyperparameter. Trials in which it is inactive are not in its figure."""
    return {axis.name: found for axis in run.axes[:MOST] if (found := _against_objective(run, axis)) is not None}


def scatter(run: RunFacts, axis: Axis) -> tuple[list[float], list[float], list[int]]:
    """Positions, objectives and trials. Those of a category stand beside each other, so that each can be seen."""
    found = [(axis.position(trial.config.get(axis.name)), trial) for trial in run.scored]
    active = [(position, trial) for position, trial in found if position is not None]
    apart = 0.5 if axis.categories else 0.0
    x = [position + apart * ((trial.id * _GOLDEN) % 1 - 0.5) for position, trial in active]
    return x, [trial.objective or 0.0 for _, trial in active], [trial.id for _, trial in active]


def _against_objective(run: RunFacts, axis: Axis) -> Figure | None:
    x, y, trials = scatter(run, axis)
    if not x:
        return None
    by_id = {trial.id: trial for trial in run.scored}
    budgets = [by_id[trial].epochs_trained for trial in trials]
    values = [literal(str(by_id[trial].config[axis.name])) for trial in trials]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [rounded(one) for one in x],
        "y": [rounded(one) for one in y],
        "customdata": [list(about) for about in zip(trials, values, budgets, strict=True)],
        "marker": _marker(budgets),
        "hovertemplate": "trial %{customdata[0]}, %{customdata[2]} epochs<br>%{customdata[1]}<br>%{y}<extra></extra>",
        "showlegend": False,
    }
    winner = {
        "type": "scatter",
        "mode": "markers",
        "x": [rounded(one) for one, trial in zip(x, trials, strict=True) if trial == run.best_id],
        "y": [rounded(one) for one, trial in zip(y, trials, strict=True) if trial == run.best_id],
        "marker": {"symbol": "star", "size": 15, "color": ORANGE, "line": {"width": 1, "color": "#000"}},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    yaxis = {"title": {"text": literal(run.metric)}}
    xaxis = axis_layout(axis) | _ticks(axis, x)
    return figure([points, winner], 260, xaxis=xaxis, yaxis=yaxis, margin={"t": 12, "r": 12})


def _ticks(axis: Axis, x: list[float]) -> dict[str, Any]:
    is_counted = not axis.log and not axis.categories and all(one.is_integer() for one in x)
    return whole(int(max(x) - min(x))) if is_counted else {}


def _marker(budgets: list[int]) -> dict[str, Any]:
    return {"size": 7, "opacity": 0.75, "color": budgets, "colorscale": SCALE, "line": {"width": 0.5, "color": "#888"}}
