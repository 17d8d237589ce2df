from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sweep.analysis.warm_start import warm_start
from sweep.errors import InputError
from sweep.records import Objective, TrialRecord, TrialState
from sweep.result import SweepResult
from sweep.space.load import dump_space, parse_space

DEFINITION = """
name: next
data: {source: digits}
search: {method: random, max_trials: 20}
parameters:
  optimizer: {type: choice, values: [adam, sgd]}
  momentum: {type: float, min: 0.5, max: 0.99, when: {optimizer: sgd}}
  batch_size: {type: choice, values: [16, 32, 64]}
  dense_units: {type: int, min: 8, max: 64}
  epochs: 5
"""


def trial(number: int, value: float | None, **more) -> TrialRecord:
    config = {"optimizer": "adam", "batch_size": 16, "dense_units": 8 + number, "epochs": 3} | more.pop("config", {})
    config = {name: one for name, one in config.items() if one is not None}
    return TrialRecord(number, more.pop("state", TrialState.COMPLETED), config, more.pop("budget", 3), 3, 3, value)


def earlier(*trials: TrialRecord, **more) -> SweepResult:
    goal = Objective("val_accuracy", "max")
    found = SweepResult("digits-001", Path("runs/digits-001"), "finished", goal, None, trials, None, "", None, 0)
    return dataclasses.replace(found, **more)


def started(space, before: SweepResult):
    """With the seeds 100, 101, ... that the earlier trials had."""
    return warm_start(space, before, {one.id: 100 + one.id for one in before.trials})


def units(space) -> list[int]:
    return [one["dense_units"] for one in space.enqueue]


def space_of(text: str = DEFINITION):
    return parse_space(text, "x.yaml")


def test_the_best_quarter_is_enqueued_the_best_first_with_the_epochs_of_the_next_search() -> None:
    found = started(space_of(), earlier(*(trial(number, number / 10) for number in range(12))))
    assert units(found.space) == [19, 18, 17]
    assert found.space.enqueue[0] == {"optimizer": "adam", "batch_size": 16, "dense_units": 19, "epochs": 5}
    assert found.space.enqueue_seeds == (111, 110, 109)
    assert found.told("digits-001") == "warm start: the 3 best configurations of digits-001 first"
    assert parse_space(dump_space(found.space), "y.yaml") == found.space  # as the new run's store keeps it


def test_what_the_definition_enqueues_itself_comes_before_and_nothing_comes_twice() -> None:
    own = "enqueue: [{optimizer: adam, batch_size: 16, dense_units: 19}]\n"
    found = started(space_of(DEFINITION + own), earlier(*(trial(number, number / 10) for number in range(12))))
    assert units(found.space) == [19, 18, 17]
    assert found.taken == 2
    assert found.space.enqueue_seeds == (None, 110, 109)


def test_no_more_than_a_quarter_of_the_next_search() -> None:
    short = space_of(DEFINITION.replace("max_trials: 20", "max_trials: 9"))
    found = started(short, earlier(*(trial(number, number / 100) for number in range(40))))
    assert units(found.space) == [47, 46]


def test_configurations_that_are_none_of_the_space_are_left_out_and_counted() -> None:
    best = [
        trial(40, 0.99, config={"batch_size": 128}),
        trial(41, 0.98, config={"dropout": 0.5}),
        trial(42, 0.97, config={"batch_size": None}),
        trial(43, 0.96, config={"momentum": 0.9}),
        trial(44, 0.95, config={"optimizer": "sgd", "momentum": 0.9}),
    ]
    found = started(space_of(), earlier(*best, *(trial(number, 0.1) for number in range(15))))
    assert units(found.space) == [52]
    assert found.told("digits-001") == (
        "warm start: the best configuration of digits-001 first (4 that do not fit this space are left out)"
    )


def test_trials_with_the_full_budget_come_before_the_others_and_failed_ones_never() -> None:
    trials = [trial(0, 0.9, budget=1), trial(1, 0.5, budget=9), trial(2, None, state=TrialState.FAILED)]
    assert units(started(space_of(), earlier(*trials, full_budget=9)).space) == [9]


def test_hyperband_gives_epochs_itself() -> None:
    text = DEFINITION.replace("{method: random, max_trials: 20}", "{method: hyperband}")
    space = space_of(text.replace("epochs: 5", "epochs: {type: int, min: 1, max: 9}"))
    assert "epochs" not in started(space, earlier(trial(0, 0.5))).space.enqueue[0]


def test_a_model_of_ones_own_may_declare_what_the_file_does_not_name() -> None:
    space = space_of("name: x\ndata: {source: digits}\nmodel: nets:build\n")
    found = started(space, earlier(trial(0, 0.5)))
    assert found.space.enqueue[0]["dense_units"] == 8


def test_nothing_to_begin_with_is_said() -> None:
    with pytest.raises(InputError, match="digits-001 has no completed trial to begin with"):
        started(space_of(), earlier(trial(0, None, state=TrialState.FAILED)))
    with pytest.raises(InputError, match="the best configuration of digits-001 is none of next's"):
        started(space_of(), earlier(trial(0, 0.5, config={"batch_size": 7})))


def test_a_trial_of_hyperband_is_trained_as_long_as_it_was_let() -> None:
    space = space_of(DEFINITION.replace("epochs: 5", "epochs: {type: int, min: 1, max: 9}"))
    found = started(space, earlier(trial(0, 0.5, budget=7, config={"epochs": None})))
    assert found.space.enqueue[0]["epochs"] == 7
