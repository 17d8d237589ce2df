"""What the figures for print share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis as MatplotlibAxis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from sweep.report.words import label

MANY_DECADES = 2.5


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Of so many inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes: Axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def plain(text: str) -> str:
    """Matplotlib takes what stands between two dollars for a formula."""
    return label(text).replace("$", r"\$")


def name_ticks(axes: Axes, names: list[str], most: int = 24) -> None:
    """Below the places 0, 1, 2, ...; aslant where they are too long to stand side by side."""
    axes.set_xticks(range(len(names)), names)
    if sum(map(len, names)) >= most:
        for text in axes.get_xticklabels():
            text.set(rotation=45, ha="right", rotation_mode="anchor")


def number_ticks(side: MatplotlibAxis, values: Sequence[float], log: bool) -> None:
    """Whole numbers are named at whole numbers, and a logarithmic axis of few decades at more than their ends."""
    if not values:
        return
    if log:
        decades = math.log10(max(values) / min(values))
        if decades < MANY_DECADES:
            side.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 1 else (1, 3)))
            side.set_major_formatter("{x:g}")
        side.set_minor_formatter(NullFormatter())
    elif all(float(value).is_integer() for value in values):
        side.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def legend_above(axes: Axes) -> None:
    """Bars may be as high as there is room."""
    axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0.0, 1.0))
