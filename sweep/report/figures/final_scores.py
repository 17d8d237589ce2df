"""The final model on the test images: confusion matrix and ROC curves, from its stored metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sweep.report.figures.style import CYCLE, GREY, Figure, figure, literal
from sweep.report.words import rounded

COUNTS_UP_TO = 20
"""With more classes the cells are too small for numbers."""
NAMES_UP_TO = 60
MOST_CLASSES = 200
MOST_CURVES = 10


def confusion(metrics: Mapping[str, Any]) -> Figure | None:
    """Rows are true classes, columns predicted ones, colours fractions of the true class. None for so many classes
    that nobody could read it, or where there is no matrix."""
    classes, matrix = metrics["classes"], metrics.get("confusion_matrix")
    if not matrix or len(classes) > MOST_CLASSES:
        return None
    places = list(range(len(classes)))
    cells = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [[rounded(count / max(sum(row), 1), 3) for count in row] for row in matrix],
        "customdata": matrix,
        "text": [[str(count) if count else "" for count in row] for row in matrix],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "#f1f6fb"], [1, "#0b4f86"]],
        "colorbar": {"title": {"text": "fraction of the true class", "side": "right"}},
        "hovertemplate": "%{y} taken for %{x}: %{customdata}<extra></extra>",
        "xgap": 1,
        "ygap": 1,
    }
    if len(classes) <= COUNTS_UP_TO:
        cells |= {"texttemplate": "%{text}", "textfont": {"size": 11}}
    named = {"tickvals": places, "ticktext": [literal(name) for name in classes], "automargin": True}
    ticks = named if len(classes) <= NAMES_UP_TO else {"showticklabels": False}
    side = min(760, 260 + 34 * len(classes))
    plain = {"showgrid": False, "zeroline": False, **ticks}
    drawn = figure(
        [cells],
        side,
        xaxis={"title": {"text": "predicted"}, **plain},
        yaxis={"title": {"text": "true"}, "autorange": "reversed", **plain},
    )
    return drawn | {"max_width": side + 240}


def roc(metrics: Mapping[str, Any]) -> Figure | None:
    """The averages over all classes and a curve for each, of many those with the smallest area. None where no class
    has one."""
    found = metrics.get("roc") or {}
    classes = roc_classes(found)
    if not classes:
        return None
    lines = [
        _line(f"{literal(one['name'])} ({one['auc']:.3f})", one, width=1.5, **_look(place))
        for place, one in enumerate(classes)
    ]
    for name, dash in (("macro", "solid"), ("micro", "dash")):
        if found.get(name):
            text = f"{name} average ({found[name]['auc']:.3f})"
            lines.append(_line(text, found[name], color=GREY, width=3, dash=dash))
    chance = {"auc": 0.5, "fpr": [0, 1], "tpr": [0, 1]}
    lines.append(_line("chance", chance, color=GREY, width=1, dash="dot"))
    drawn = figure(
        lines,
        480,
        xaxis={"title": {"text": "false positive rate"}, "range": [-0.01, 1.01]},
        yaxis={"title": {"text": "true positive rate"}, "range": [-0.01, 1.02]},
    )
    return drawn | {"max_width": 900}


def roc_classes(found: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The curves that are drawn."""
    classes: Sequence[Mapping[str, Any]] = found.get("per_class", [])
    if len(classes) <= MOST_CURVES:
        return classes
    return sorted(classes, key=lambda one: one["auc"])[:MOST_CURVES]


def _look(place: int) -> dict[str, str]:
    """With more classes than colours, the lines of the others are dashed."""
    return {"color": CYCLE[place % len(CYCLE)], "dash": "solid" if place < len(CYCLE) else "dashdot"}


def _line(name: str, curve: Mapping[str, Any], **look: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [rounded(value, 4) for value in curve["fpr"]],
        "y": [rounded(value, 4) for value in curve["tpr"]],
        "line": look,
        "hovertemplate": f"{name}<br>%{{x}}, %{{y}}<extra></extra>",
    }
