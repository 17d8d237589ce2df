"""What `sweep compare` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from sweep.analysis.bootstrap import PairedBootstrap
from sweep.analysis.comparison import Comparison, Duel, curve_values
from sweep.analysis.contender import Contender
from sweep.analysis.curves import value_at
from sweep.cli.printing import print_folded, print_table
from sweep.cli.sparkline import BLOCKS, NO_VALUE, finite, sparkline
from sweep.cli.terminal import literal, make_console, seconds
from sweep.text import counted, number

SPARK_WIDTH = 20
MOST_DIFFERENCES = 20
"""Of definitions that have little in common, so many are listed."""


def show_comparison(found: Comparison) -> None:
    """The answers, the curves, the differences of the definitions, and what chance may have done."""
    console = make_console()
    print_table(console, _overview(found))
    if not found.have_one_objective:
        console.print("\ntheir objectives differ: the best values do not measure the same", style="yellow")
    if found.ticks:
        _print_curves(console, found)
    _print_differences(console, found)
    _print_duels(console, "the best trials on the same validation images", found.on_validation)
    if any(one.bootstrap for one in found.on_validation):
        caution = "they were chosen by these images, so both do better on them than on others"
        print_folded(console, f"  {caution}", indent=4, style="dim")
    _print_duels(console, "the final models on the same test images", found.on_test)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, name in enumerate(columns):
        table.add_column(name, justify="right" if index else "left", overflow="fold", no_wrap=index > 0)
    return table


def _overview(found: Comparison) -> Table:
    table = _table("run", "method", "trials", "epochs", "training", "best", "test", "looks")
    for one in found.contenders:
        result, best = one.result, one.result.best_trial
        table.add_row(
            literal(result.name),
            one.space.search.method,
            str(len(result.trials)),
            str(result.epochs_trained),
            seconds(sum(trial.seconds for trial in result.trials)),
            "-" if best is None else number(best.objective),
            number(result.test_accuracy),
            str(result.test_evaluations),
        )
    return table


def _print_curves(console: Console, found: Comparison) -> None:
    metric = found.contenders[0].result.objective.metric
    what = metric if found.have_one_objective else "objective"
    console.print(f"\n[bold]best {what} after so many epochs of all trials[/]")
    longest = found.ticks[-1]
    table = _table("run", *map(str, found.ticks), "")
    table.columns[-1].justify = "left"
    values = [curve_values(one, SPARK_WIDTH, longest) for one in found.contenders]
    known = [value for row in values for value in finite(row)]
    for one, row in zip(found.contenders, values, strict=True):
        cells = (_at(one, tick, found.ticks) for tick in found.ticks)
        drawn = sparkline(row, min(known), max(known), SPARK_WIDTH) if known else ""
        table.add_row(literal(one.result.name), *cells, drawn.replace(NO_VALUE, " "))
    print_table(console, table)
    if known and found.have_one_objective:
        console.print(f"{BLOCKS[0]} {number(min(known))}  {BLOCKS[-1]} {number(max(known))}", style="dim")


def _at(one: Contender, tick: int, ticks: list[int]) -> str:
    """Nothing beyond the end of a search that was over before."""
    end = one.curve[-1].epochs if one.curve else 0
    before = max((other for other in ticks if other < tick), default=0)
    return number(value_at(one.curve, tick)) if end > before else ""


def _print_differences(console: Console, found: Comparison) -> None:
    first = found.contenders[0].result.name
    for name, listed in found.differences.items():
        told = [one for one in listed if one.key != "name"]
        if not told:
            console.print(f"\n[bold]{literal(first)} and {literal(name)}[/] have the same definition")
            continue
        console.print(f"\n[bold]in what the definitions of {literal(first)} and {literal(name)} differ[/]")
        table = _table("key", first, name)
        for column in table.columns[1:]:
            column.no_wrap, column.justify = False, "left"
        table.columns[0].no_wrap = True  # a key is a word
        for one in told[:MOST_DIFFERENCES]:
            table.add_row(literal(one.key), literal(one.before), literal(one.now))
        print_table(console, table)
        if len(told) > MOST_DIFFERENCES:
            console.print(f"and {counted(len(told) - MOST_DIFFERENCES, 'more key')}; see them all with --json")


def _print_duels(console: Console, what: str, duels: Sequence[Duel]) -> None:
    if not duels:
        return
    console.print(f"\n[bold]more than chance?[/] ({what}, paired bootstrap)")
    for one in duels:
        names = f"{one.first} and {one.second}"
        if one.bootstrap is None:
            text = f"{names}: cannot be judged: {one.reason}"
        else:
            text = f"{one.first} against {one.second}: {verdict(one.bootstrap)}"
        print_folded(console, f"  {text}", indent=4)


def verdict(found: PairedBootstrap) -> str:
    """The difference with its interval, and what that says."""
    low, high = 100 * found.low, 100 * found.high
    says = "more than chance" if found.is_more_than_chance else "may be chance"
    return (
        f"{100 * found.difference:+.1f} points of accuracy (95 % interval {low:+.1f} to {high:+.1f}): {says}; of "
        f"{counted(found.n, 'image')} {found.only_first} only the first had right, {found.only_second} only the second"
    )
