from __future__ import annotations

import random
import time

import pytest

from sweep.space.dimensions import (
    Condition,
    complete,
    count_configs,
    count_grid,
    enumerate_configs,
    expand,
    is_config,
    layer_name,
)

LAYERS = {
    "filters": {"type": "choice", "values": [8, 16], "per": "layers", "when": {"kind": "conv"}},
    "layers": {"type": "int", "min": 1, "max": 3},
    "kind": {"type": "choice", "values": ["conv", "dense"]},
    "size": {"type": "int", "min": 3, "max": 4, "per": "layers", "when": {"filters": 16}},
}


def conditions(space):
    return {one.name: {c.parent: c.values for c in one.conditions} for one in expand(space)}


def test_per_layer_parameters_become_one_dimension_a_layer_with_the_conditions_of_their_ancestors(make):
    assert conditions(make(LAYERS)) == {
        "layers": {},
        "kind": {},
        "filters_0": {"kind": ("conv",)},
        "filters_1": {"layers": (2, 3), "kind": ("conv",)},
        "filters_2": {"layers": (3,), "kind": ("conv",)},
        "size_0": {"kind": ("conv",), "filters_0": (16,)},
        "size_1": {"layers": (2, 3), "kind": ("conv",), "filters_1": (16,)},
        "size_2": {"layers": (3,), "kind": ("conv",), "filters_2": (16,)},
    }


def test_dimensions_stand_as_written_except_that_parents_come_first(make):
    assert [one.name for one in expand(make(LAYERS))][:3] == ["layers", "kind", "filters_0"]
    plain = {"z": 1, "a": {"type": "boolean"}, "m": {"type": "boolean"}}
    assert [one.name for one in expand(make(plain))] == ["z", "a", "m"]


def test_a_dimension_knows_the_parameter_it_is_a_layer_of(make):
    known = {one.name: one.parameter for one in expand(make(LAYERS))}
    assert (known["layers"], known["filters_1"], known["size_0"]) == (None, "filters", "size")
    assert layer_name("filters", 1) == "filters_1"


def test_a_counter_that_is_conditional_makes_its_layers_so_too(make):
    space = make(
        {
            "deep": {"type": "boolean"},
            "n": {"type": "int", "min": 1, "max": 2, "when": {"deep": True}},
            "a": {"type": "boolean", "per": "n"},
        }
    )
    assert conditions(space)["a_0"] == {"deep": (True,), "n": (1, 2)}
    assert count_configs(expand(space)) == 1 + 2 + 4


def test_a_fixed_count_of_layers_needs_no_condition(make):
    assert conditions(make({"n": 2, "a": {"type": "boolean", "per": "n"}})) == {"n": {}, "a_0": {}, "a_1": {}}


def test_values_of_conditions_are_spelled_as_the_parent_has_them(make):
    space = make(
        {
            "rate": {"type": "choice", "values": [0, 0.5, 1]},
            "step": {"type": "float", "min": 0, "max": 0.5, "step": 0.1},
            "a": {"type": "boolean", "when": {"rate": [0, 0.5], "step": 0.30000000000000004}},
        }
    )
    found = conditions(space)["a"]
    assert found == {"rate": (0.0, 0.5), "step": (0.3,)}
    assert [type(value) for value in found["rate"]] == [float, float]


def test_layers_that_can_never_be_are_left_out(make):
    space = make(
        {"n": {"type": "int", "min": 1, "max": 3}, "a": {"type": "boolean", "per": "n", "when": {"n": [1, 2]}}}
    )
    assert conditions(space) == {"n": {}, "a_0": {"n": (1, 2)}, "a_1": {"n": (2,)}}


def test_epochs_are_no_dimension_under_hyperband(make):
    parameters = {"epochs": {"type": "int", "min": 1, "max": 9}, "a": {"type": "boolean"}}
    assert [one.name for one in expand(make(parameters, "hyperband"))] == ["a"]
    assert [one.name for one in expand(make(parameters, "random"))] == ["epochs", "a"]


def test_inactive_parameters_are_in_no_configuration(make):
    dimensions = expand(make(LAYERS))
    configs = list(enumerate_configs(dimensions))
    assert {tuple(config) for config in configs if config["kind"] == "dense"} == {("layers", "kind")}
    for config in configs:
        assert set(config) == {one.name for one in dimensions if one.is_active(config)}
    assert {"layers": 1, "kind": "conv", "filters_0": 16, "size_0": 3} in configs
    # Each conv layer has 8, or 16 with one of two sizes.
    assert len(configs) == 3 + (3 + 3**2 + 3**3)


def test_the_last_dimension_changes_fastest(make):
    space = make({"a": {"type": "choice", "values": ["x", "y"]}, "b": {"type": "boolean"}})
    assert [tuple(config.values()) for config in enumerate_configs(expand(space))] == [
        ("x", False),
        ("x", True),
        ("y", False),
        ("y", True),
    ]


def random_space(rng, make):
    """Ints, choices, stepped floats and booleans, some per layer, some conditional on earlier ones."""
    parameters, plain, layered = {"n": {"type": "int", "min": rng.randrange(2), "max": 2}}, ["n"], []
    for name in "abcde"[: rng.randrange(1, 6)]:
        kinds = [
            {"type": "int", "min": 1, "max": rng.randrange(1, 4)},
            {"type": "choice", "values": ["x", "y", "z"][: rng.randrange(1, 4)]},
            {"type": "float", "min": 0, "max": 0.2, "step": 0.1},
            {"type": "boolean"},
            {"type": "fixed", "value": 5},
        ]
        parameter = rng.choice(kinds)
        per = rng.random() < 0.3
        parents = rng.sample(plain + (layered if per else []), k=rng.choice([0, 1, 1, 2]) if len(plain) > 1 else 0)
        parameter["when"] = {parent: some_values(rng, parameters[parent]) for parent in parents}
        if per:
            parameter["per"] = "n"
        (layered if per else plain).append(name)
        parameters[name] = parameter
    return make(parameters)


def some_values(rng, parameter):
    values = {
        "int": lambda: list(range(parameter["min"], parameter["max"] + 1)),
        "choice": lambda: parameter["values"],
        "float": lambda: [0, 0.1, 0.2],
        "boolean": lambda: [False, True],
        "fixed": lambda: [5],
    }[parameter["type"]]()
    return rng.sample(values, k=rng.randrange(1, len(values) + 1))


def test_configurations_are_counted_as_they_are_enumerated(make):
    rng = random.Random(0)
    sizes = set()
    for _ in range(300):
        dimensions = expand(random_space(rng, make))
        configs = [tuple(config.items()) for config in enumerate_configs(dimensions)]
        assert count_configs(dimensions) == count_grid(dimensions) == len(configs) == len(set(configs))
        sizes.add(len(configs))
    assert len(sizes) > 50  # they are not all alike


def test_a_float_without_a_step_makes_a_space_endless_but_not_its_grid(make):
    dimensions = expand(make({"a": {"type": "float", "min": 0, "max": 1}, "b": {"type": "boolean"}}))
    assert count_configs(dimensions) is None
    assert count_grid(dimensions) == len(list(enumerate_configs(dimensions))) == 20


@pytest.mark.parametrize("least", [1, 100])
def test_a_hundred_layers_and_long_ranges_are_counted_at_once(make, least):
    space = make(
        {
            "n": {"type": "int", "min": least, "max": 100},
            "kind": {"type": "choice", "values": ["x", "y", "z"], "per": "n"},
            "size": {"type": "int", "min": 1, "max": 5, "per": "n", "when": {"kind": "x"}},
            "seed": {"type": "int", "min": 1, "max": 2**40},
            "more": {"type": "boolean", "when": {"seed": [3, 5]}},
        }
    )
    began = time.process_time()
    assert count_configs(expand(space)) == sum(7**n for n in range(least, 101)) * (2**40 + 2)
    assert time.process_time() - began < 5


def test_parents_of_parents_are_expanded_once(make):
    names = [f"p{index}" for index in range(60)]
    parents = {name: {other: True for other in names[max(0, index - 3) : index]} for index, name in enumerate(names)}
    dimensions = expand(make({name: {"type": "boolean", "when": parents[name]} for name in reversed(names)}))
    assert [one.name for one in dimensions] == names
    assert len(dimensions[-1].conditions) == 59
    assert count_configs(dimensions) == 61


def test_completion_fills_in_fixed_values_and_takes_a_per_layer_name_for_all_its_layers(make):
    dimensions = expand(make({**LAYERS, "dense": 64}))
    given = {"layers": 2, "kind": "conv", "filters": 16, "filters_1": 8, "size": 3.0}
    config = complete(dimensions, given)
    assert config == {"layers": 2, "kind": "conv", "filters_0": 16, "filters_1": 8, "size_0": 3, "dense": 64}
    assert type(config["size_0"]) is int


def test_completion_takes_no_name_for_another_that_begins_like_it(make):
    dimensions = expand(make({"a": {"type": "int", "min": 1, "max": 3}, "a_rate": {"type": "int", "min": 1, "max": 3}}))
    with pytest.raises(KeyError, match="'a_rate'"):
        complete(dimensions, {"a": 2})


def test_completion_names_the_layer_that_has_no_value(make):
    with pytest.raises(KeyError, match="'filters_1'"):
        complete(expand(make(LAYERS)), {"layers": 2, "kind": "conv", "filters_0": 8})


def test_a_configuration_has_values_of_exactly_what_is_active(make):
    dimensions = expand(make(LAYERS))
    good = {"layers": 1, "kind": "conv", "filters_0": 16, "size_0": 3}
    assert is_config(dimensions, good)
    wrong = [{**good, "more": 1}, {**good, "size_0": 5}, {**good, "filters_0": 8}, {"layers": 1, "kind": "conv"}, {}]
    assert [config for config in wrong if is_config(dimensions, config)] == []
    assert is_config((), {})


def test_a_condition_holds_only_where_the_parent_is_there(make):
    dimension = next(one for one in expand(make(LAYERS)) if one.name == "size_0")
    assert dimension.conditions == (Condition("kind", ("conv",)), Condition("filters_0", (16,)))
    assert dimension.is_active({"kind": "conv", "filters_0": 16})
    assert not dimension.is_active({"kind": "conv"})
    assert not dimension.is_active({"kind": "dense", "filters_0": 16})
