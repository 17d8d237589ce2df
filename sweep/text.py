"""Texts from elsewhere (names of files and classes, messages of libraries) made fit for a terminal."""

from __future__ import annotations

import errno
import re
from typing import Any

from sweep.errors import SweepError

LINE_LENGTH = 500
"""Characters of a message that are shown: some libraries put a whole array into theirs."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def printable(text: str) -> str:
    """Control characters and what is no valid text as escapes: such a name can neither colour nor clear a terminal,
    and takes one line."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def csv_cell(value: Any) -> Any:
    """A spreadsheet takes a text that begins like this for a formula, and runs it; after an apostrophe it does not."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else value


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 trial`, `1,200 trials`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def number(value: float | None) -> str:
    """Four digits that matter, as a metric is read."""
    return "-" if value is None else f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"


def byte_text(count: float) -> str:
    """`512 bytes`, `1.5 MB`, `2 GB`: powers of 1,000, as the definition file reads them."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if round(size, 1) < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.1f}".removesuffix(".0") + f" {unit}"


def one_line(exc: BaseException) -> str:
    """What an exception says, as `ValueError: its first line`; our own errors are one line as they are. Keras' texts
    have many, in colour, and begin with where instead of what."""
    if isinstance(exc, SweepError):
        return printable(str(exc))
    lines = [line.strip() for line in _COLOUR.sub("", _message(exc)).splitlines()]
    told = [line for line in lines if line and not line.startswith("Exception encountered when calling")]
    kind = type(exc).__name__
    return printable(shorten(f"{kind}: {told[0]}" if told else kind, LINE_LENGTH))


def os_error_line(exc: OSError) -> str:
    """Where, what, and what to do, if that can be told from the kind of error."""
    place = "" if exc.filename is None else f"{exc.filename}: "
    advice = next((text for numbers, text in _ADVICE if exc.errno in numbers), "")
    return printable(f"{place}{exc.strerror or exc}{advice}")


_ADVICE = (
    ({errno.ENOSPC, errno.EDQUOT, errno.EFBIG}, "; free some space"),
    ({errno.EACCES, errno.EPERM, errno.EROFS}, "; check the permissions"),
)


def shorten(text: str, length: int) -> str:
    """At most about `length` characters: the beginning and the end of a longer text, and how much is left out."""
    left_out = len(text) - length
    if left_out <= 0:
        return text
    return f"{text[: length // 2]} [... {counted(left_out, 'character')} left out ...] {text[-(length // 2) :]}"


def _message(exc: BaseException) -> str:
    """`str` runs code of whoever wrote the exception."""
    try:
        return str(exc)
    except Exception:
        return ""


def verdict(error: float, little: str, much: str) -> str:
    """`6 % too short`, `12 % too long`, by two words, or `right`; an error of -0.06 is 6 % of the truth too little."""
    percent = round(100 * error)
    return f"{abs(percent)} % too {little if percent < 0 else much}" if percent else "right"
