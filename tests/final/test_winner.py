from __future__ import annotations

import math

import pytest

from sweep.final.winner import Winner, choose_winner, no_winner_reason
from sweep.records import Objective, TrialRecord, TrialState

ACCURACY = Objective("val_accuracy", "max")
LOSS = Objective("val_loss", "min")


def trial(id: int, objective: float | None = 0.5, budget: int = 9, state: TrialState = TrialState.COMPLETED, **facts):
    facts = {"config": {"units": id}, "epochs_trained": budget, "best_epoch": 2, **facts}
    return TrialRecord(id=id, state=state, budget=budget, objective=objective, **facts)


def chosen(*args) -> int | None:
    winner = choose_winner(*args)
    return None if winner is None else winner.id


def test_the_direction_of_the_objective_decides_what_is_best():
    trials = [trial(0, 0.7), trial(1, 0.9), trial(2, 0.8)]
    assert chosen(trials, ACCURACY, None) == 1
    assert chosen(trials, LOSS, None) == 0


def test_the_winner_says_what_is_needed_to_build_it_anew():
    winner = choose_winner([trial(3, 0.9, config={"units": 7, "learning_rate": 0.1}, best_epoch=5)], ACCURACY, None)
    assert winner == Winner(3, 0.9, 5, {"units": 7, "learning_rate": 0.1}, full_budget=True, note=None)


def test_a_trial_with_the_full_budget_wins_over_a_better_one_without():
    assert chosen([trial(0, 0.99, budget=3), trial(1, 0.6, budget=9), trial(2, 0.7, budget=9)], ACCURACY, 9) == 2


def test_where_budgets_are_sampled_all_trials_count():
    assert chosen([trial(0, 0.99, budget=3), trial(1, 0.6, budget=9)], ACCURACY, None) == 0


def test_it_is_said_that_no_trial_got_the_full_budget():
    winner = choose_winner([trial(0, 0.8, budget=1), trial(1, 0.9, budget=3)], ACCURACY, 27)
    assert winner is not None
    assert (winner.id, winner.full_budget) == (1, False)
    assert winner.note == "no trial got the full budget of 27 epochs; the winner was granted 3"


def test_the_lower_id_wins_a_tie_whatever_the_order_of_the_records():
    assert chosen([trial(4, 0.9), trial(2, 0.9), trial(7, 0.9)], ACCURACY, None) == 2


@pytest.mark.parametrize(
    "loser",
    [
        trial(0, 0.99, state=TrialState.FAILED),
        trial(0, 0.99, state=TrialState.DIVERGED),
        trial(0, 0.99, state=TrialState.SKIPPED),
        trial(0, 0.99, state=TrialState.WAITING),
        trial(0, 0.99, state=TrialState.RUNNING),
        trial(0, math.nan),
        trial(0, math.inf),
        trial(0, None),
    ],
)
def test_only_completed_trials_with_a_finite_objective_can_win(loser):
    assert chosen([loser, trial(1, 0.1)], ACCURACY, None) == 1
    assert choose_winner([loser], ACCURACY, None) is None


def test_there_is_no_winner_among_no_trials():
    assert choose_winner([], ACCURACY, None) is None
    assert no_winner_reason([]) == "no trial was run, so there is no winner"


def test_the_reason_names_the_states_and_the_most_common_error():
    trials = [
        trial(0, None, state=TrialState.FAILED, error="ResourceExhausted: out of memory"),
        trial(1, None, state=TrialState.FAILED, error="ValueError: negative size"),
        trial(2, None, state=TrialState.FAILED, error="ValueError: negative size"),
        trial(3, None, state=TrialState.DIVERGED),
        trial(4, None, state=TrialState.SKIPPED, error="9 parameters are above max_parameters, 5"),
    ]
    assert no_winner_reason(trials) == (
        "no trial completed with a finite objective, so there is no winner (3 failed, 1 diverged, 1 skipped); "
        "the most common error: ValueError: negative size (2 times)"
    )


def test_a_winner_survives_the_way_through_json():
    winner = Winner(3, 0.9, 5, {"units": 7}, full_budget=False, note="short")
    assert Winner.from_json(winner.to_json()) == winner
