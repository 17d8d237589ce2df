from __future__ import annotations

import time

import pytest

from sweep.cli.activity import Activity, activity_line
from sweep.cli.bar import bar

READING = Activity("reading images", 6000, 10_000, "1,000 images/s, 4 s left")


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (200, f"reading images  {'━' * 18}{'─' * 12}  6,000/10,000  1,000 images/s, 4 s left"),
        (80, f"reading images  {'━' * 14}{'─' * 10}  6,000/10,000  1,000 images/s, 4 s left"),
        (60, "reading images  6,000/10,000  1,000 images/s, 4 s left"),
        (50, "reading images  1,000 images/s, 4 s left"),
        (20, "reading images  1,0…"),
    ],
)
def test_a_line_has_what_there_is_room_for(columns: int, text: str) -> None:
    assert activity_line(READING, columns).plain == text


def test_without_a_pace_it_says_how_long_it_goes_on() -> None:
    assert activity_line(Activity("starting", began=time.monotonic() - 65), 80).plain == "starting  1:05"


def test_a_bar_can_be_read_without_colours() -> None:
    assert bar(0, 10, 10).plain == "─" * 10
    assert bar(3, 4, 10).plain == "━━━━━━━╸──"
    assert bar(10, 10, 10).plain == bar(11, 10, 10).plain == "━" * 10
    assert bar(0, 0, 10).plain == "─" * 10
