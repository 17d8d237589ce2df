from __future__ import annotations

import math

import pytest

from sweep.cli.sparkline import sparkline


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""),
        ([0.0, 0.5, 1.0], "▁▅█"),
        ([i / 7 for i in range(8)], "▁▂▃▄▅▆▇█"),
        ([1.0, None, math.nan, math.inf, 0.0], "█×××▁"),
        ([-5.0, 5.0], "▁█"),  # outside of the range
    ],
)
def test_a_character_for_each_value(values: list[float | None], text: str) -> None:
    assert sparkline(values, 0.0, 1.0, 10) == text


def test_more_values_than_there_is_room_for_are_drawn_by_their_means() -> None:
    assert sparkline([0.0, 0.0, 0.5, 0.5, 1.0, 1.0], 0.0, 1.0, 3) == "▁▅█"
    assert sparkline([0.0, 1.0, math.nan, math.nan], 0.0, 1.0, 2) == "▅×"
    assert len(sparkline([0.1] * 1000, 0.0, 1.0, 7)) == 7


def test_values_that_are_all_the_same_are_in_the_middle() -> None:
    assert sparkline([0.5, 0.5], 0.5, 0.5, 10) == "▄▄"


def test_no_room_is_no_curve() -> None:
    assert sparkline([0.5], 0.0, 1.0, 0) == ""
