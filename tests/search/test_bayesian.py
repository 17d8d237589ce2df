from __future__ import annotations

import pytest

from sweep.search.bayesian import BayesianOracle
from sweep.search.oracle_searcher import make_searcher, replay
from tests.search.driving import Drive, by_training, drive, make_space, new_configs, proposals, result_of, score

PARAMETERS = {
    "a": {"type": "int", "min": 1, "max": 8, "sampling": "log"},
    "b": {"type": "float", "min": 0.1, "max": 0.9},
    "epochs": 3,
}


def space_of(parameters=None, **search):
    settings = {"max_trials": 9, "initial_points": 3, "generation": 3, **search}
    return make_space("bayesian", PARAMETERS if parameters is None else parameters, search=settings)


def test_a_generation_is_asked_for_once_the_one_before_has_ended():
    searcher = make_searcher(space_of())
    first = [searcher.ask() for _ in range(3)]
    assert searcher.ask() is None
    for one in first[:2]:
        searcher.tell(result_of(one, score(one)))
        assert searcher.ask() is None
    searcher.tell(result_of(first[2], score(first[2])))
    assert [searcher.ask().trial for _ in range(3)] == [3, 4, 5]
    assert searcher.ask() is None


def test_results_decide_only_after_the_initial_points():
    up, down = (
        new_configs(drive(space_of(max_trials=5), score=lambda one, s=sign: s * one.config["b"])) for sign in (1, -1)
    )
    assert up[:3] == down[:3]
    assert not set(up[3:]) & set(down[3:])


def test_it_finds_what_is_better():
    made = drive(space_of(max_trials=6, generation=1), score=lambda one: -one.config["b"])
    assert min(one.config["b"] for one in made[3:]) < 0.15


def test_failed_trials_do_not_count_as_initial_points_and_do_no_harm():
    def fails_at_first(one):
        return None if one.trial < 2 else score(one)

    made = drive(space_of(), workers=2, score=fails_at_first)
    random_ones = new_configs(drive(space_of(initial_points=99)))
    assert new_configs(made)[:6] == random_ones[:6]  # one of the first three has ended well
    assert new_configs(made)[6:] != random_ones[6:]


def test_values_are_plain_and_within_their_bounds_even_where_the_acquisition_ends_at_the_edge():
    """KerasTuner makes max + 1 of an int with log sampling at probability 1."""
    space = space_of(max_trials=6)
    oracle = BayesianOracle(space, {})
    at_the_edge = {"a": 9, "b": 0.9000000000000001, "epochs": 3}
    assert oracle._vector_to_values([1.0, 1.0])["a"] == 9
    assert oracle._within_bounds(dict(at_the_edge)) == {"a": 8, "b": 0.9, "epochs": 3}
    for one in drive(space, score=lambda one: one.config["a"] + one.config["b"]):
        assert 1 <= one.config["a"] <= 8
        assert 0.1 <= one.config["b"] <= 0.9
        assert [type(value) for value in one.config.values()] == [int, float, int]


@pytest.mark.parametrize("initial_points", [1, 3])
def test_a_space_without_anything_to_vary_is_one_trial(initial_points):
    assert len(drive(space_of({"a": 1}, initial_points=initial_points))) == 1


def test_a_small_space_is_used_up_though_the_process_repeats_itself():
    made = drive(
        space_of({"a": {"type": "int", "min": 1, "max": 6}}, max_trials=50, initial_points=2), score=lambda one: 0.5
    )
    assert sorted(one.config["a"] for one in made) == [1, 2, 3, 4, 5, 6]


def test_resuming_in_the_middle_of_a_generation_repeats_the_rest_of_it():
    space = space_of(max_trials=6)
    loop = Drive(make_searcher(space), workers=2)
    whole = loop.run()
    everything = by_training(proposals(whole))
    for length in range(len(whole)):
        asked = len(proposals(whole[:length]))
        if asked <= 3 or asked % 3 == 0:
            continue  # only inside the last generation, which the process has proposed
        searcher, running = replay(space, whole[:length])
        again = Drive(searcher, 2, seed=1, running=dict(running), facts=whole[:length]).run()
        assert by_training(proposals(again)) == everything


@pytest.mark.filterwarnings("ignore")
def test_running_trials_are_guessed_from_the_history_alone():
    """The second proposal of a generation is made while the first runs: what was fitted before must not matter."""
    space = space_of(generation=2, max_trials=5, initial_points=1)
    fitted_otherwise = make_searcher(space)
    fitted_otherwise._oracle.gpr.fit([[0.1, 0.2], [0.8, 0.9]], [5.0, -5.0])
    assert proposals(Drive(fitted_otherwise).run()) == drive(space)
