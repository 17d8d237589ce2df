"""The objective of every trial, epoch by epoch, with the rungs where trials waited to be promoted."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.records import EpochReport
from sweep.report.figures.style import BLUE, GREY, ORANGE, Figure, figure, literal, whole
from sweep.report.run_facts import RunFacts
from sweep.report.words import rounded

MANY = 40
"""Of more curves, those of the best quarter stand out: all alike would be one area."""
MOST = 1000
"""Of more curves, the best half of as many and the rest evenly are drawn."""

Line = tuple[list[int | None], list[float | None], list[int | None]]
"""Epochs, values and trials, a gap of None after each trial."""


def curves(run: RunFacts) -> Figure | None:
    """None where no epoch has been trained."""
    shown = drawn(run)
    if not shown:
        return None
    others = [trial for trial in shown if trial != run.best_id]
    better, worse = _parted(run, others)
    alone = [trial for trial in shown if len(run.epochs[trial]) == 1]
    traces = [
        *(
            [_trace("other trials", _line(run, worse), "lines", line={"color": GREY, "width": 1}, opacity=0.5)]
            * bool(worse)
        ),
        _trace(
            "the best quarter" if worse else "trials", _line(run, better), "lines", line={"color": BLUE, "width": 1}
        ),
        _trace("a single epoch", _line(run, alone), "markers", marker={"color": BLUE, "size": 4, "opacity": 0.6}),
    ]
    rungs = rung_epochs(run)
    if rungs:
        ends = _line(run, shown, set(rungs))
        traces.append(_trace("at a rung", ends, "markers", marker={"color": GREY, "size": 5, "symbol": "diamond"}))
    if run.best_id is not None and run.best_id in run.epochs:
        name = f"trial {run.best_id}, {'the winner' if run.result.winner else 'the best so far'}"
        traces.append(_trace(name, _line(run, [run.best_id]), "lines+markers", line={"color": ORANGE, "width": 3}))
        traces.append(_best_epoch(run))
    lines = [
        {"type": "line", "x0": epoch, "x1": epoch, "y0": 0, "y1": 1, "yref": "paper"}
        | {"line": {"color": GREY, "width": 1, "dash": "dot"}}
        for epoch in rungs
    ]
    return figure(
        traces,
        460,
        shapes=lines,
        xaxis={"title": {"text": "epoch"}, **whole(max(one.last_epoch for one in run.asked))},
        yaxis={"title": {"text": literal(run.metric)}},
    )


def drawn(run: RunFacts) -> list[int]:
    """The trials whose curves are drawn."""
    known = [trial.id for trial in run.result.trials if trial.id in run.epochs]
    if len(known) <= MOST:
        return known
    best = [trial for trial in _ranked(run) if trial in run.epochs][: MOST // 2]
    rest = sorted(set(known) - set(best))
    room = MOST - len(best)
    return sorted(best + [rest[index * len(rest) // room] for index in range(room)])


def _ranked(run: RunFacts) -> list[int]:
    sign = -1 if run.result.objective.direction == "max" else 1
    return [trial.id for trial in sorted(run.scored, key=lambda one: sign * (one.objective or 0.0))]


def _parted(run: RunFacts, trials: Sequence[int]) -> tuple[list[int], list[int]]:
    """The best quarter and the others; of few trials, all and none."""
    if len(trials) <= MANY:
        return list(trials), []
    known = set(trials)
    best = set([trial for trial in _ranked(run) if trial in known][: len(trials) // 4])
    return [one for one in trials if one in best], [one for one in trials if one not in best]


def rung_epochs(run: RunFacts) -> list[int]:
    """The epochs at which rungs end, in order; none for a search without rungs."""
    return sorted({one.last_epoch for one in run.asked if one.rung is not None})


def _trace(name: str, line: Line, mode: str, /, **look: object) -> dict[str, object]:
    x, y, trials = line
    about = {"type": "scatter", "mode": mode, "name": name, "x": x, "y": y, "customdata": trials, "connectgaps": False}
    return about | {"hovertemplate": "trial %{customdata}, epoch %{x}<br>%{y}<extra></extra>"} | look


def _line(run: RunFacts, trials: Sequence[int], at: set[int] | None = None) -> Line:
    """All epochs, or only those in `at`."""
    x: list[int | None] = []
    y: list[float | None] = []
    whose: list[int | None] = []
    for trial in trials:
        for report in run.epochs[trial]:
            if at is None or report.epoch in at:
                x.append(report.epoch)
                y.append(_value(run, report))
                whose.append(trial)
        x.append(None)
        y.append(None)
        whose.append(None)
    return x, y, whose


def _value(run: RunFacts, report: EpochReport) -> float | None:
    return rounded(report.metrics.get(run.metric))


def _best_epoch(run: RunFacts) -> dict[str, object]:
    best = run.result.best_trial
    assert best is not None
    reports = [report for report in run.epochs[best.id] if report.epoch == best.best_epoch]
    line: Line = [one.epoch for one in reports], [_value(run, one) for one in reports], [best.id for _ in reports]
    star = {"symbol": "star", "size": 15, "color": ORANGE, "line": {"width": 1, "color": "#000"}}
    return _trace("its best epoch", line, "markers", marker=star)
