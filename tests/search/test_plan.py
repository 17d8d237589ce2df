from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from sweep.search.bayesian import BayesianOracle
from sweep.search.oracle_searcher import make_searcher
from sweep.search.plan import Training, make_plan
from sweep.space.definition import Space
from sweep.space.load import load_space
from tests.search.driving import METHODS, Drive, drive, make_space, new_configs

EPOCHS = {"epochs": {"type": "choice", "values": [2, 5]}, "a": {"type": "int", "min": 1, "max": 3}}


def test_trainings_of_equal_length_are_counted_together():
    plan = make_plan(make_space("grid", EPOCHS, search={}))
    assert plan.trainings == (Training(None, None, 3, 0, 2), Training(None, None, 3, 0, 5))
    assert (plan.trials, plan.epochs, plan.size, plan.exact) == (6, 21, 6, True)
    assert [one.epochs for one in plan.trainings] == [6, 15]
    assert plan.configs[0] == {"epochs": 2, "a": 1}


def test_epochs_that_results_decide_are_not_exact():
    plan = make_plan(make_space("bayesian", EPOCHS, search={"max_trials": 5}))
    assert (plan.method, plan.trials, plan.exact) == ("bayesian", 5, False)
    assert plan.epochs == sum(one.epochs for one in plan.trainings)


def test_the_epochs_of_bayesian_search_are_exact_where_they_are_fixed():
    plan = make_plan(
        make_space("bayesian", {"a": {"type": "int", "min": 1, "max": 99}, "epochs": 4}, search={"max_trials": 5})
    )
    assert (plan.epochs, plan.exact) == (20, True)
    assert make_plan(make_space("bayesian", {"a": {"type": "boolean"}}, search={})).epochs == 20  # twice the default


def test_planning_bayesian_search_fits_no_process(monkeypatch):
    monkeypatch.setattr(BayesianOracle, "_fit_to_completed", lambda self: pytest.fail("a process was fitted"))
    assert make_plan(make_space("bayesian", search={"max_trials": 30, "initial_points": 2})).trials == 30


def test_what_is_enqueued_is_planned_first():
    plan = make_plan(make_space("random", EPOCHS, search={"max_trials": 3}, enqueue=[{"epochs": 5, "a": 2}]))
    assert plan.configs[0] == {"epochs": 5, "a": 2}
    assert plan.trials == 3


def test_fewer_configurations_than_trials():
    assert make_plan(make_space("random", EPOCHS, search={"max_trials": 50})).trials == 6


def test_shipped_definitions_are_planned_as_they_would_run():
    found = {}
    for path in sorted((Path(__file__).parents[2] / "search_spaces").glob("*.yaml")):
        space = load_space(path)
        plan, made = make_plan(space), drive(space, workers=3)
        assert plan.epochs == sum(one.last_epoch - one.first_epoch for one in made)
        assert plan.trials == len(new_configs(made))
        found[path.stem] = (plan.trials, plan.epochs)
    assert found["smoke"] == (5, 11)
    assert found["digits"] == (49, 375)


def hyperband(most: int, factor: int = 3, **search: Any) -> Space:
    epochs = {"epochs": {"type": "int", "min": 1, "max": most}}
    rate = {"rate": {"type": "float", "min": 0, "max": 1}}
    return make_space("hyperband", {**rate, **epochs}, search={"factor": factor, **search})


@pytest.mark.parametrize(
    ("space", "checkpoints"),
    [
        (hyperband(1), 0),  # one bracket of one rung
        (hyperband(9), 3 + 2),
        (hyperband(27), 9 + 4 + 2),
        (hyperband(9, iterations=4), 4 * (3 + 2)),
        (hyperband(9, max_trials=11), 3 + 2),
        (hyperband(9, max_trials=2), 2),
        (hyperband(27, max_trials=30), 9 + 3),
    ],
)
def test_checkpoints_are_kept_for_the_second_rung_of_every_bracket(space: Space, checkpoints: int):
    assert make_plan(space).checkpoints == checkpoints


@pytest.mark.parametrize("method", [method for method in METHODS if method != "hyperband"])
def test_no_checkpoints_are_kept_where_nothing_is_promoted(method: str):
    assert make_plan(make_space(method)).checkpoints == 0


@pytest.mark.parametrize("failing", [0.0, 0.3])
@pytest.mark.parametrize("workers", [1, 2, 5, 60])
@pytest.mark.parametrize(
    "space",
    [
        hyperband(9),
        hyperband(27),
        hyperband(8, 2, iterations=3),
        hyperband(27, max_trials=30),
        hyperband(27, max_trials=8),
    ],
)
def test_no_sweep_keeps_more_checkpoints_than_planned(space: Space, workers: int, failing: float):
    most = [kept_at_most(space, workers, failing, seed) for seed in range(6)]
    planned = make_plan(space).checkpoints
    assert max(kept for kept, _ in most) <= planned
    assert max(files for _, files in most) <= planned + workers


def test_a_sweep_can_keep_as_many_checkpoints_as_planned():
    assert max(kept_at_most(hyperband(9), 60, 0.0, seed)[0] for seed in range(20)) == 5
    assert max(kept_at_most(hyperband(9), 1, 0.0, seed)[0] for seed in range(20)) == 3


def kept_at_most(space: Space, workers: int, failing: float, seed: int) -> tuple[int, int]:
    """Checkpoints for promotions, and all that the loop keeps, at most at any moment of a sweep with results by chance
    whose trainings end in any order."""
    chance = random.Random(seed)
    loop = Drive(
        make_searcher(space), workers, score=lambda _: None if chance.random() < failing else round(chance.random(), 1)
    )
    kept, files = 0, 0
    while loop.step(chance):
        promotions = {trial for trial, one in loop.running.items() if one.first_epoch > 0}
        promotable = loop.searcher.promotable()
        kept = max(kept, len(promotable | promotions))
        files = max(files, len(promotable | set(loop.running)))
    return kept, files
