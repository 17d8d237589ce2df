"""Something that goes on besides the search, in one line: what it is, how much of it is done, and since when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Self

from rich.text import Text

from sweep.cli.bar import bar
from sweep.cli.pace import whole

GAP = "  "


@dataclass(frozen=True)
class Activity:
    """`done` of `total`, where that is known; `pace` is a text of its own, the time so far where there is none."""

    what: str
    done: int = 0
    total: int = 0
    pace: str = ""
    began: float = field(default_factory=time.monotonic)

    def at(self, done: int, total: int, pace: str) -> Self:
        """The same, further on."""
        return replace(self, done=done, total=total, pace=pace)

    @property
    def seconds(self) -> float:
        """So far."""
        return time.monotonic() - self.began


def activity_line(activity: Activity, width: int) -> Text:
    """In at most `width` columns: without the count, then without the bar, where there is no room for them."""
    pace = activity.pace or whole(activity.seconds)
    count = f"{activity.done:,}/{activity.total:,}" if activity.total else ""
    line = Text(activity.what, no_wrap=True, overflow="ellipsis")
    room = width - line.cell_len - len(pace) - 2 * len(GAP)
    long = min(30, room - len(count) - len(GAP))
    if activity.total and long >= 8:
        line.append(GAP).append_text(bar(activity.done, activity.total, long))
    if count and room >= len(count):
        line.append(GAP).append(count)
    line.append(GAP).append(pace, style="dim")
    line.truncate(width, overflow="ellipsis")
    return line
