from __future__ import annotations

import pickle

import pytest
from pydantic import ValidationError

from sweep.records import Objective
from sweep.seeds import derive_seed
from sweep.space.definition import Space


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(90, 90), (1.5, 1.5), ("90", 90), ("90s", 90), ("15m", 900), ("8h", 28800), ("1.5d", 129600)],
)
def test_durations_are_seconds(make, written, seconds):
    assert make({}, search={"max_time": written}).search.max_time == seconds


@pytest.mark.parametrize(
    ("objective", "goal"),
    [
        ("val_accuracy", Objective("val_accuracy", "max")),
        ("val_loss", Objective("val_loss", "min")),
        ("loss", Objective("loss", "min")),
        ({"metric": "val_auc", "direction": "max"}, Objective("val_auc", "max")),
    ],
)
def test_the_direction_of_a_plain_objective_is_what_its_metric_says(make, objective, goal):
    assert make({}, objective=objective).goal == goal


def test_scaling_is_the_models_own_matter_unless_asked_for(make):
    assert make({}).scaling == "none"
    assert make({}, model="cnn").scaling == "standardize"
    assert make({}, data={"source": "digits", "scaling": "unit"}).scaling == "unit"


def test_a_plain_value_is_fixed_and_numbers_of_a_choice_are_of_one_type(make):
    space = make({"a": 5, "b": {"type": "choice", "values": [1, 2.5]}, "c": {"type": "boolean", "when": {"a": 5}}})
    assert (space.parameters["a"].type, space.parameters["a"].value) == ("fixed", 5)
    assert [type(value) for value in space.parameters["b"].values] == [float, float]
    assert space.parameters["c"].when == {"a": (5,)}


def test_a_space_is_frozen_and_picklable(make):
    space = make({"a": {"type": "float", "min": 0, "max": 1}})
    assert pickle.loads(pickle.dumps(space)) == space
    with pytest.raises(ValidationError, match="frozen"):
        space.seed = 1


@pytest.mark.parametrize(("written", "size"), [(100, 100), ("20GB", 20 * 10**9), ("1.5 GiB", 1.5 * 2**30), ("7B", 7)])
def test_what_may_be_unpacked_is_a_size(make, written, size):
    assert make({}, data={"source": "digits", "max_unpacked": written}).data.max_unpacked == size


def test_by_default_20_gib_may_be_unpacked(make):
    assert make({}).data.max_unpacked == 20 * 2**30


def test_the_number_of_parameters_has_a_limit(about):
    lines = [f"  p{number}: 1" for number in range(201)]
    assert about("\n".join(["model: my:build", "parameters:", *lines])) == [
        "5:3: parameters: must have at most 200 items, not " + repr({f"p{n}": 1 for n in range(201)})[:57] + "..."
    ]


def test_a_trial_has_the_seed_that_is_given_to_it_or_one_that_follows_from_the_sweep_s():
    space = Space.model_validate(
        {"name": "x", "data": {"source": "digits"}, "seed": 3, "enqueue": [{}, {}], "enqueue_seeds": [None, 0]}
    )
    assert [space.trial_seed(trial) for trial in range(3)] == [
        *(derive_seed(3, "trial", 0), 0, derive_seed(3, "trial", 2)),
    ]
