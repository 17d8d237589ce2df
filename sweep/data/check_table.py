"""The report of the check for the terminal: what there is, what was found in it, and the verdict last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.data.check import CheckReport, Sizes
from sweep.text import printable

ROWS = 20
"""Of each list; `to_json` has all of them."""
NAMES = 5
"""Of each group."""


def render(report: CheckReport, console: Console) -> None:
    """Print tables of counts and sizes, the files and groups found, then problems (red) and warnings (yellow)."""
    console.print(_counts(report))
    console.print(_about(report))
    for title, lines in _findings(report).items():
        _print_list(console, title, lines)
    _print_list(console, "Problems", report.problems, "red")
    _print_list(console, "Warnings", report.warnings, "yellow")
    if not report.problems and not report.warnings:
        console.print("\n[green]Nothing wrong was found.[/]")


def _counts(report: CheckReport) -> Table:
    """Classes by splits; the column of totals only where there are two splits or more."""
    table = Table(box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False)
    left = len(report.classes) - ROWS
    shown = report.classes[:ROWS]
    footer = f"all {len(report.classes):,} classes" if len(report.classes) > 1 else ""
    table.add_column("class", footer, overflow="fold")
    columns = {"images" if split == "all" else split: counts for split, counts in report.splits.items()}
    if len(columns) > 1:
        columns["total"] = {name: sum(counts[name] for counts in report.splits.values()) for name in report.classes}
    for title, counts in columns.items():
        table.add_column(title, f"{sum(counts.values()):,}", justify="right", no_wrap=True)
    for name in shown:
        table.add_row(_text(name), *(_count(counts[name]) for counts in columns.values()))
    if left > 0:
        table.add_row(f"... and {left:,} more")
    return table


def _count(count: int) -> str:
    return f"{count:,}" if count else "[red]0[/]"


def _about(report: CheckReport) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in _sizes(report.sizes).items() if report.sizes else ():
        table.add_row(key, value)
    for key, counts in (("modes", report.modes), ("formats", report.formats)):
        table.add_row(key, _text(_tally(counts)))
    if report.imbalance is not None:
        table.add_row("imbalance", f"{report.imbalance:.1f} : 1, largest to smallest class")
    return table


def _sizes(sizes: Sizes) -> dict[str, str]:
    sides = {"width": sizes.width, "height": sizes.height}
    spread = {key: f"{side.min:,} to {side.max:,} pixels, median {side.median:,.10g}" for key, side in sides.items()}
    frequent = _tally({f"{size.width} x {size.height}": size.images for size in sizes.frequent}, sizes.distinct)
    return {**spread, "sizes": frequent}


def _tally(counts: Mapping[str, int], distinct: int = 0) -> str:
    more = [f"... and {distinct - len(counts):,} more"] if distinct > len(counts) else []
    return ", ".join([*(f"{name} ({count:,})" for name, count in counts.items()), *more]) or "none"


def _findings(report: CheckReport) -> dict[str, list[str]]:
    """The lines of each list, by its title."""
    return {
        "Cannot be decoded": [f"{file.name}: {file.reason}" for file in report.undecodable],
        "In more than one class": [_group(x.sides(), "=") for x in report.contradictions if x.exact],
        "Perhaps in more than one class": [_group(x.sides(), "~") for x in report.contradictions if not x.exact],
        "In more than one split": [_group(x.sides(), "=") for x in report.leaks if x.exact],
        "Perhaps in more than one split": [_group(x.sides(), "~") for x in report.leaks if not x.exact],
        "Exact duplicates": [_group(names, "=") for names in report.duplicates],
        "Near duplicates": [_group(names, "~") for names in report.near_duplicates],
    }


def _group(names: Sequence[str], sign: str) -> str:
    more = [f"... and {len(names) - NAMES:,} more"] if len(names) > NAMES else []
    return f" {sign} ".join([*names[:NAMES], *more])


def _text(text: str) -> Text:
    """Never read as markup, and printable even where the name of a file is no valid text."""
    return Text(printable(text))


def _print_list(console: Console, title: str, lines: Sequence[str], style: str = "") -> None:
    """A title with the number of lines, and the first of them with a hanging indent; nothing where there are none."""
    if not lines:
        return
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(overflow="fold")
    for line in lines[:ROWS]:
        table.add_row("-", _text(line))
    if len(lines) > ROWS:
        table.add_row("", f"... and {len(lines) - ROWS:,} more")
    console.print(f"\n[bold]{title}[/] ({len(lines):,})", highlight=False)
    console.print(table, style=style, highlight=False)
