"""What the surrogate says: how much each hyperparameter matters, and how the two that matter most act together."""

from __future__ import annotations

from typing import Any

from sweep.report.axes import Axis
from sweep.report.figures.style import BLUE, GREY, SURFACE, Figure, axis_layout, figure, literal
from sweep.report.run_facts import RunFacts
from sweep.report.surrogate import BUDGET, Study, interaction
from sweep.report.words import rounded

MOST = 20


def importance(study: Study) -> Figure:
    """Bars, the most important on top, each with the spread of its estimate."""
    ranked = study.ranked[:MOST][::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [literal(study.axes[index].name) for index in ranked],
        "x": [rounded(study.importance[index], 3) for index in ranked],
        "error_x": {"type": "data", "array": [rounded(study.spread[index], 3) for index in ranked], "color": GREY},
        "marker": {"color": BLUE if study.is_reliable else GREY},
        "hovertemplate": "%{y}: %{x}<extra></extra>",
    }
    title = {"text": "fall in R² where its values are shuffled"}
    return figure([bars], 90 + 30 * len(ranked), xaxis={"title": title}, yaxis={"type": "category", "automargin": True})


def top_two(study: Study) -> tuple[Axis, Axis] | None:
    """The two most important hyperparameters; how long a trial was trained is none."""
    ranked = [study.axes[index] for index in study.ranked if study.axes[index].name != BUDGET]
    return (ranked[0], ranked[1]) if len(ranked) > 1 else None


def contour(run: RunFacts, study: Study) -> Figure | None:
    """The forest's surface, where its fit is fair, under the trials; None where there are not two hyperparameters."""
    pair = top_two(study)
    if pair is None:
        return None
    points = _points(run, *pair)
    places = [study.axes.index(axis) for axis in pair]
    surface = interaction(study, places[0], places[1]) if study.is_reliable else None
    traces: list[Any] = [points]
    if surface is not None:
        xs, ys, values = surface
        points["marker"] |= {"showscale": False}
        cells = {
            "type": "contour",
            "x": [_unscaled(pair[0], x) for x in xs],
            "y": [_unscaled(pair[1], y) for y in ys],
            "z": [[rounded(value, 4) for value in row] for row in values],
            "colorscale": SURFACE,
            "contours": {"coloring": "heatmap"},
            "line": {"width": 0.5},
            "hovertemplate": "the forest expects %{z}<extra></extra>",
            "colorbar": {"title": {"text": literal(run.metric), "side": "right"}},
        }
        traces.insert(0, cells)
        points["marker"] |= {"cmin": min(map(min, values)), "cmax": max(map(max, values))}
        cells |= {"zmin": points["marker"]["cmin"], "zmax": points["marker"]["cmax"]}
    drawn = figure(traces, 460, xaxis=axis_layout(pair[0]), yaxis=axis_layout(pair[1]))
    return drawn | {"max_width": 900}


def _points(run: RunFacts, first: Axis, second: Axis) -> dict[str, Any]:
    """Trials in which both are active, in the colour of their objective."""
    found = [
        (first.position(trial.config[first.name]), second.position(trial.config[second.name]), trial)
        for trial in run.scored
        if first.name in trial.config and second.name in trial.config
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [rounded(x) for x, _, _ in found],
        "y": [rounded(y) for _, y, _ in found],
        "customdata": [[trial.id, rounded(trial.objective)] for _, _, trial in found],
        "marker": {
            "size": 8,
            "color": [rounded(trial.objective) for _, _, trial in found],
            "colorscale": SURFACE,
            "showscale": True,
            "line": {"width": 1, "color": "#fff"},
        },
        "hovertemplate": "trial %{customdata[0]}: %{customdata[1]}<extra></extra>",
    }


def _unscaled(axis: Axis, value: float) -> float | None:
    return rounded(10**value if axis.log else value)
