"""Texts, pairs and tables on a screen of so many columns. What has no blank in it, and a command at the end, stays
whole, to be copied."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.cli.terminal import PLAIN_WIDTH
from sweep.text import printable

TABLE_WIDTH = 72
"""On a screen with fewer columns the rows of tables run over its edge rather than lose their numbers."""

LEAST = 20
"""So much room a text has, however far to the right it begins."""

_COMMAND = re.compile(r"(?<=: )sweep [a-z][a-z-]*( .*)?$")
"""As messages end: `...; go on with: sweep resume RUN`."""


def fold(text: str, width: int, indent: int = 0) -> list[str]:
    """Lines of at most `width` characters where the blanks allow it, all but the first `indent` to the right."""
    room, margin = max(width, indent + LEAST), " " * indent
    found = _COMMAND.search(text)
    told, command = (text[: found.start()], found[0]) if found else (text, "")
    lines = textwrap.wrap(told, room, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False) or [""]
    if command and len(f"{lines[-1]} {command}") > room:
        return [*lines, margin + command]
    return [*lines[:-1], f"{lines[-1]} {command}"] if command else lines


def print_folded(console: Console, text: str, indent: int = 0, style: str = "") -> None:
    for line in fold(printable(text), console.width, indent):
        console.print(Text(line, style), soft_wrap=True)


def print_pairs(console: Console, rows: Sequence[tuple[str, str]], indent: int = 0, style: str = "bold") -> None:
    """Names in a column, in `style`, and beside each its text."""
    names = [" " * indent + printable(name) for name, _ in rows]
    place = max(map(cell_len, names), default=0) + 2
    for name, (_, text) in zip(names, rows, strict=True):
        first, *others = fold(printable(text), max(console.width - place, LEAST))
        console.print(Text.assemble((name, style), " " * (place - cell_len(name)), first), soft_wrap=True)
        for line in others:
            console.print(Text(" " * place + line), soft_wrap=True)


def print_table(console: Console, table: Table) -> None:
    """As wide as the screen where a column can be folded, and as its rows where none can."""
    width = console.width
    console.width = max(width, TABLE_WIDTH if any(not column.no_wrap for column in table.columns) else PLAIN_WIDTH)
    try:
        console.print(table)
    finally:
        console.width = width
