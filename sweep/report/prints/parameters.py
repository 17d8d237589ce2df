"""Each hyperparameter against the objective, all of them at once, and what the surrogate says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis as MatplotlibAxis
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from sweep.report.axes import Axis
from sweep.report.figures import importance as surface
from sweep.report.figures import parallel as coordinates
from sweep.report.figures.parameters import MOST, scatter
from sweep.report.figures.style import BLUE, GREY, ORANGE, SURFACE, scale
from sweep.report.prints.canvas import canvas, name_ticks, number_ticks, plain
from sweep.report.run_facts import RunFacts
from sweep.report.surrogate import Study, study

COLUMNS = 3


def parameters(run: RunFacts) -> Figure | None:
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
        axes.set_ylabel(plain(run.metric))
    return figure


def _scatter(run: RunFacts, axis: Axis, axes: Axes) -> None:
    x, y, trials = scatter(run, axis)
    axes.plot(x, y, "o", color=BLUE, ms=3.5, alpha=0.6, mew=0)
    best = [(a, b) for a, b, trial in zip(x, y, trials, strict=True) if trial == run.best_id]
    axes.plot([a for a, _ in best], [b for _, b in best], "*", color=ORANGE, ms=12, mec="black", mew=0.6)
    axes.set_xlabel(plain(axis.name))
    if axis.log:
        axes.set_xscale("log")
    if axis.categories:
        name_ticks(axes, [plain(tick) for tick in axis.ticks])
    else:
        number_ticks(axes.xaxis, x, axis.log)


def parallel(run: RunFacts) -> Figure | None:
    """A line for each trial through all hyperparameters to its objective, the better ones on top."""
    found = coordinates.parallel(run)
    if found is None:
        return None
    dimensions = found["data"][0]["dimensions"]
    heights = [_heights(one) for one in dimensions]
    figure, axes = canvas(max(6.4, 1.1 * len(dimensions)), 4.2)
    sign = 1 if run.result.objective.direction == "max" else -1
    values = [trial.objective or 0.0 for trial in run.scored]
    colours = LinearSegmentedColormap.from_list("objective", scale(run.result.objective.direction))
    norm = Normalize(min(values), max(values))
    for place in sorted(range(len(values)), key=lambda index: sign * values[index]):
        row = [column[place] for column in heights]
        is_best = run.scored[place].id == run.best_id
        axes.plot(row, color=colours(norm(values[place])), lw=2.2 if is_best else 0.9, alpha=1.0 if is_best else 0.7)
    for place, dimension in enumerate(dimensions):
        _upright(axes, place, dimension)
    names = [*(axis.name for axis in run.axes), run.metric]
    name_ticks(axes, [plain(name) for name in names], most=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_yticks([])
    axes.set_xlim(-0.1, len(dimensions) - 0.4)
    if run.best_id is not None:
        axes.set_title(f"a line for each trial; the thick one is trial {run.best_id}, the best", fontsize=9)
    return figure


def _span(dimension: dict[str, Any]) -> tuple[float, float]:
    low, high = dimension.get("range") or (min(dimension["values"]), max(dimension["values"]))
    return low, high if high > low else low + 1


def _heights(dimension: dict[str, Any]) -> list[float]:
    """Of its values, between 0 and 1."""
    low, high = _span(dimension)
    return [(value - low) / (high - low) for value in dimension["values"]]


def _upright(axes: Axes, place: int, dimension: dict[str, Any]) -> None:
    """One axis, with the names of its ticks on its right."""
    low, high = _span(dimension)
    axes.axvline(place, color=GREY, lw=0.8)
    shown = dimension.get("tickvals") or [low, high]
    names = dimension.get("ticktext") or [f"{value:.4g}" for value in shown]
    for value, name in zip(shown, names, strict=True):
        height = (value - low) / (high - low)
        axes.text(place + 0.04, height, plain(str(name)), fontsize=6.5, va="center", color="black")


def importance(run: RunFacts) -> Figure | None:
    found = study(run.axes, run.scored)
    if not isinstance(found, Study):
        return None
    ranked = found.ranked[:20][::-1]
    figure, axes = canvas(6.4, 1.3 + 0.3 * len(ranked))
    axes.barh(
        [plain(found.axes[index].name) for index in ranked],
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


def interaction(run: RunFacts) -> Figure | None:
    """The two that matter most: the forest's surface, where its fit is fair, under the trials."""
    found = study(run.axes, run.scored)
    drawn = surface.contour(run, found) if isinstance(found, Study) else None
    pair = surface.top_two(found) if isinstance(found, Study) else None
    if drawn is None or pair is None:
        return None
    *cells, points = drawn["data"]
    figure, axes = canvas(6.0, 4.4)
    look = {"cmap": SURFACE.lower(), "vmin": points["marker"].get("cmin"), "vmax": points["marker"].get("cmax")}
    for one in cells:
        axes.contourf(one["x"], one["y"], one["z"], levels=12, **look)
    colours = points["marker"]["color"]
    dots = axes.scatter(points["x"], points["y"], c=colours, s=26, ec="white", lw=0.8, zorder=3, clip_on=False, **look)
    figure.colorbar(dots, ax=axes, label=plain(run.metric))
    _lay_out(axes.xaxis, axes.set_xscale, pair[0], points["x"])
    _lay_out(axes.yaxis, axes.set_yscale, pair[1], points["y"])
    return figure


def _lay_out(side: MatplotlibAxis, set_scale: Callable[[str], object], axis: Axis, values: Sequence[float]) -> None:
    side.set_label_text(plain(axis.name))
    if axis.log:
        set_scale("log")
    if axis.categories:
        side.set_ticks(range(len(axis.ticks)), [plain(tick) for tick in axis.ticks])
    else:
        number_ticks(side, values, axis.log)
