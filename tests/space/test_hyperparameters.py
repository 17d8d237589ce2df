from __future__ import annotations

import random

import keras_tuner
import pytest

from sweep.errors import DefinitionError
from sweep.space.dimensions import complete, enumerate_configs, expand
from sweep.space.hyperparameters import bind, from_keras_tuner, to_keras_tuner
from sweep.space.load import load_space, validate_again

PARAMETERS = {
    "layers": {"type": "int", "min": 1, "max": 2},
    "kind": {"type": "choice", "values": ["conv", "dense"]},
    "flag": {"type": "boolean"},
    "width": {"type": "choice", "values": [8, 16], "per": "layers"},
    "size": {"type": "int", "min": 1, "max": 4, "step": 2, "sampling": "log", "per": "layers", "when": {"width": 16}},
    "rate": {"type": "float", "min": 1e-3, "max": 1e-1, "sampling": "log"},
    "drop": {"type": "float", "min": 0, "max": 0.5, "step": 0.1, "when": {"kind": "conv", "flag": True}},
    "both": {"type": "choice", "values": [True, False], "when": {"drop": [0, 0.5]}},
    "only": {"type": "choice", "values": [True]},
    "fixed": 0.5,
}


@pytest.fixture
def space(make):
    return make(PARAMETERS)


def sampled(hp, rng):
    """A configuration as KerasTuner's oracles draw one."""
    found = keras_tuner.HyperParameters()
    for one in hp.space:
        found.merge([one])
        if found.is_active(one):
            found.values[one.name] = one.random_sample(rng.randrange(10**6))
    return found.values


def test_every_dimension_is_declared_with_all_its_conditions(space):
    hp = to_keras_tuner(space)
    declared = {one.name: {c.name: tuple(c.values) for c in one.conditions} for one in hp.space}
    assert declared == {one.name: {c.parent: c.values for c in one.conditions} for one in expand(space)}
    assert list(declared) == [one.name for one in expand(space)]
    assert declared["drop"] == {"kind": ("conv",), "flag": (True,)}
    assert declared["both"] == {"kind": ("conv",), "flag": (True,), "drop": (0.0, 0.5)}
    assert declared["size_1"] == {"layers": (2,), "width_1": (16,)}


def test_a_step_is_an_ordered_choice_of_its_exact_values(space):
    kinds = {one.name: one for one in to_keras_tuner(space).space}
    assert (kinds["drop"].values, kinds["drop"].ordered) == ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], True)
    assert (kinds["size_0"].values, kinds["size_0"].ordered) == ([1, 2, 4], True)
    assert (kinds["rate"].min_value, kinds["rate"].max_value, kinds["rate"].sampling) == (1e-3, 1e-1, "log")
    assert kinds["kind"].ordered is False


def test_what_is_drawn_are_configurations_of_the_space_with_nothing_inactive(space):
    rng = random.Random(0)
    hp, dimensions = to_keras_tuner(space), expand(space)
    types = {"int": int, "float": float, "boolean": bool}
    drawn = [sampled(hp, rng) for _ in range(200)]
    for values in drawn:
        assert complete(dimensions, values) == values
        assert set(values) == {one.name for one in dimensions if one.is_active(values)}
        kinds = {one.name: types.get(one.domain.type) for one in dimensions}
        assert all(type(values[name]) is kind for name, kind in kinds.items() if kind and name in values)
    assert {type(values["both"]) for values in drawn if "both" in values} == {bool}
    assert {values["only"] for values in drawn} == {True}
    assert {values.get("drop") for values in drawn} == {None, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5}


def test_the_budget_of_hyperband_is_not_declared(make):
    space = make({"epochs": {"type": "int", "min": 1, "max": 9}, "a": {"type": "boolean"}}, "hyperband")
    assert [one.name for one in to_keras_tuner(space).space] == ["a"]


def test_a_users_build_gets_exactly_the_values_of_the_configuration(make):
    space = make({key: value for key, value in PARAMETERS.items() if key != "rate"})
    for config in list(enumerate_configs(expand(space)))[::7]:
        hp = bind(space, config)
        assert hp.values == config
        assert hp.Int("layers", 1, 2) == config["layers"]
        with hp.conditional_scope("kind", ["conv"]):
            assert hp.get("kind") == config["kind"]
        assert [one.name for one in hp.space] == [one.name for one in expand(space)]


def test_a_nested_scope_of_a_users_build_is_the_one_declared(make):
    space = make(
        {
            "a": {"type": "choice", "values": ["x", "y"]},
            "b": {"type": "boolean", "when": {"a": "x"}},
            "c": {"type": "int", "min": 1, "max": 9, "when": {"b": True}},
        }
    )
    hp = bind(space, {"a": "x", "b": True, "c": 7})
    with hp.conditional_scope("a", ["x"]):
        assert hp.Boolean("b") is True
        with hp.conditional_scope("b", [True]):
            assert hp.Int("c", 1, 9) == 7
    assert len(hp.space) == 3


def test_round_trip(make, space):
    again = make({}).model_copy(update={"parameters": from_keras_tuner(to_keras_tuner(space))})
    assert validate_again(again) is again
    before = {one.name: {c.parent: c.values for c in one.conditions} for one in expand(space)}
    after = {one.name: {c.parent: c.values for c in one.conditions} for one in expand(again)}
    assert after == before
    assert from_keras_tuner(to_keras_tuner(again)) == again.parameters
    assert again.parameters["layers"] == space.parameters["layers"]
    assert again.parameters["rate"] == space.parameters["rate"]


def test_shipped_definitions_can_be_declared_and_read_back(shipped):
    space = load_space(shipped)
    hp = to_keras_tuner(space)
    assert list(from_keras_tuner(hp)) == [one.name for one in expand(space)]


def test_what_a_users_build_declares(make):
    hp = keras_tuner.HyperParameters()
    hp.Int("layers", 1, 3)
    hp.Int("units", 6, 13, step=3)
    hp.Int("batch", 2, 40, step=2, sampling="log")
    hp.Float("rate", 1e-4, 1e-2, sampling="LOG")
    hp.Float("drop", 0, 0.5, step=0.2)
    hp.Float("keep", 0, 0.5, step=0.1)
    hp.Choice("size", [3, 5, 3])
    hp.Boolean("norm")
    hp.Fixed("seed", 7)
    with hp.conditional_scope("layers", [2, 3, 4]):
        hp.Choice("second", ["a", "b"])
    with hp.name_scope("head"):
        hp.Boolean("wide")
    found = from_keras_tuner(hp)
    described = {name: one.model_dump(exclude_none=True) for name, one in found.items()}
    assert described == {
        "layers": {"type": "int", "min": 1, "max": 3, "sampling": "linear"},
        "units": {"type": "int", "min": 6, "max": 12, "step": 3, "sampling": "linear"},
        "batch": {"type": "int", "min": 2, "max": 32, "step": 2, "sampling": "log"},
        "rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
        "drop": {"type": "float", "min": 0.0, "max": 0.4, "step": 0.2, "sampling": "linear"},
        "keep": {"type": "float", "min": 0.0, "max": 0.5, "step": 0.1, "sampling": "linear"},
        "size": {"type": "choice", "values": (3, 5)},
        "norm": {"type": "boolean"},
        "seed": {"type": "fixed", "value": 7},
        "second": {"type": "choice", "values": ("a", "b"), "when": {"layers": (2, 3)}},
        "head/wide": {"type": "boolean"},
    }
    space = make({}).model_copy(update={"parameters": found})
    assert validate_again(space) is space


def test_one_name_for_two_parameters_is_refused():
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["a", "b"])
    with hp.conditional_scope("kind", ["a"]):
        hp.Int("units", 1, 3)
    with hp.conditional_scope("kind", ["b"]):
        hp.Int("units", 1, 3)
    with pytest.raises(DefinitionError) as caught:
        from_keras_tuner(hp, "my:build")
    assert str(caught.value) == (
        "my:build: 'units' is declared twice with different values or conditions; give each a name of its own"
    )


def test_a_range_without_an_end_is_refused():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0, float("inf"))
    with pytest.raises(DefinitionError) as caught:
        from_keras_tuner(hp, "my:build")
    assert str(caught.value) == "my:build: 'rate' cannot be searched: Input should be a finite number, not inf"


def test_a_step_far_too_small_is_left_to_validation(make):
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0, 1, step=1e-9)
    space = make({}).model_copy(update={"parameters": from_keras_tuner(hp)})
    with pytest.raises(DefinitionError, match="step 1e-09 makes more than 100,000 values"):
        validate_again(space)
