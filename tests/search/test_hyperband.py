from __future__ import annotations

import math
import random
from collections import Counter

import keras_tuner
import pytest

from sweep.records import TrialResult
from sweep.search.hyperband import HyperbandOracle
from sweep.search.oracle_searcher import make_searcher, replay
from sweep.search.plan import Training, make_plan
from tests.search.driving import Drive, by_training, drive, make_space, new_configs, proposals, result_of, score

RATE = {"rate": {"type": "float", "min": 0, "max": 1}}


def space_of(low, high, factor=3, parameters=None, **more):
    epochs = {"epochs": {"type": "int", "min": low, "max": high}}
    search = {"factor": factor, **more.pop("search", {})}
    return make_space("hyperband", {**(RATE if parameters is None else parameters), **epochs}, search=search, **more)


@pytest.mark.parametrize(
    ("most", "trials", "trainings", "epochs"), [(9, 17, 23, 75), (10, 22, 30, 120), (30, 62, 90, 576)]
)
def test_sizes_are_keras_tuners(most, trials, trainings, epochs):
    plan = make_plan(space_of(1, most))
    assert (plan.trials, sum(one.trials for one in plan.trainings), plan.epochs) == (trials, trainings, epochs)
    made = drive(space_of(1, most), workers=4)
    assert len(made) == trainings
    assert len(new_configs(made)) == trials
    assert sum(one.last_epoch - one.first_epoch for one in made) == epochs


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_every_bracket_is_keras_tuners_where_the_smallest_budget_is_one_epoch(factor):
    for most in [1, 2, 3, 5, 9, 10, 16, 27, 50, 81]:
        theirs = keras_tuner.oracles.HyperbandOracle(objective="val_loss", max_epochs=most, factor=factor)
        brackets = HyperbandOracle(space_of(1, most, factor), {}).brackets
        assert [one.number for one in brackets] == list(reversed(range(theirs._get_num_brackets())))
        for bracket in brackets:
            rungs = range(theirs._get_num_rounds(bracket.number))
            assert bracket.sizes == [theirs._get_size(bracket.number, rung) for rung in rungs]
            assert bracket.budgets == [theirs._get_epochs(bracket.number, rung) for rung in rungs]


def test_the_plan_lists_every_rung():
    assert make_plan(space_of(1, 9)).trainings == (
        Training(2, 0, 9, 0, 1),
        Training(2, 1, 3, 1, 3),
        Training(2, 2, 1, 3, 9),
        Training(1, 0, 5, 0, 3),
        Training(1, 1, 2, 3, 9),
        Training(0, 0, 3, 0, 9),
    )


def test_the_least_epochs_are_the_smallest_rung():
    assert make_plan(space_of(3, 27)).trainings == (
        Training(2, 0, 9, 0, 3),
        Training(2, 1, 3, 3, 9),
        Training(2, 2, 1, 9, 27),
        Training(1, 0, 5, 0, 9),
        Training(1, 1, 2, 9, 27),
        Training(0, 0, 3, 0, 27),
    )
    for low, high, factor in [(2, 27, 3), (5, 81, 3), (4, 10, 2), (7, 7, 3), (2, 3, 3)]:
        made = drive(space_of(low, high, factor))
        assert min(one.last_epoch for one in made) >= low
        assert max(one.last_epoch for one in made) == high
        assert all(one.first_epoch < one.last_epoch for one in made)


def test_powers_of_the_factor_are_no_larger_by_rounding():
    assert make_plan(space_of(1, 125, 5)).trainings[0] == Training(3, 0, 125, 0, 1)
    assert make_plan(space_of(1, 243, 3)).trainings[0] == Training(5, 0, 243, 0, 1)


def test_iterations_repeat_all_brackets_with_new_configurations():
    once, twice = space_of(1, 9), space_of(1, 9, search={"iterations": 2})
    made = drive(twice, workers=5)
    assert len(new_configs(made)) == len(set(new_configs(made))) == 34
    assert new_configs(made)[:17] == new_configs(drive(once))
    assert make_plan(twice).epochs == 2 * make_plan(once).epochs
    assert make_plan(twice).trainings[0] == Training(2, 0, 18, 0, 1)


def test_a_promotion_goes_on_with_the_same_trial_from_its_last_epoch():
    made = drive(space_of(1, 9), workers=3)
    for trial in {one.trial for one in made}:
        steps = [one for one in made if one.trial == trial]
        assert [one.rung for one in steps] == list(range(len(steps)))
        assert len({tuple(one.config.items()) for one in steps}) == len({one.bracket for one in steps}) == 1
        assert [one.first_epoch for one in steps] == [0, *(one.last_epoch for one in steps[:-1])]


@pytest.mark.parametrize("direction", ["max", "min"])
def test_the_best_are_promoted(direction):
    metric = "val_loss" if direction == "min" else "val_accuracy"
    made = drive(space_of(1, 9, objective=metric), workers=4)
    best_first = sorted(
        (one for one in made if (one.bracket, one.rung) == (2, 0)), key=score, reverse=direction == "max"
    )
    promoted = [one.trial for one in made if (one.bracket, one.rung) == (2, 1)]
    assert promoted == [one.trial for one in best_first[:3]]
    (last,) = [one.trial for one in made if (one.bracket, one.rung) == (2, 2)]
    rung = [one for one in made if (one.bracket, one.rung) == (2, 1)]
    assert last == (max if direction == "max" else min)(rung, key=score).trial


def test_of_equals_the_one_asked_for_first_is_promoted():
    made = drive(space_of(1, 9), workers=4, seed=5, score=lambda one: 0.5)
    assert [one.trial for one in made if (one.bracket, one.rung) == (2, 1)] == [0, 1, 2]


def test_a_rung_is_decided_when_all_of_it_has_ended_and_others_fill_the_wait():
    searcher = make_searcher(space_of(1, 9))
    first = [searcher.ask() for _ in range(9)]
    assert {(one.bracket, one.rung) for one in first} == {(2, 0)}
    for one in first[:-1]:
        searcher.tell(result_of(one, score(one)))
    waiting = [searcher.ask() for _ in range(8)]
    assert [(one.bracket, one.rung) for one in waiting] == [(1, 0)] * 5 + [(0, 0)] * 3
    assert searcher.ask() is None
    searcher.tell(result_of(first[-1], 1.0))
    promoted = searcher.ask()
    assert (promoted.trial, promoted.rung) == (8, 1)


@pytest.mark.parametrize("failed", [1, 6, 7, 8, 9])
def test_the_next_rung_has_as_many_as_survive_up_to_its_size(failed):
    made = drive(space_of(1, 9), workers=4, score=lambda one: None if one.trial < failed else score(one))
    sizes = [sum((one.bracket, one.rung) == (2, rung) for one in made) for rung in range(3)]
    assert sizes == [9, min(3, 9 - failed), min(1, 9 - failed)]


def test_failures_in_a_later_rung_leave_the_rest_of_it():
    made = drive(space_of(1, 9), score=lambda one: None if one.rung == 1 and one.trial % 2 else score(one))
    survivors = [one.trial for one in made if (one.bracket, one.rung) == (2, 1) and one.trial % 2 == 0]
    assert sum((one.bracket, one.rung) == (2, 2) for one in made) == min(1, len(survivors))
    assert not any(one.rung == 2 and one.trial % 2 for one in made)


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_a_space_smaller_than_the_first_rung_is_still_promoted_to_the_full_budget(size):
    made = drive(space_of(1, 9, parameters={"a": {"type": "int", "min": 1, "max": size}}), workers=3)
    assert len(new_configs(made)) == size
    sizes = [sum((one.bracket, one.rung) == (2, rung) for one in made) for rung in range(3)]
    assert sizes == [size, math.ceil(size / 3), 1]
    assert max(one.last_epoch for one in made) == 9
    assert {one.bracket for one in made} == {2}


@pytest.mark.parametrize(
    ("most", "limit", "trainings"),
    [
        (9, 11, {(2, 0): 9, (2, 1): 3, (2, 2): 1, (1, 0): 2, (1, 1): 1}),
        (27, 8, {(3, 0): 8, (3, 1): 3, (3, 2): 1, (3, 3): 1}),
        (27, 1, {(3, 0): 1, (3, 1): 1, (3, 2): 1, (3, 3): 1}),
    ],
)
def test_a_bracket_that_max_trials_cuts_short_promotes_the_same_share(most, limit, trainings):
    made = drive(space_of(1, most, search={"max_trials": limit}), workers=3)
    assert len(new_configs(made)) == limit
    assert Counter((one.bracket, one.rung) for one in made) == trainings


@pytest.mark.parametrize(("workers", "seed"), [(1, 0), (3, 1), (7, 2)])
def test_promotable_are_exactly_those_that_could_still_be_asked_to_go_on(workers, seed):
    """At every moment: let all that runs or comes fail, so that whoever can be promoted is."""
    space = space_of(1, 9)
    loop = Drive(make_searcher(space), workers, score=lambda one: score(one) if (one.trial + seed) % 5 else None)
    rng = random.Random(seed)
    seen = []
    while loop.step(rng):
        promotable = loop.searcher.promotable()
        ended = {one.trial for one in loop.facts if isinstance(one, TrialResult)} - set(loop.running)
        assert promotable == asked_to_go_on(space, loop) & ended
        seen.append(len(promotable))
    assert loop.searcher.promotable() == set()
    assert max(seen) >= 3


def asked_to_go_on(space, loop):
    """The trials that a search still promotes after these facts where everything fails from now on."""
    searcher, running = replay(space, loop.facts)
    before = len(loop.facts)
    rest = Drive(searcher, 1, score=lambda one: None, running=dict(running), facts=list(loop.facts)).run()[before:]
    return {one.trial for one in proposals(rest) if one.first_epoch > 0}


def test_workers_change_nothing_in_larger_searches_with_failures():
    space = space_of(2, 27, search={"iterations": 2})

    def some_fail(one):
        return None if one.trial % 7 == 3 and one.rung == one.trial % 2 else score(one)

    alone = by_training(drive(space, score=some_fail))
    for workers, seed in [(2, 1), (5, 2), (16, 3)]:
        assert by_training(drive(space, workers, seed, some_fail)) == alone
