from __future__ import annotations

import pytest

from sweep.analysis.narrowing import Evidence, narrow
from sweep.space.definition import BooleanParameter, ChoiceParameter, FixedParameter, FloatParameter, IntParameter

RATE = FloatParameter(type="float", min=1e-4, max=1e-1, sampling="log")
DROPOUT = FloatParameter(type="float", min=0.0, max=0.5, step=0.1)
UNITS = IntParameter(type="int", min=0, max=100)
OPTIMIZER = ChoiceParameter(type="choice", values=("adam", "sgd", "nadam"))


def evidence(good, tried=None, **more):
    return Evidence(tried=tried or list(good) * 4, good=list(good), best=more.pop("best", None), **more)


def test_a_range_is_narrowed_to_the_best_values_and_one_mean_gap_more() -> None:
    new, reason = narrow(UNITS, evidence([40, 45, 50, 55, 60]))
    assert (new.min, new.max) == (35, 65)
    assert reason == "was 0 to 100: the best 5 values have 40 to 60, and one mean gap more on both sides"


def test_a_logarithmic_range_is_narrowed_by_factors_and_never_leaves_the_old_one() -> None:
    new, _ = narrow(RATE, evidence([1e-4, 2e-4, 4e-4, 8e-4, 1.6e-3]))
    assert new.min == 1e-4
    assert new.max == pytest.approx(3.2e-3, rel=0.05) and new.max >= 3.2e-3
    assert new.sampling == "log"


def test_few_values_narrow_nothing() -> None:
    new, reason = narrow(UNITS, evidence([50, 51, 50, 51]))
    assert (new, reason) == (UNITS, "kept: only 4 values of the best have it")


def test_values_all_over_the_range_narrow_nothing() -> None:
    new, reason = narrow(UNITS, evidence([0, 20, 40, 60, 80, 100]))
    assert (new, reason) == (UNITS, "kept: the best 6 values lie all over it")


def test_ends_stay_on_the_steps() -> None:
    new, _ = narrow(DROPOUT, evidence([0.2, 0.2, 0.2, 0.2, 0.3, 0.3]))
    assert (new.min, new.max, new.step) == (0.1, 0.4, 0.1)


def test_a_range_of_whole_numbers_keeps_a_layer_where_layers_are_counted() -> None:
    new, _ = narrow(IntParameter(type="int", min=0, max=6), evidence([0] * 8, counts=True))
    assert (new.min, new.max) == (0, 1)


def test_a_best_value_at_an_end_is_a_hint_to_widen() -> None:
    _, reason = narrow(UNITS, evidence([80, 85, 90, 95, 100], best=100))
    assert reason.endswith("; the best trial has 100, near the highest: a wider range may hold better ones")
    assert "near" not in narrow(UNITS, evidence([40, 45, 50, 55, 60], best=50))[1]
    assert "near" not in narrow(IntParameter(type="int", min=1, max=2), evidence([1] * 3, best=1))[1]


def test_a_choice_that_no_good_trial_had_is_dropped_where_it_was_tried_often_enough() -> None:
    good = ["adam"] * 5 + ["sgd"] * 2
    tried = good + ["adam"] * 4 + ["sgd"] * 5 + ["nadam"] * 12
    new, reason = narrow(OPTIMIZER, evidence(good, tried))
    assert new.values == ("adam", "sgd")
    assert reason == "without nadam: among the best are 5 of 9 with adam, 2 of 7 with sgd, 0 of 12 with nadam"
    few = good + ["adam"] * 4 + ["sgd"] * 12 + ["nadam"] * 5
    assert narrow(OPTIMIZER, evidence(good, few))[0] == OPTIMIZER


def test_a_choice_that_a_condition_names_stays() -> None:
    good, tried = ["adam"] * 7, ["adam"] * 9 + ["sgd"] * 14 + ["nadam"] * 5
    new, reason = narrow(OPTIMIZER, evidence(good, tried, needed=frozenset({"sgd"})))
    assert new == OPTIMIZER
    assert reason.endswith("; sgd is named by `when`")
    assert narrow(UNITS, evidence([50] * 6, needed=frozenset({3})))[0] == UNITS


def test_a_boolean_with_one_good_value_becomes_that_value() -> None:
    new, reason = narrow(BooleanParameter(type="boolean"), evidence([True] * 6, [True] * 10 + [False] * 14))
    assert new == FixedParameter(type="fixed", value=True)
    assert reason.startswith("without false: ")


def test_what_does_not_vary_is_left_without_a_word() -> None:
    fixed = FixedParameter(type="fixed", value=3)
    assert narrow(fixed, evidence([3] * 9)) == (fixed, "")


@pytest.mark.parametrize("seed", range(20))
def test_a_narrowed_range_has_every_good_value(seed: int) -> None:
    import random

    from sweep.space import domains

    generator = random.Random(seed)
    for domain in (UNITS, RATE, DROPOUT, FloatParameter(type="float", min=-3.0, max=7.0)):
        values = list(domains.grid_values(domain))
        start = generator.randrange(len(values) // 2)
        good = [generator.choice(values[start : start + 4]) for _ in range(generator.randrange(5, 12))]
        new, _ = narrow(domain, evidence(good))
        assert domain.min <= new.min <= new.max <= domain.max
        assert domains.mistake(new) is None
        assert all(domains.contains(new, value) for value in good)


@pytest.mark.parametrize(("ends", "good"), [((8, 256), (8, 9, 10, 11, 12)), ((10, 100), (85, 90, 95, 99, 100))])
def test_a_logarithmic_range_of_whole_numbers_never_leaves_the_old_one(ends, good) -> None:
    domain = IntParameter(type="int", min=ends[0], max=ends[1], sampling="log")
    new, _ = narrow(domain, evidence(good, best=good[2]))
    assert isinstance(new, IntParameter)
    assert ends[0] <= new.min <= min(good) and max(good) <= new.max <= ends[1]
