"""How the search went: its results, the learning curves of its trials, and where the time went."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sweep.report.figures import curves as lines
from sweep.report.figures import history as course
from sweep.report.figures.style import BLUE, GREY, ORANGE
from sweep.report.prints.canvas import canvas, legend_above, plain
from sweep.report.run_facts import RunFacts
from sweep.report.times import trial_times


def history(run: RunFacts) -> Figure | None:
    found = course.history(run)
    if found is None:
        return None
    results, best, star = found["data"]
    figure, axes = canvas(6.4, 3.6)
    axes.plot(results["x"], results["y"], "o", color=BLUE, ms=4, alpha=0.6, mew=0, label="results")
    axes.step(best["x"], best["y"], where="post", color=ORANGE, lw=2, label="best so far")
    axes.plot(star["x"], star["y"], "*", color=ORANGE, ms=13, mec="black", mew=0.6, label=star["name"])
    axes.set_xlabel("results, in the order in which they came")
    axes.set_ylabel(plain(run.metric))
    axes.legend(frameon=False)
    return figure


def curves(run: RunFacts) -> Figure | None:
    shown = lines.drawn(run)
    if not shown:
        return None
    figure, axes = canvas(6.4, 4.2)
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
    axes.set_ylabel(plain(run.metric))
    if run.best_id in shown:
        axes.legend(frameon=False)
    return figure


def times(run: RunFacts) -> Figure | None:
    """Stacked bars by trial."""
    found = trial_times(run)
    if not any(one.training or one.other for one in found):
        return None
    figure, axes = canvas(6.4, 3.2)
    trials, training = [one.trial for one in found], [one.training for one in found]
    axes.bar(trials, training, color=BLUE, label="training")
    axes.bar(trials, [one.other for one in found], bottom=training, color=ORANGE, label="other")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("trial")
    axes.set_ylabel("seconds")
    legend_above(axes)
    return figure


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
