"""How quickly images are read and epochs trained, how long the others will take, and how long ago something was."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sweep.cli.terminal import seconds
from sweep.estimates.forecast import Outcome
from sweep.estimates.outcome import PlanOutcome
from sweep.text import printable, verdict


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
        return speed if self.done >= self.total else f"{speed}, {whole((self.total - self.done) / rate)} left"


def whole(value: float) -> str:
    """Seconds as `seconds` writes them, but no tenths, which would flicker."""
    return f"{value:.0f} s" if value < 59.5 else seconds(max(60.0, value))


def epoch_rate(value: float) -> str:
    """Epochs a second, as `12 epochs/s`, `1.5 epochs/s`; slower ones a minute or an hour."""
    scales = [(value, "s"), (60 * value, "min"), (3600 * value, "h")]
    amount, unit = next((scale for scale in scales if scale[0] >= 1), scales[-1])
    return f"{amount:,.0f} epochs/{unit}" if amount >= 9.95 else f"{amount:.1f} epochs/{unit}"


def outcome_text(outcome: Outcome) -> str:
    """`3:22; the forecast after 0:20 was 3:10, 6 % too short`."""
    forecast = f"the forecast after {seconds(outcome.after)} was {seconds(outcome.forecast)}"
    return f"{seconds(outcome.took)}; {forecast}, {verdict(outcome.error, 'short', 'long')}"


def planned_text(outcome: PlanOutcome) -> str:
    """`39 s to 1:24, 12 % too short`."""
    said = outcome.estimate.search
    return f"{seconds(said.low)} to {seconds(said.high)}, {verdict(outcome.error, 'short', 'long')}"


def age_text(created: str, now: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `2 days ago`; an ISO 8601 time that is none as it is."""
    try:
        past = (now - datetime.fromisoformat(created)).total_seconds()
    except (TypeError, ValueError):
        return printable(created)
    for size, one, more in ((86_400, "day", "days"), (3600, "h", "h"), (60, "min", "min")):
        if past >= size:
            count = int(past // size)
            return f"{count:,} {one if count == 1 else more} ago"
    return "just now"
