"""All figures of a run for print, each a file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from sweep.errors import InputError
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


def write_figures(run: RunFacts, folder: Path, form: str) -> list[Path]:
    """`history.png` and the others into `folder`, which is made if need be; `form` is `png` or `svg`. What there is
    nothing for (of a sweep without an answer, say) is left out. The paths that were written.

    Raises InputError where they cannot be.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, make in MAKERS.items():
            figure = make(run)
            if figure is not None:
                written.append(folder / f"{name}.{form}")
                _save(figure, written[-1])
    except OSError as exc:
        raise InputError(f"{exc.filename or folder}: cannot be written: {exc.strerror}") from exc
    return written


def _save(figure: Figure, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # of a class in letters that the font lacks
        figure.savefig(path, dpi=DPI, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})
