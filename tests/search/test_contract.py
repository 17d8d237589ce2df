"""What every method promises, whichever it is."""

from __future__ import annotations

import random
import time

import pytest

from sweep.errors import SweepFailed
from sweep.records import Proposal, TrialResult, TrialState
from sweep.search.oracle_searcher import make_searcher, replay
from sweep.search.plan import make_plan
from sweep.space.dimensions import complete, expand
from tests.search.driving import (
    METHODS,
    Drive,
    by_training,
    drive,
    driven,
    make_space,
    new_configs,
    proposals,
    result_of,
    score,
)

SMALL = {
    "kind": {"type": "choice", "values": ["a", "b", "c"]},
    "size": {"type": "int", "min": 1, "max": 3, "when": {"kind": ["a", "b"]}},
    "epochs": 9,
}
"""3 + 3 + 1 configurations."""

pytestmark = pytest.mark.parametrize("method", METHODS)


def small(method, **more):
    """A search of the small space with more trials than it has configurations."""
    settings = {"random": {"max_trials": 50}, "bayesian": {"max_trials": 50, "initial_points": 3, "generation": 2}}
    return make_space(method, SMALL, search={**settings.get(method, {}), **more.pop("search", {})}, **more)


def test_the_number_of_workers_and_the_order_in_which_they_end_change_nothing(method):
    alone = by_training(driven(method))
    assert len(alone) >= 6
    for workers, seed in [(2, 1), (4, 2), (7, 3)]:
        assert by_training(drive(make_space(method), workers, seed)) == alone


def test_the_same_seed_gives_the_same_search_and_another_one_another(method):
    if method == "grid":
        pytest.skip("a grid has no randomness")
    zero, one = (new_configs(drive(make_space(method, seed=seed))) for seed in (0, 1))
    assert zero == new_configs(driven(method))
    assert not set(zero) & set(one)  # seed 0 is not "no seed", and 1 is not near it


def test_every_configuration_is_one_of_the_space_and_plain(method):
    dimensions = expand(make_space(method))
    for proposal in driven(method):
        assert complete(dimensions, proposal.config) == proposal.config
        assert set(proposal.config) == {one.name for one in dimensions if one.is_active(proposal.config)}
        assert {type(value) for value in proposal.config.values()} <= {int, float, str}


def test_trials_are_numbered_from_0_in_the_order_they_are_asked_for(method):
    made = [one for one in driven(method) if one.first_epoch == 0]
    assert [one.trial for one in made] == list(range(len(made)))


def test_no_configuration_is_tried_twice_and_a_finite_space_is_used_up_exactly(method):
    configs = new_configs(drive(small(method), workers=3))
    assert len(configs) == len(set(configs)) == 7


def test_the_epochs_of_a_trial_are_those_of_its_configuration_or_budget(method):
    for proposal in driven(method):
        if method == "hyperband":
            assert "epochs" not in proposal.config
            assert proposal.first_epoch < proposal.last_epoch <= 9
        else:
            assert (proposal.first_epoch, proposal.last_epoch) == (0, proposal.config["epochs"])
            assert (proposal.bracket, proposal.rung) == (None, None)


def test_no_more_than_max_trials(method):
    search = {"max_trials": 4, **({"initial_points": 2} if method == "bayesian" else {})}
    assert len(new_configs(drive(make_space(method, search=search), workers=3))) == 4


def test_what_is_enqueued_comes_first_and_is_not_tried_again(method):
    enqueue = [{"kind": "c", "epochs": 9}, {"kind": "b", "size": 2, "epochs": 9}]
    made = drive(small(method, enqueue=enqueue), workers=2)
    firsts = {one.trial: one.config for one in made if one.first_epoch == 0}
    epochs = {} if method == "hyperband" else {"epochs": 9}
    assert [firsts[0], firsts[1]] == [{"kind": "c", **epochs}, {"kind": "b", "size": 2, **epochs}]
    assert len(firsts) == len(set(new_configs(made))) == 7


def test_failures_end_neither_the_search_nor_each_other(method):
    def every_second_fails(proposal):
        return None if proposal.trial % 2 else score(proposal)

    made = drive(small(method), workers=3, score=every_second_fails)
    assert len(new_configs(made)) == 7


def test_a_search_whose_every_trial_fails_ends(method):
    made = drive(small(method), workers=2, score=lambda proposal: None)
    assert len(new_configs(made)) == 7
    assert len(made) == 7  # and no failed trial is asked to go on


@pytest.mark.parametrize("state", [TrialState.DIVERGED, TrialState.FAILED, TrialState.SKIPPED, TrialState.COMPLETED])
def test_a_trial_without_a_value_counts_as_failed_whatever_its_state(method, state):
    space = small(method)
    searcher = make_searcher(space)
    count = 0
    while proposal := searcher.ask():
        assert proposal.first_epoch == 0
        searcher.tell(TrialResult(proposal.trial, state, epochs_trained=1))
        count += 1
    assert count == 7


def test_waiting_is_said_at_once_and_as_often_as_asked(method):
    searcher = make_searcher(small(method))
    running = []
    while proposal := searcher.ask():
        running.append(proposal)
    assert running
    began = time.process_time()
    assert [searcher.ask() for _ in range(100)] == [None] * 100
    assert time.process_time() - began < 1
    for proposal in running:
        searcher.tell(result_of(proposal, score(proposal)))
    going_on = searcher.ask()
    assert (going_on is not None) == (method in ("hyperband", "bayesian"))


def test_only_hyperband_asks_trials_to_go_on(method):
    loop = Drive(make_searcher(small(method)), workers=2)
    rng = random.Random(0)
    promotable = set()
    while loop.step(rng):
        promotable |= loop.searcher.promotable()
    assert bool(promotable) == (method == "hyperband")


@pytest.mark.parametrize("workers", [1, 3])
def test_a_search_goes_on_after_any_interruption_as_if_there_had_been_none(method, workers):
    if (method, workers) == ("bayesian", 1):
        pytest.skip("every resume fits the process again; test_bayesian resumes where it matters")
    space = small(method, search={"max_trials": 6} if method == "bayesian" else {})
    whole = Drive(make_searcher(space), workers).run()
    everything = by_training(proposals(whole))
    for length in range(len(whole) + 1):
        searcher, running = replay(space, whole[:length])
        told = {fact.trial for fact in whole[:length] if isinstance(fact, TrialResult)}
        assert {one.trial for one in running.values()} >= {one.trial for one in proposals(whole[:length])} - told
        resumed = Drive(searcher, workers, seed=length, running=dict(running), facts=whole[:length]).run()
        assert by_training(proposals(resumed)) == everything


def test_an_interruption_while_trials_are_running_leaves_them_open(method):
    loop = Drive(make_searcher(make_space(method)), workers=4)
    loop.run(most=6)
    _, running = replay(make_space(method), loop.facts)
    assert running == loop.running


def test_a_search_can_be_interrupted_twice(method):
    space = small(method)
    whole = by_training(drive(space, workers=2))
    first = Drive(make_searcher(space), 2).run(most=5)
    searcher, running = replay(space, first)
    second = Drive(searcher, 2, 1, running=dict(running), facts=list(first)).run(most=9)
    searcher, running = replay(space, second)
    third = Drive(searcher, 2, 2, running=dict(running), facts=list(second)).run()
    assert by_training(proposals(third)) == whole


@pytest.mark.parametrize("change", ["config", "epochs", "trial", "too many"])
def test_a_history_of_other_decisions_is_refused(method, change):
    space = small(method)
    history = Drive(make_searcher(space)).run()
    wrong = {
        "config": lambda one: {"config": {**one.config, "never": 1}},
        "epochs": lambda one: {"last_epoch": one.last_epoch + 1},
        "trial": lambda one: {"trial": one.trial + 1},
        "too many": lambda one: {},
    }[change]
    position = len(history) - 2
    changed = history[position]
    assert isinstance(changed, Proposal)
    history[position] = Proposal(**{**vars(changed), **wrong(changed)})
    if change == "too many":
        history += [Proposal(99, changed.config, 0, changed.last_epoch)]
    message = "is no configuration of this search space" if change == "config" else "would decide otherwise now"
    with pytest.raises(SweepFailed, match=message):
        replay(space, history)


def test_the_plan_is_what_a_sweep_does_where_nothing_fails(method):
    space = make_space(method)
    plan, made = make_plan(space), driven(method)
    assert plan.method == method
    assert plan.trials == len(new_configs(made))
    assert plan.size is None  # `rate` has no step
    if method == "bayesian":
        assert not plan.exact
        assert plan.trials == 6
        return
    assert plan.exact
    assert plan.epochs == sum(one.last_epoch - one.first_epoch for one in made)
    assert [tuple(sorted(config.items())) for config in plan.configs] == new_configs(made)
    trainings = {(one.bracket, one.rung, one.first_epoch, one.last_epoch): one.trials for one in plan.trainings}
    assert trainings == {
        key: sum((one.bracket, one.rung, one.first_epoch, one.last_epoch) == key for one in made) for key in trainings
    }
    assert sum(trainings.values()) == len(made)
    assert sum(one.epochs for one in plan.trainings) == plan.epochs


def test_the_plan_of_a_small_space_counts_it(method):
    plan = make_plan(small(method))
    assert (plan.size, plan.trials) == (7, 7)
    assert plan.exact
