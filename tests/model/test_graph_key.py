from __future__ import annotations

import pytest

from sweep.model.graph_key import graph_key
from tests.trial.tiny import space

CONFIG = {"conv_layers": 1, "filters": 4, "learning_rate": 0.1, "batch_size": 16, "epochs": 3, "dropout": 0.2}


@pytest.mark.parametrize("other", [{"learning_rate": 0.2}, {"batch_size": 32}, {"epochs": 4}])
def test_what_is_no_part_of_the_graph_makes_no_other_key(other: dict[str, float]):
    assert graph_key(space(), {**CONFIG, **other}) == graph_key(space(), CONFIG)


@pytest.mark.parametrize("other", [{"conv_layers": 2}, {"filters": 8}, {"dropout": 0.3}, {"momentum": 0.5}])
def test_what_is_makes_one(other: dict[str, float]):
    assert graph_key(space(), {**CONFIG, **other}) != graph_key(space(), CONFIG)


def test_the_models_of_a_user_have_none():
    assert graph_key(space(model="mine:build"), CONFIG) is None
