"""Lines that stay and, below them in a terminal, a few that are drawn anew a few times a second."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.text import Text

PAUSE_SECONDS = 0.25
"""Between two drawings: to draw costs the sweep nothing that can be measured, and more than this nobody reads."""

Draw = Callable[[int, int], Sequence[Text]]
"""From a width and a height to at most so many lines of at most so many columns."""


class LiveScreen:
    """Use as a context manager, so that the lines below are taken away whatever happens.

    In a terminal what is said appears with the next drawing, all at once; elsewhere each line at once.
    """

    def __init__(self, console: Console, draw: Draw) -> None:
        self.console = console
        self._said: deque[RenderableType] = deque()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._live = Live(_Drawing(draw), console=console, auto_refresh=False, transient=True)
        self.is_live = _can_be_redrawn(console)

    def __enter__(self) -> Self:
        if self.is_live:
            self._live.start()
            self._thread = threading.Thread(target=self._redraw, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._ended.set()
            self._thread.join()
            self._say_all()
            self._live.stop()

    def say(self, text: RenderableType) -> None:
        """From a signal handler, too."""
        if self.is_live:
            self._said.append(text)
        else:
            self.console.print(text)

    def flush(self) -> None:
        """What was said is shown when this returns."""
        self._say_all()

    def _redraw(self) -> None:
        """What goes wrong with the terminal ends the drawing, not the sweep."""
        try:
            while not self._ended.wait(PAUSE_SECONDS):
                if not self._say_all():
                    self._live.refresh()
        except OSError:
            return

    def _say_all(self) -> bool:
        """Whether there was anything; to print it draws what is below anew."""
        said: list[RenderableType] = []
        while self._said:
            said.append(self._said.popleft())
        if said:
            self.console.print(Group(*said))
        return bool(said)


class _Drawing:
    """Drawn from what is known at the moment at which it is drawn."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._draw(options.max_width, max(1, options.size.height - 2))


def _can_be_redrawn(console: Console) -> bool:
    """A terminal that knows how to move its cursor. FORCE_COLOR, which some services set, makes none of a pipe."""
    return console.is_interactive and (console.file.isatty() or os.environ.get("TTY_COMPATIBLE") == "1")
