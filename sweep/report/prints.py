"""The report's figures for a paper: PNG or SVG, drawn with matplotlib on white."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sweep.errors import InputError
from sweep.report.axes import Axis
from sweep.report.figures import curves as lines
from sweep.report.figures import history as course
from sweep.report.figures.final_scores import COUNTS_UP_TO, MOST_CLASSES, NAMES_UP_TO, roc_classes
from sweep.report.figures.parameters import MOST, scatter
from sweep.report.figures.style import BLUE, CYCLE, GREY, ORANGE
from sweep.report.run_facts import RunFacts
from sweep.report.surrogate import Study, study
from sweep.report.words import label

COLUMNS = 3
DPI = 200


def write_figures(run: RunFacts, folder: Path, form: str) -> list[Path]:
    """`history.png` and the others into `folder`, which is made if need be; `form` is `png` or `svg`. What there is
    nothing for (of a sweep without an answer, say) is left out. The paths that were written.

    Raises InputError where they cannot be.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, make in _MAKERS.items():
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


def _history(run: RunFacts) -> Figure | None:
    found = course.history(run)
    if found is None:
        return None
    results, best, star = found["data"]
    figure, axes = _new(6.4, 3.6)
    axes.plot(results["x"], results["y"], "o", color=BLUE, ms=4, alpha=0.6, mew=0, label="results")
    axes.step(best["x"], best["y"], where="post", color=ORANGE, lw=2, label="best so far")
    axes.plot(star["x"], star["y"], "*", color=ORANGE, ms=13, mec="black", mew=0.6, label=star["name"])
    axes.set_xlabel("results, in the order in which they came")
    axes.set_ylabel(_plain(run.metric))
    axes.legend(frameon=False)
    return figure


def _curves(run: RunFacts) -> Figure | None:
    shown = lines.drawn(run)
    if not shown:
        return None
    figure, axes = _new(6.4, 4.2)
    for epoch in lines.rung_epochs(run):
        axes.axvline(epoch, color=GREY, lw=0.7, ls=":")
    for trial in shown:
        is_best = trial == run.best_id
        reports = run.epochs[trial]
        look: dict[str, Any] = {"color": ORANGE, "lw": 2.2, "zorder": 3} if is_best else {"color": BLUE, "alpha": 0.4}
        kind = "the winner" if run.result.winner else "the best so far"
        axes.plot(
            [report.epoch for report in reports],
            [_number(report.metrics.get(run.metric)) for report in reports],
            **{"lw": 0.8, **look},
            marker="o" if len(reports) == 1 else None,
            ms=3,
            label=f"trial {trial}, {kind}" if is_best else None,
        )
    axes.set_xlabel("epoch")
    axes.set_ylabel(_plain(run.metric))
    if run.best_id in shown:
        axes.legend(frameon=False)
    return figure


def _parameters(run: RunFacts) -> Figure | None:
    drawn = [axis for axis in run.axes[:MOST] if scatter(run, axis)[0]]
    if not drawn:
        return None
    rows = -(-len(drawn) // COLUMNS)
    figure = Figure(figsize=(3.2 * COLUMNS, 2.4 * rows), layout="constrained")
    grid = figure.subplots(rows, COLUMNS, squeeze=False, sharey=True).ravel()
    for axis, axes in zip(drawn, grid, strict=False):
        _scatter(run, axis, axes)
    for axes in grid[len(drawn) :]:
        axes.set_axis_off()
    for axes in grid[::COLUMNS]:
        axes.set_ylabel(_plain(run.metric))
    return figure


def _scatter(run: RunFacts, axis: Axis, axes: Axes) -> None:
    x, y, trials = scatter(run, axis)
    axes.plot(x, y, "o", color=BLUE, ms=3.5, alpha=0.6, mew=0)
    best = [(a, b) for a, b, trial in zip(x, y, trials, strict=True) if trial == run.best_id]
    axes.plot([a for a, _ in best], [b for _, b in best], "*", color=ORANGE, ms=12, mec="black", mew=0.6)
    axes.set_xlabel(_plain(axis.name))
    if axis.log:
        axes.set_xscale("log")
    if axis.categories:
        ticks = [_plain(tick) for tick in axis.ticks]
        axes.set_xticks(range(len(ticks)), ticks, rotation=0 if sum(map(len, ticks)) < 24 else 45)


def _importance(run: RunFacts) -> Figure | None:
    found = study(run.axes, run.scored)
    if not isinstance(found, Study):
        return None
    ranked = found.ranked[:20][::-1]
    figure, axes = _new(6.4, 1.3 + 0.3 * len(ranked))
    axes.barh(
        [_plain(found.axes[index].name) for index in ranked],
        [found.importance[index] for index in ranked],
        xerr=[found.spread[index] for index in ranked],
        color=BLUE if found.is_reliable else GREY,
        ecolor="black",
        error_kw={"lw": 0.8},
    )
    axes.set_xlabel("fall in R² where its values are shuffled")
    verdict = "" if found.warning is None else " (not to be relied on)"
    axes.set_title(f"random forest on {found.trials} trials, held-out R² {found.r2:.2f}{verdict}", fontsize=9)
    return figure


def _confusion(run: RunFacts) -> Figure | None:
    metrics = run.result.metrics or {}
    matrix, classes = metrics.get("confusion_matrix"), [_plain(label(name)) for name in metrics.get("classes", [])]
    if not matrix or len(classes) > MOST_CLASSES:
        return None
    side = min(3.5 + 0.4 * len(classes), 14.0)
    figure, axes = _new(side, side)
    fractions = [[count / max(sum(row), 1) for count in row] for row in matrix]
    image = axes.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, shrink=0.7, label="fraction of the true class")
    if len(classes) <= NAMES_UP_TO:
        axes.set_xticks(range(len(classes)), classes, rotation=0 if max(map(len, classes)) < 3 else 90, fontsize=8)
        axes.set_yticks(range(len(classes)), classes, fontsize=8)
    if len(classes) <= COUNTS_UP_TO:
        for true, row in enumerate(matrix):
            for predicted, count in enumerate(row):
                colour = "white" if fractions[true][predicted] > 0.5 else "black"
                axes.text(predicted, true, str(count), ha="center", va="center", color=colour, fontsize=7)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


def _roc(run: RunFacts) -> Figure | None:
    found: Mapping[str, Any] = (run.result.metrics or {}).get("roc") or {}
    classes = roc_classes(found)
    if not classes:
        return None
    figure, axes = _new(5.2, 4.6)
    for place, one in enumerate(classes):
        name = f"{_plain(label(one['name']))} ({one['auc']:.3f})"
        axes.plot(one["fpr"], one["tpr"], lw=1.2, color=CYCLE[place % len(CYCLE)], label=name)
    for name, style in (("macro", "-"), ("micro", "--")):
        if found.get(name):
            text = f"{name} average ({found[name]['auc']:.3f})"
            axes.plot(found[name]["fpr"], found[name]["tpr"], lw=2.2, ls=style, color=GREY, label=text)
    axes.plot([0, 1], [0, 1], lw=0.8, ls=":", color=GREY)
    axes.set_xlabel("false positive rate")
    axes.set_ylabel("true positive rate")
    axes.legend(frameon=False, fontsize=7, loc="lower right")
    return figure


_MAKERS: dict[str, Callable[[RunFacts], Figure | None]] = {
    "history": _history,
    "learning_curves": _curves,
    "parameters": _parameters,
    "importance": _importance,
    "confusion_matrix": _confusion,
    "roc": _roc,
}


def _new(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes: Axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _plain(text: str) -> str:
    """Matplotlib takes what stands between two dollars for a formula."""
    return label(text).replace("$", r"\$")


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
