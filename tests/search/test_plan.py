from __future__ import annotations

from pathlib import Path

import pytest

from sweep.search.bayesian import BayesianOracle
from sweep.search.plan import Training, make_plan
from sweep.space.load import load_space
from tests.search.driving import drive, make_space, new_configs

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
