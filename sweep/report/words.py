"""Numbers and texts as the report shows them."""

from __future__ import annotations

import math
from typing import Any

from sweep.text import printable, shorten

NAME_LENGTH = 40
"""Characters of a class or a value in a figure; longer ones would leave no room for it."""


def rounded(value: float | None, digits: int = 5) -> float | None:
    """As many digits as a figure can show; None for what is no number, as in JSON."""
    return float(f"{value:.{digits}g}") if value is not None and math.isfinite(value) else None


def short(value: Any) -> str:
    """A hyperparameter's value: floats to four digits, booleans as the file writes them."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else printable(str(value))


def label(text: str, length: int = NAME_LENGTH) -> str:
    """A name in a figure: one line, and not too long."""
    text = printable(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def reason(error: str | None) -> str:
    """An error as one cell of a table."""
    return shorten(printable(error), 300) if error else ""


def percent(value: float, digits: int = 1) -> str:
    return f"{100 * value:.{digits}f}\N{NO-BREAK SPACE}%"


def duration(seconds: float) -> str:
    """`0.42 s`, `4.2 s`, `3 min 5 s`, `2 h 3 min`."""
    if seconds < 59.95:
        return f"{seconds:.{2 if seconds < 1 else 1}f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
