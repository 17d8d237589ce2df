from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sweep.records import TrialRecord, TrialState
from sweep.report.axes import Axis
from sweep.report.figures.importance import importance, top_two
from sweep.report.surrogate import BUDGET, GRID, Study, interaction, study

AXES = [Axis("noise"), Axis("rate", log=True), Axis("kind", categories=("a", "b", "c")), Axis("momentum")]


def trials(count: int, objective: Callable[[dict[str, Any], int], float], budgets: tuple[int, ...] = (3,)) -> list:
    generator = np.random.default_rng(0)
    found = []
    for number in range(count):
        kind = "abc"[number % 3]
        config: dict[str, Any] = {"noise": float(generator.random()), "rate": 10 ** float(generator.uniform(-4, -1))}
        config["kind"] = kind
        if kind == "c":
            config["momentum"] = float(generator.random())
        budget = budgets[number % len(budgets)]
        value = objective(config, budget)
        found.append(TrialRecord(number, TrialState.COMPLETED, config, budget, budget, 1, value))
    return found


def by_rate(config: dict[str, Any], budget: int) -> float:
    return -((math.log10(config["rate"]) + 2.5) ** 2) + (0.5 if config["kind"] == "a" else 0.0)


@pytest.fixture(scope="module")
def clear() -> Study:
    found = study(AXES, trials(90, by_rate))
    assert isinstance(found, Study)
    return found


def test_the_parameter_that_matters_comes_first(clear: Study) -> None:
    assert [clear.axes[index].name for index in clear.ranked][:2] == ["rate", "kind"]
    share = dict(zip((axis.name for axis in clear.axes), clear.importance, strict=True))
    assert share["rate"] > 5 * abs(share["kind"]) > 5 * abs(share["noise"])
    assert (clear.r2 > 0.8, clear.is_reliable, clear.warning) == (True, True, None)


def test_the_same_trials_give_the_same_numbers(clear: Study) -> None:
    again = study(AXES, trials(90, by_rate))
    assert isinstance(again, Study)
    assert (again.importance, again.r2) == (clear.importance, clear.r2)


def test_noise_gives_the_warning() -> None:
    generator = np.random.default_rng(1)
    found = study(AXES, trials(60, lambda config, budget: float(generator.random())))
    assert isinstance(found, Study)
    assert not found.is_reliable
    assert found.warning is not None and found.warning.startswith("The fit is poor: on trials that it has not seen")


def test_few_trials_give_a_warning_and_fewer_give_nothing_else() -> None:
    few = study(AXES, trials(24, by_rate))
    assert isinstance(few, Study) and few.warning is not None
    assert study(AXES, trials(9, by_rate)) == (
        "9 trials with a result: too few to tell which parameter matters. It takes 10."
    )


def test_what_is_all_the_same_cannot_be_told_apart() -> None:
    assert str(study(AXES, trials(20, lambda config, budget: 0.5))).startswith("All trials have the same result")
    assert str(study([], trials(20, by_rate))).startswith("All trials with a result have the same configuration")


def test_how_long_a_trial_was_trained_explains_its_part() -> None:
    found = study(AXES, trials(90, lambda config, budget: budget + config["noise"], budgets=(1, 3, 9, 1)))
    assert isinstance(found, Study)
    assert found.axes[found.ranked[0]].name == BUDGET
    pair = top_two(found)
    assert pair is not None and BUDGET not in [axis.name for axis in pair]


def test_the_surface_has_its_top_where_the_objective_has(clear: Study) -> None:
    names = [axis.name for axis in clear.axes]
    surface = interaction(clear, names.index("rate"), names.index("kind"))
    assert surface is not None
    xs, ys, values = surface
    assert (len(xs), ys, len(values), len(values[0])) == (GRID, [0, 1, 2], 3, GRID)
    assert xs[int(np.argmax(values[0]))] == pytest.approx(-2.5, abs=0.4)
    assert max(values[0]) > max(values[1])


def test_the_grid_spans_active_values_only(clear: Study) -> None:
    names = [axis.name for axis in clear.axes]
    surface = interaction(clear, names.index("momentum"), names.index("rate"))
    assert surface is not None and min(surface[0]) >= 0.0


def test_importance_is_drawn_with_the_most_important_on_top(clear: Study) -> None:
    bars = importance(clear)["data"][0]
    assert bars["y"][-2:] == ["kind", "rate"]
    assert bars["x"][-1] == pytest.approx(max(clear.importance), rel=1e-2)
