from __future__ import annotations

import math

import pytest

from sweep.imports.distributions import Converted, NotCarried, convert


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ({"value": 3}, 3),
        ({"value": "adam"}, "adam"),
        ({"distribution": "constant", "value": True}, True),
        ({"values": [1, 2]}, {"type": "choice", "values": [1, 2]}),
        ({"values": [1, 2, 1]}, {"type": "choice", "values": [1, 2]}),
        ({"values": [True, False]}, {"type": "boolean"}),
        ({"values": [True]}, True),
        ({"min": 1, "max": 5}, {"type": "int", "min": 1, "max": 5}),
        ({"min": 1.0, "max": 5.0}, {"type": "float", "min": 1.0, "max": 5.0}),
        ({"min": 0.5, "max": 5}, {"type": "float", "min": 0.5, "max": 5.0}),
        ({"distribution": "int_uniform", "min": 1, "max": 5}, {"type": "int", "min": 1, "max": 5}),
        ({"distribution": "uniform", "min": 0, "max": 1}, {"type": "float", "min": 0.0, "max": 1.0}),
        ({"distribution": "uniform", "min": 1, "max": 1}, 1.0),
        (
            {"distribution": "q_uniform", "min": 0, "max": 0.5, "q": 0.1},
            {"type": "float", "min": 0.0, "max": 0.5, "step": 0.1},
        ),
        (
            {"distribution": "q_uniform", "min": 30, "max": 100, "q": 32},
            {"type": "int", "min": 32, "max": 96, "step": 32},
        ),
        (
            {"distribution": "log_uniform_values", "min": 1e-5, "max": 0.1},
            {"type": "float", "min": 1e-5, "max": 0.1, "sampling": "log"},
        ),
        (
            {"distribution": "inv_log_uniform_values", "min": 1e-5, "max": 0.1},
            {"type": "float", "min": 1e-5, "max": 0.1, "sampling": "log"},
        ),
        (
            {"distribution": "q_log_uniform_values", "min": 16, "max": 256},
            {"type": "int", "min": 16, "max": 256, "sampling": "log"},
        ),
    ],
)
def test_what_can_be_said_exactly_is_said_without_a_note(given, ours):
    assert convert(given) == Converted(ours)


@pytest.mark.parametrize(("low", "high"), [(-9.2, -4.6), (0, 1), (-1, 2.5)])
def test_bounds_of_log_uniform_are_exponents_of_e(low, high):
    found = convert({"distribution": "log_uniform", "min": low, "max": high})
    assert found.parameter["min"] == pytest.approx(math.exp(low), rel=1e-5)
    assert found.parameter["max"] == pytest.approx(math.exp(high), rel=1e-5)
    assert found.parameter["sampling"] == "log"
    assert found.note == f"its bounds were exponents: e^{low:g} to e^{high:g}"


def test_bounds_of_the_inverse_are_exponents_of_the_inverse():
    found = convert({"distribution": "inv_log_uniform", "min": 2, "max": 5}).parameter
    assert (found["min"], found["max"]) == pytest.approx((math.exp(-5), math.exp(-2)), rel=1e-5)


@pytest.mark.parametrize(
    ("given", "ours", "note"),
    [
        (
            {"distribution": "normal", "mu": 0.5, "sigma": 0.1},
            {"type": "float", "min": 0.3, "max": 0.7},
            "there is no normal distribution here",
        ),
        (
            {"distribution": "q_normal", "mu": 8, "sigma": 2, "q": 1},
            {"type": "float", "min": 4.0, "max": 12.0},
            "rounding to multiples of q: 1 is not carried over",
        ),
        ({"distribution": "beta", "a": 1, "b": 3}, {"type": "float", "min": 0.0, "max": 1.0}, "no beta distribution"),
        (
            {"values": ["adam", "sgd"], "probabilities": [0.9, 0.1]},
            {"type": "choice", "values": ["adam", "sgd"]},
            "probabilities are not carried over",
        ),
        ({"values": ["none", 3]}, {"type": "choice", "values": ["none", "3"]}, "are texts now"),
        (
            {"distribution": "q_log_uniform_values", "min": 16, "max": 256, "q": 8},
            {"type": "int", "min": 16, "max": 256, "sampling": "log"},
            "multiples of q: 8 is not carried over, only to whole numbers",
        ),
    ],
)
def test_what_is_only_near_has_a_note(given, ours, note):
    found = convert(given)
    assert found.parameter == ours
    assert note in (found.note or "")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "it has neither"),
        ({"values": []}, "is no list with something in it"),
        ({"values": [[1, 2]]}, "a list of 2 items cannot be a value here"),
        ({"value": None}, "nothing cannot be a value here"),
        ({"min": 5, "max": 1}, "its min, 5, is above its max, 1"),
        ({"min": "a", "max": 1}, "`min` is no number: 'a'"),
        ({"distribution": "uniform", "max": 1}, "`min` is missing"),
        ({"distribution": "log_uniform", "min": -4, "max": -9.5}, "its min, -4, is above its max, -9.5"),
        ({"distribution": "q_log_uniform", "min": 3, "max": 1}, "its min, 3, is above its max, 1"),
        ({"distribution": "inv_log_uniform", "min": 3, "max": 1}, "its min, 3, is above its max, 1"),
        ({"distribution": "q_uniform", "min": 31, "max": 3, "q": 10}, "its min, 31, is above its max, 3"),
        (
            {"distribution": "int_uniform", "min": 0.2, "max": 0.8},
            "no whole number between its min, 0.2, and its max, 0.8",
        ),
        ({"distribution": "log_uniform", "min": -1000, "max": 0}, "e^-1000 is beyond any number"),
        ({"distribution": ["zipf"]}, "there is no distribution ['zipf'] here"),
        ({"distribution": "zipf"}, "there is no distribution 'zipf' here"),
        ({"distribution": "log_uniform_values", "min": 0, "max": 1}, "must be above 0"),
        ({"distribution": "log_uniform", "min": 0, "max": 1000}, "are its bounds values, not exponents?"),
        ({"distribution": "q_uniform", "min": 0, "max": 1, "q": 0}, "`q`, 0, is not above 0"),
        ({"distribution": "normal", "mu": 0, "sigma": 0}, "its sigma, 0, is not above 0"),
    ],
)
def test_what_cannot_be_carried_says_why(given, reason):
    with pytest.raises(NotCarried) as caught:
        convert(given)
    assert reason in str(caught.value)


@pytest.mark.parametrize(("low", "high", "kind"), [(0, 1, "int"), (0.0, 1.0, "float"), (1, 10.0, "float")])
def test_a_range_is_of_whole_numbers_where_both_ends_are_written_so(low, high, kind):
    assert convert({"min": low, "max": high}).parameter["type"] == kind


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"min": 5, "max": 1}, ("min",)),
        ({"min": 5, "max": "1"}, ("max",)),
        ({"values": [1, [2]]}, ("values", 1)),
        ({"distribution": "zipf"}, ("distribution",)),
        ({"distribution": "q_uniform", "min": 1, "max": 2, "q": 0}, ("q",)),
        ({"distribution": "uniform"}, ()),
    ],
)
def test_what_is_at_fault_is_named(given, at):
    with pytest.raises(NotCarried) as caught:
        convert(given)
    assert caught.value.at == at
