"""How a running search is drawn: a few lines that fit the width and the height of a terminal, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from sweep.cli.bar import bar
from sweep.cli.pace import epoch_rate, whole
from sweep.cli.short_config import fits, short_config
from sweep.cli.sparkline import finite, sparkline
from sweep.cli.standing import Incumbent, Running, Standing
from sweep.cli.tables import STATE_STYLES
from sweep.records import Config
from sweep.text import counted, number, printable

GAP = "  "
WIDE = 120
"""From so many columns on there is room for words that others must do without."""

LEAST_CONFIG = 12
"""A configuration that would have fewer columns is left out."""


def standing_lines(standing: Standing, width: int, height: int, notice: str = "") -> list[Text]:
    """At most `height` lines of at most `width` columns. `notice` is a line on what happens besides."""
    around = [Text("─" * width, style="dim"), _head(standing, width), _epochs(standing, width)]
    below = [_best(standing, width), *([Text(notice, style="yellow")] if notice else [])]
    lines = [*around, *_trials(standing, width, height - len(around) - len(below)), *below]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
        line.truncate(width, overflow="ellipsis")
    return lines[: max(1, height)]


def _head(standing: Standing, width: int) -> Text:
    line = Text.assemble((printable(standing.name), "bold"))
    done = f"{standing.trials_done:,}/{standing.trials_planned:,} trials"
    parts = [(standing.method, ""), (done, "")]
    parts += [(f"{count:,} {state.value}", STATE_STYLES[state]) for state, count in standing.states.items()]
    where = f"{counted(standing.workers, 'worker')}" if standing.workers else "in this process"
    for text, style in [*parts, (where, "dim")]:
        if line.cell_len + len(GAP) + len(text) <= width:
            line.append(GAP).append(text, style=style)
    return line


def _epochs(standing: Standing, width: int) -> Text:
    about = "" if standing.exact else "about "
    count = f"{standing.epochs_done:,}/{about}{standing.epochs_planned:,} epochs"
    rate = [] if standing.rate is None else [epoch_rate(standing.rate)]
    left = [] if standing.left is None else [f"{whole(standing.left)} left"]
    spent = [f"{whole(standing.elapsed)} so far"] if standing.elapsed else []
    room = width - 12
    told = next(
        (
            text
            for parts in ([count, *rate, *spent, *left], [count, *rate, *left], [count, *left])
            if len(text := GAP.join(parts)) <= room
        ),
        count,
    )
    long = min(40, width - len(told) - len(GAP))
    line = bar(standing.epochs_done, standing.epochs_planned, long) if long >= 8 else Text()
    return line.append(GAP if line else "").append(told)


def _best(standing: Standing, width: int) -> Text:
    best, beaten = standing.best, standing.beaten
    if best is None:
        return Text("no result yet", style="dim")
    line = Text.assemble("best ", (number(best.objective), "bold green"), f"{GAP}{_whose(best)}")
    if width >= WIDE and best.epoch is not None:
        line.append(f" at epoch {best.epoch}")
    if beaten is not None:
        line.append(f", beat {number(beaten.objective)} ({_whose(beaten)})" if width >= 50 else "")
    _append_config(line, best.config, standing, width)
    return line


def _whose(incumbent: Incumbent) -> str:
    return f"trial {incumbent.id}"


@dataclass(frozen=True)
class _Columns:
    """So many for each part of a trial's line; 0: it is left out."""

    id: int
    bar: int
    epochs: int
    curve: int
    value: int
    rung: int


def _trials(standing: Standing, width: int, room: int) -> list[Text]:
    """A line for each trial that runs, as many as there is room for, and one that counts the others."""
    running = standing.running
    shown = running if len(running) <= room else running[: max(0, room - 1)]
    columns = _columns(shown, width)
    known = [value for one in shown for value in finite(one.values)]
    known += [standing.best.objective] if standing.best is not None else []
    low, high = min(known, default=0.0), max(known, default=0.0)
    lines = [_trial(one, columns, low, high) for one in shown]
    rooms = [width - line.cell_len - len(GAP) for line in lines]
    in_full = all(fits(one.config, standing.common, room) for one, room in zip(shown, rooms, strict=True))
    for one, line in zip(shown, lines, strict=True):
        _append_config(line, one.config, standing, width, in_full)
    hidden = len(running) - len(shown)
    return [*lines, Text(f"and {hidden:,} more" if shown else f"{hidden:,} running", style="dim")] if hidden else lines


def _columns(shown: Sequence[Running], width: int) -> _Columns:
    longest = max((one.budget for one in shown), default=0)
    return _Columns(
        id=max((len(str(one.id)) for one in shown), default=0),
        bar=0 if width < 60 else 10 if width < WIDE else 20,
        epochs=max((len(_epochs_of(one)) for one in shown), default=0),
        curve=min(longest, 0 if width < 40 else 10 if width < WIDE else 30),
        value=max((len(number(one.value)) for one in shown), default=0),
        rung=7 if width >= WIDE and any(one.rung is not None for one in shown) else 0,
    )


def _trial(one: Running, columns: _Columns, low: float, high: float) -> Text:
    """Without its configuration."""
    line = Text.assemble("trial ", (f"{one.id:>{columns.id}}", "cyan"), GAP)
    if columns.rung:
        line.append(f"{'' if one.rung is None else f'rung {one.rung}':{columns.rung}}", style="dim")
    if columns.bar:
        line.append_text(bar(len(one.values), one.budget, columns.bar)).append(" ")
    line.append(f"{_epochs_of(one):>{columns.epochs}}{GAP}")
    if columns.curve:
        line.append(f"{sparkline(one.values, low, high, columns.curve):{columns.curve}}{GAP}", style="cyan")
    return line.append(f"{number(one.value):>{columns.value}}", style="bold")


def _epochs_of(one: Running) -> str:
    return f"{len(one.values)}/{one.budget}"


def _append_config(line: Text, config: Config, standing: Standing, width: int, in_full: bool = True) -> None:
    room = width - line.cell_len - len(GAP)
    if room >= LEAST_CONFIG:
        line.append(GAP).append(short_config(config, standing.common, room, in_full), style="dim")
