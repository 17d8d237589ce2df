from __future__ import annotations

import pytest

from sweep.errors import DefinitionError
from sweep.space.load import validate_again

SPACE = """\
model: my:build
parameters:
  layers: {type: int, min: 1, max: 3}
  units: {type: choice, values: [8, 16], per: layers}
  rate: {type: float, min: 0, max: 0.5, step: 0.1}
  optimizer: {type: choice, values: [adam, sgd]}
  momentum: {type: float, min: 0.5, max: 0.9, when: {optimizer: sgd}}
  fixed: 3
enqueue:
"""
GOOD = "{layers: 2, units: 8, rate: 0.1, optimizer: adam}"


def test_known_good_configurations_are_good(about):
    more = ["{layers: 3, units: 8, units_1: 16, rate: 0, optimizer: sgd, momentum: 0.9, fixed: 3}"]
    assert about(SPACE + "".join(f"  - {one}\n" for one in [GOOD, *more])) == []


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ("{layers: 2, units: 8, rate: 0.1}", ["13:5: enqueue[1]: optimizer is active here and has no value"]),
        (
            "{layers: 2, units_0: 8, rate: 0.1, optimizer: adam}",
            ["13:5: enqueue[1]: units_1 is active here and has no value"],
        ),
        (
            "{layers: 2, units: 8, rate: 0.1, optimizer: sgd}",
            ["13:5: enqueue[1]: momentum is active here and has no value"],
        ),
        (
            "{layers: 1, units: 8, rate: 0.1, optimizer: adam, momentum: 0.5, units_1: 8, units_7: 8}",
            [
                "13:65: enqueue[1]: momentum is not active in this configuration",
                "13:79: enqueue[1]: units_1 is not active in this configuration",
                "13:91: enqueue[1]: units_7 is not active in this configuration",
            ],
        ),
        (
            "{layers: 4, units: 9, rate: 0.15, optimizer: 5, fixed: 4}",
            [
                "13:14: enqueue[1]: layers is 4; its values are 1 to 3",
                "13:24: enqueue[1]: units is 9; its values are 8, 16",
                "13:33: enqueue[1]: rate is 0.15; its values are 0 to 0.5, step 0.1",
                "13:50: enqueue[1]: optimizer is 5; its values are adam, sgd",
                "13:60: enqueue[1]: fixed is 4; its values are 3",
            ],
        ),
        (
            "{layers: 2, units_0: 8, units_1: 8, rate: 0.1, optimizer: adam}",
            ["13:5: enqueue[1] is the same configuration as one before it"],
        ),
    ],
)
def test_what_is_no_configuration_of_the_space(about, given, messages):
    assert about(f"{SPACE}  - {GOOD}\n  - {given}\n") == messages


def test_every_repeated_configuration_is_named_also_after_a_bad_one(about):
    assert about(f"{SPACE}  - {GOOD}\n  - {{layers: 1}}\n  - {GOOD}\n  - {GOOD}\n") == [
        "13:5: enqueue[1]: units_0 is active here and has no value",
        "14:5: enqueue[2] is the same configuration as one before it",
        "15:5: enqueue[3] is the same configuration as one before it",
    ]


def test_a_name_is_not_completed_from_another_that_begins_like_it(about):
    text = "model: my:build\nparameters: {a: {type: int, min: 1, max: 3}, a_rate: {type: int, min: 1, max: 3}}\n"
    assert about(text + "enqueue: [{a: 2}]") == ["5:11: enqueue[0]: a_rate is active here and has no value"]


def test_more_than_will_be_tried(about):
    text = SPACE + f"  - {GOOD}\n  - {GOOD.replace('8', '16')}\n"
    assert about(text + "search: {method: random, max_trials: 1}") == [
        "12:3: enqueue has 2 configurations, but search.max_trials is 1"
    ]


def test_epochs_are_hyperbands_own(about):
    text = "parameters: {epochs: {type: int, min: 1, max: 9}, dropout: {type: float, min: 0, max: 0.5}}\n"
    both = "enqueue: [{epochs: 9, dropout: 0.1}, {epochs: 3, dropout: 0.1}]\n"
    assert about(text + both + "search: {method: random}") == []
    assert about(text + both + "search: {method: hyperband}") == [
        "4:38: enqueue[1] is the same configuration as one before it"
    ]
    assert about(text + "enqueue: [{epochs: 99, dropout: 0.1}]\nsearch: {method: hyperband}") == [
        "4:20: enqueue[0]: epochs is 99; its values are 1 to 9"
    ]


def test_a_model_of_ones_own_may_still_declare_what_is_enqueued(load):
    space = load("name: x\ndata: {source: digits}\nmodel: my:build\nenqueue: [{units: 8}, {units: 16}]")
    with pytest.raises(DefinitionError) as caught:
        validate_again(space)
    assert [one.message for one in caught.value.problems] == [
        "enqueue[0]: 'units' is no parameter",
        "enqueue[1]: 'units' is no parameter",
    ]


def test_the_built_in_model_declares_nothing_more(about):
    assert about("enqueue: [{units: 8}]") == ["3:19: enqueue[0]: 'units' is no parameter"]


def test_seeds_are_those_of_the_first_configurations(about):
    two = SPACE + f"  - {GOOD}\n  - {GOOD.replace('8', '16')}\n"
    assert about(two + "enqueue_seeds: [null, 7]\n") == []
    assert about(two + "enqueue_seeds: [1, 2, 3]\n") == [
        "14:16: enqueue_seeds has 3 seeds for 2 configurations of enqueue"
    ]
    assert [line.split(": ", 2)[1] for line in about(two + "enqueue_seeds: [-1]\n")] == ["enqueue_seeds[0]"]
