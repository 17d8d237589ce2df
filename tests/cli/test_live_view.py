from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sweep.cli.live_view import standing_lines
from sweep.cli.standing import Incumbent, Running, Standing
from sweep.records import Objective, TrialState

CONFIG = {"conv_layers": 2, "filters_0": 16, "filters_1": 32, "optimizer": "adam", "learning_rate": 0.0012}
GOAL = Objective("val_accuracy", "max")
STANDING = Standing(
    name="digits-001",
    method="hyperband",
    goal=GOAL,
    workers=2,
    trials_planned=49,
    trials_done=12,
    epochs_planned=375,
    epochs_done=187,
    exact=True,
    elapsed=13.0,
    rate=42.1,
    left=78.0,
    states={TrialState.FAILED: 1, TrialState.DIVERGED: 2},
    running=(Running(13, CONFIG, 9, 2, (0.1, 0.5, 0.9)), Running(4, CONFIG, 27, 3)),
    best=Incumbent(12, 0.934, 7, CONFIG),
    beaten=Incumbent(7, 0.9281, 3, CONFIG),
)


def plain(standing: Standing, width: int, height: int = 22, notice: str = "") -> list[str]:
    return [line.plain.rstrip() for line in standing_lines(standing, width, height, notice)]


def test_a_search_on_80_columns() -> None:
    assert plain(STANDING, 80) == [
        "─" * 80,
        "digits-001  hyperband  12/49 trials  1 failed  2 diverged  2 workers",
        "━━━━━━━━━━━━━──────────────  187/375 epochs  42 epochs/s  13 s so far  1:18 left",
        "trial 13  ━━━───────  3/9  ▁▄█         0.9000  conv=2 filt=16,32 opti=adam lear…",
        "trial  4  ────────── 0/27                   -  conv=2 filt=16,32 opti=adam lear…",
        "best 0.9340  trial 12, beat 0.9281 (trial 7)  conv=2 filt=16,32 opti=adam lear=…",
    ]


def test_a_search_on_200_columns_has_all_of_it() -> None:
    lines = plain(STANDING, 200)
    assert lines[3].startswith("trial 13  rung 2 ━━━━━━╸─────────────  3/9  ▁▄█ ")
    config = "  conv_layers=2  filters=16,32  optimizer=adam  learning_rate=0.0012"
    assert all(line.endswith(config) for line in lines[3:])
    assert "trial 12 at epoch 7, beat 0.9281 (trial 7)" in lines[5]


@pytest.mark.parametrize("width", [10, 20, 30, 40, 60, 80, 119, 120, 200, 400])
@pytest.mark.parametrize("running", [0, 2, 16, 100])
@pytest.mark.parametrize("height", [1, 4, 10, 22, 48])
def test_it_is_never_wider_nor_higher_than_the_terminal(width: int, running: int, height: int) -> None:
    trials = tuple(Running(number, CONFIG, 27, 1, (0.5,) * (number % 28)) for number in range(running))
    lines = plain(replace(STANDING, running=trials), width, height, "stopping at the end of the running epochs")
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_trials_that_find_no_room_are_counted() -> None:
    trials = tuple(Running(number, CONFIG, 27) for number in range(16))
    lines = plain(replace(STANDING, running=trials), 80, 12)
    assert len(lines) == 12
    assert lines[-2] == "and 9 more"
    assert lines[3].startswith("trial 0  ")
    assert len(plain(replace(STANDING, running=trials), 80, 22)) == 20


def test_what_is_not_known_yet_is_left_out() -> None:
    early = replace(STANDING, epochs_done=0, rate=None, left=None, states={}, running=(), best=None, beaten=None)
    lines = plain(replace(early, workers=0, exact=False, elapsed=2.0), 80)
    assert lines[1] == "digits-001  hyperband  12/49 trials  in this process"
    assert lines[2].endswith("  0/about 375 epochs  2 s so far")
    assert lines[3] == "no result yet"


def test_what_happens_besides_is_said_below() -> None:
    assert plain(STANDING, 80, notice="stopping")[-1] == "stopping"


def test_a_value_that_is_none_is_a_cross() -> None:
    (line,) = [
        line
        for line in plain(replace(STANDING, running=(Running(1, CONFIG, 3, None, (0.5, math.nan)),)), 80)
        if "2/3" in line
    ]
    assert "▄×" in line or "▁×" in line
    assert " nan" in line


def test_names_from_elsewhere_are_shown_as_they_are() -> None:
    odd = {"[red]x[/red]": "\x1b[2J"}
    lines = plain(replace(STANDING, running=(Running(1, odd, 3),), best=None), 80)
    assert r"[red]x[/red]=\x1b[2J" in lines[3]
