"""All figures of a run for print."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from sweep.report.prints import final_scores, parameters, search
from sweep.report.run_facts import RunFacts

DPI = 200

MAKERS: dict[str, Callable[[RunFacts], Figure | None]] = {
    "history": search.history,
    "parallel_coordinates": parameters.parallel,
    "learning_curves": search.curves,
    "parameters": parameters.parameters,
    "importance": parameters.importance,
    "interaction": parameters.interaction,
    "times": search.times,
    "classes": final_scores.classes,
    "confusion_matrix": final_scores.confusion,
    "roc": final_scores.roc,
}
"""By the name of the file, in the order of the page."""


def draw(run: RunFacts) -> dict[str, Figure]:
    """By name, those that there is something for."""
    figures = {name: make(run) for name, make in MAKERS.items()}
    return {name: figure for name, figure in figures.items() if figure is not None}


def save(figure: Figure, path: Path) -> None:
    """As its name ends: `.png` or `.svg`. The same figure gives the same bytes."""
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "sweep"}):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # of a class in letters that the font lacks
        figure.savefig(path, dpi=DPI, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})
