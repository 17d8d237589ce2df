"""Texts from elsewhere (names of files and classes, messages of libraries) made fit for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Control characters and what is no valid text as escapes: such a name can neither colour nor clear a terminal,
    and takes one line."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 trial`, `1,200 trials`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def one_line(exc: BaseException) -> str:
    """What an unforeseen exception says, as `ValueError: its first line`."""
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    kind = type(exc).__name__
    return printable(f"{kind}: {lines[0]}" if lines else kind)
