"""A confusion matrix as a picture and as a table."""

from __future__ import annotations

import html
import io
import re
import struct
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sweep.text import printable

Matrix = Sequence[Sequence[int]]
"""Counts: one row for each true class, one column for each predicted class."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|])")

COUNTS_UP_TO = 20
"""With more classes the cells are too small for numbers."""


def picture(matrix: Matrix, classes: Sequence[str]) -> tuple[bytes, int, int]:
    """The matrix as a PNG, with its width and height in pixels. Colours are fractions of the true class.

    Needs no display and leaves matplotlib's global state alone.
    """
    side = min(4.5 + 0.4 * len(classes), 18.0)  # inches
    figure = Figure(figsize=(side, side), dpi=100, layout="compressed")
    axes = figure.subplots()
    fractions = [[cell / max(sum(row), 1) for cell in row] for row in matrix]
    image = axes.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, label="fraction of the true class")
    _name_axes(axes, classes, points=min(10.0, 45 * side / len(classes)))
    if len(classes) <= COUNTS_UP_TO:
        _write_counts(axes, matrix, fractions)
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    png = file.getvalue()
    width, height = struct.unpack(">II", png[16:24])  # PNG's first chunk begins with them
    return png, width, height


def table(matrix: Matrix, classes: Sequence[str]) -> str:
    """The matrix as a Markdown table, true classes down and predicted ones across."""
    names = [_literal(name) for name in classes]
    lines = [["true \\ predicted", *names], ["---", *("---:" for _ in names)]]
    lines += [[f"**{name}**", *map(str, row)] for name, row in zip(names, matrix, strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _literal(name: str) -> str:
    """A name that Markdown and HTML leave alone: it must neither make a link nor have the page load a picture."""
    return _MARKDOWN.sub(r"\\\1", html.escape(printable(name), quote=False))


def _name_axes(axes: Axes, classes: Sequence[str], points: float) -> None:
    names = [
        name if len(name) <= 24 else f"{name[:23]}…" for name in map(printable, classes)
    ]  # longer ones leave no room for cells
    upright = max(map(len, names)) <= 2
    axes.set_xticks(range(len(names)), names, fontsize=points, rotation=0 if upright else 90, parse_math=False)
    axes.set_yticks(range(len(names)), names, fontsize=points, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def _write_counts(axes: Axes, matrix: Matrix, fractions: Sequence[Sequence[float]]) -> None:
    for true, row in enumerate(matrix):
        for predicted, cell in enumerate(row):
            colour = "white" if fractions[true][predicted] > 0.5 else "black"
            axes.text(predicted, true, str(cell), ha="center", va="center", color=colour, fontsize=9)
