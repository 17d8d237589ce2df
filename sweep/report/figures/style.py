"""What all figures share. Colours are told apart by the colour-blind (M. Okabe, K. Ito), on light and on dark."""

from __future__ import annotations

import html
from typing import Any

from sweep.report.axes import Axis
from sweep.report.words import label

Figure = dict[str, Any]
"""`data`, `layout`, and `height` in pixels."""

BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#3a8fd0", "#e08a00", "#009e73", "#d55e00", "#b8639a", "#8b929c"
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, RED, "#56b4e9", "#a89a00")
SCALE: list[tuple[float, str]] = [(0, "#7a8594"), (0.5, BLUE), (1, ORANGE)]
"""Of points and lines, which have to be seen on light and on dark."""
SURFACE = "Cividis"
"""Of areas."""
FEW = 12
"""Of so many whole numbers each has a tick."""


def figure(data: list[Any], height: int = 380, **layout: Any) -> Figure:
    return {"data": data, "layout": layout, "height": height}


def literal(text: str) -> str:
    """A text from elsewhere: Plotly reads a few tags of HTML in all that it shows."""
    return html.escape(label(text), quote=False)


def axis_layout(axis: Axis, title: bool = True) -> dict[str, Any]:
    """Of a figure that draws the axis in positions."""
    layout: dict[str, Any] = {"title": {"text": literal(axis.name)}} if title else {}
    if axis.categories:
        count = len(axis.categories)
        ticks = [html.escape(tick, quote=False) for tick in axis.ticks]
        return layout | {"tickvals": list(range(count)), "ticktext": ticks, "range": [-0.5, count - 0.5]}
    if axis.log:
        return layout | {"type": "log", "exponentformat": "power"}
    return layout


def whole(largest: int) -> dict[str, Any]:
    """Of an axis that counts: no ticks between the whole numbers."""
    return {"dtick": 1} if largest <= FEW else {}


def scale(direction: str) -> list[tuple[float, str]]:
    """The scale of an objective: what is best is orange."""
    return SCALE if direction == "max" else [(1 - place, colour) for place, colour in reversed(SCALE)]
