from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sweep.cli.pace import Pace, age_text, epoch_rate, outcome_text
from sweep.estimates.forecast import Outcome


def pace(*counts: tuple[float, int], total: int = 1000) -> Pace:
    """After images were counted, each time as (seconds, how many)."""
    clock = iter([at for at, _ in counts])
    made = Pace(lambda: next(clock))
    for _, done in counts:
        made.count(done, total)
    return made


def test_a_rate_is_of_what_was_read_since_the_first_count() -> None:
    assert pace((100.0, 40), (102.0, 240)).rate == 100
    assert pace((100.0, 40), (101.0, 41), (102.0, 240)).seconds == 2


@pytest.mark.parametrize("counts", [[], [(5.0, 10)], [(5.0, 10), (5.0, 20)], [(5.0, 10), (6.0, 10)]])
def test_too_early_there_is_none(counts: list[tuple[float, int]]) -> None:
    assert (pace(*counts).rate, str(pace(*counts))) == (None, "")


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (240, 1000, "120 images/s, 6 s left"),
        (240, 1000_000, "120 images/s, 2:18:51 left"),
        (240, 240 + 120 * 59, "120 images/s, 59 s left"),
        (2400, 2400 + 119 * 600, "1,200 images/s, 1:00 left"),
        (9, 20, "4.5 images/s, 2 s left"),
        (240, 240, "120 images/s"),
    ],
)
def test_a_rate_is_told_with_what_is_left(done: int, total: int, text: str) -> None:
    assert str(pace((0.0, 0), (2.0, done), total=total)) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (1234.5, "1,234 epochs/s"),
        (42.1, "42 epochs/s"),
        (1.44, "1.4 epochs/s"),
        (0.5, "30 epochs/min"),
        (0.02, "1.2 epochs/min"),
        (0.001, "3.6 epochs/h"),
        (0.0001, "0.4 epochs/h"),
    ],
)
def test_a_rate_of_epochs_has_the_unit_that_it_can_be_read_in(rate: float, text: str) -> None:
    assert epoch_rate(rate) == text


@pytest.mark.parametrize(
    ("forecast", "text"),
    [
        (188.0, "3:20; the forecast after 20.0 s was 3:08, 6 % too short"),
        (250.0, "3:20; the forecast after 20.0 s was 4:10, 25 % too long"),
        (200.1, "3:20; the forecast after 20.0 s was 3:20, right"),
    ],
)
def test_a_forecast_is_told_with_its_error(forecast: float, text: str) -> None:
    assert outcome_text(Outcome(forecast, 200.0, 20.0)) == text


@pytest.mark.parametrize(
    ("created", "text"),
    [
        ("2026-03-10T11:59:30+00:00", "just now"),
        ("2026-03-10T12:00:09+00:00", "just now"),  # by a clock that is ahead
        ("2026-03-10T11:58:30+00:00", "1 min ago"),
        ("2026-03-10T11:00:00+02:00", "3 h ago"),
        ("2026-03-09T11:00:00+00:00", "1 day ago"),
        ("2023-03-10T12:00:00+00:00", "1,096 days ago"),
        ("\x1b[2J", r"\x1b[2J"),
    ],
)
def test_how_long_ago_something_was(created: str, text: str) -> None:
    assert age_text(created, datetime(2026, 3, 10, 12, tzinfo=UTC)) == text
