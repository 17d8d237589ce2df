"""How quickly images are read, and how long the others will take."""

from __future__ import annotations

import time
from collections.abc import Callable

from sweep.cli.terminal import seconds


class Pace:
    """From the first count on, since what came before is no reading. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, int] | None = None
        self.done = self.total = 0
        self.seconds = 0.0

    def count(self, done: int, total: int) -> None:
        now = self._clock()
        self._first = self._first or (now, done)
        self.done, self.total, self.seconds = done, total, now - self._first[0]

    @property
    def rate(self) -> float | None:
        """Images a second; None where it is too early to tell."""
        read = self.done - (self._first[1] if self._first else 0)
        return read / self.seconds if read > 0 and self.seconds > 0 else None

    def __str__(self) -> str:
        """`248 images/s`, and `12 s left` where some are; nothing where it is too early to tell."""
        rate = self.rate
        if rate is None:
            return ""
        speed = f"{rate:,.0f} images/s" if rate >= 10 else f"{rate:.1f} images/s"
        return speed if self.done >= self.total else f"{speed}, {_whole((self.total - self.done) / rate)} left"


def _whole(value: float) -> str:
    """As `seconds`, but no tenths, which would flicker."""
    return f"{value:.0f} s" if value < 59.5 else seconds(max(60.0, value))
