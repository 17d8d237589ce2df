from __future__ import annotations

import pytest

from sweep.space.budget import batch_size_of, epoch_bounds, epochs_of, full_budget


@pytest.mark.parametrize(
    ("parameters", "bounds"),
    [({"epochs": {"type": "int", "min": 2, "max": 27}}, (2, 27)), ({"epochs": 9}, (1, 9)), ({}, (1, 10))],
)
def test_hyperbands_budgets_are_min_and_max_of_epochs(make, parameters, bounds):
    assert epoch_bounds(make(parameters, "hyperband")) == bounds
    assert full_budget(make(parameters, "hyperband")) == bounds[1]


def test_other_methods_have_no_full_budget(make):
    assert full_budget(make({"epochs": {"type": "int", "min": 2, "max": 27}}, "random")) is None


def test_a_configuration_says_its_epochs_and_batch_size_or_has_the_defaults():
    assert (epochs_of({"epochs": 3}), batch_size_of({"batch_size": 64})) == (3, 64)
    assert (epochs_of({}), batch_size_of({})) == (10, 32)
