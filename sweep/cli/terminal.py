"""What all screens share: the console, and values as texts."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.segment import Segment

from sweep.records import Config
from sweep.text import printable

PIPE_WIDTH = 80
"""Where the output is no terminal, and COLUMNS does not say otherwise."""

PLAIN_WIDTH = 10_000
"""Room for any row on one line."""

_PADDING = re.compile(" +$", re.MULTILINE)


class _Console(Console):
    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        """Rich fills up the last column of a table with blanks, which in a file are only in the way."""
        text = super()._render_buffer(buffer)
        return text if self.is_terminal else _PADDING.sub("", text)

    def on_broken_pipe(self) -> None:
        """Called while the BrokenPipeError is handled. Rich would leave with SystemExit; here the sweep is closed."""
        raise


def make_console(stderr: bool = False, lines: bool = False) -> Console:
    """As wide as the terminal. Elsewhere PIPE_WIDTH, or with `lines` so wide that each line and each row stays one,
    for whoever searches and sorts them. No text is taken for an emoji."""
    console = _Console(stderr=stderr, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH if lines else _asked_for() or PIPE_WIDTH
    return console


def _asked_for() -> int:
    """Rich would look at the terminal that standard error leads to."""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() else 0


def literal(text: str) -> str:
    """Text from elsewhere, shown as it is: neither read as markup nor able to steer the terminal."""
    return escape(printable(text))


def short(value: Any) -> str:
    """A hyperparameter's value: floats to four digits, booleans as the file writes them."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def seconds(value: float) -> str:
    """`4.2 s`, `3:05`, `2:03:05`."""
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def by_layer(config: Config) -> dict[str, str]:
    """Texts by name, those of layers together: `filters_0` and `filters_1` become `filters`: `16,32`."""
    groups: dict[str, list[str]] = {}
    for name, value in config.items():
        stem, _, index = name.rpartition("_")
        layered = stem and f"{stem}_0" in config and stem not in config and index == str(len(groups.get(stem, [])))
        groups.setdefault(stem if layered else name, []).append(short(value))
    return {name: ",".join(values) for name, values in groups.items()}


def config_text(config: Config, leave_out: Mapping[str, str] | None = None) -> str:
    """`conv_layers=2  filters=32,64 ...` without what `leave_out` has, too."""
    left_out = (leave_out or {}).items()
    return "  ".join(f"{name}={text}" for name, text in by_layer(config).items() if (name, text) not in left_out)
