"""How much of something is done, as a row of characters that can be told apart without colours, too."""

from __future__ import annotations

from rich.text import Text

DONE, HALF, LEFT = "━", "╸", "─"


def bar(done: int, total: int, width: int) -> Text:
    """`width` columns; all of it is to be done where `total` is 0."""
    halves = min(2 * width, 2 * width * done // total) if total > 0 else 0
    full = DONE * (halves // 2) + HALF * (halves % 2)
    return Text.assemble((full, "green" if total and done >= total else "cyan"), (LEFT * (width - len(full)), "dim"))
