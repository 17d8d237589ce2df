from __future__ import annotations

import pytest

from sweep.cli.pace import Pace


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
