from __future__ import annotations

from pathlib import Path

import pytest

from sweep.analysis.refinement import refine
from sweep.errors import InputError
from sweep.records import Objective, TrialRecord, TrialState
from sweep.result import SweepResult
from sweep.space.commented import commented
from sweep.space.load import parse_space

DEFINITION = """
name: digits
data: {source: digits}
search: {method: random, max_trials: 40}
parameters:
  conv_layers: {type: int, min: 1, max: 3}
  filters: {type: choice, values: [8, 16], per: conv_layers}
  optimizer: {type: choice, values: [adam, sgd]}
  momentum: {type: float, min: 0.5, max: 0.99, when: {optimizer: sgd}}
  learning_rate: {type: float, min: 1e-4, max: 1e-1, sampling: log}
  epochs: 3
enqueue: [{conv_layers: 1, filters: 8, optimizer: adam, learning_rate: 0.01}]
enqueue_seeds: [7]
"""


def result_of(trials: list[TrialRecord]) -> SweepResult:
    goal = Objective("val_accuracy", "max")
    return SweepResult("digits-001", Path("runs/digits-001"), "finished", goal, None, tuple(trials), None, "", None, 0)


def trial(number: int, value: float | None, state: TrialState = TrialState.COMPLETED) -> TrialRecord:
    """The better, the nearer its learning rate is to 0.01, with one layer of 16 filters in all that are good."""
    rate = 10 ** (-4 + 3 * number / 40)
    filters = {"filters_0": 16 if 20 <= number < 35 else 8}
    config = {"conv_layers": 1, **filters, "optimizer": "adam", "learning_rate": rate, "epochs": 3}
    return TrialRecord(number, state, config, 3, 3, 3, value)


def trials() -> list[TrialRecord]:
    return [trial(number, 1 - abs(number - 27) / 40) for number in range(40)]


def test_the_space_is_narrowed_to_the_best_quarter_and_says_why() -> None:
    space = parse_space(DEFINITION, "x.yaml")
    found = refine(result_of(trials()), space)
    rate = found.space.parameters["learning_rate"]
    assert (rate.min, rate.max) > (1e-4, 1e-1) and rate.max < 1e-1
    assert found.space.parameters["filters"].values == (16,)
    assert found.changed == ("conv_layers", "filters", "learning_rate")
    assert found.space.name == "digits-refined"
    assert found.space.enqueue == found.space.enqueue_seeds == ()
    assert found.head == (
        "Narrowed from the 10 best of 40 completed trials of digits-001 (val_accuracy 1.0000 to 0.8750).",
        "Without the configurations of `enqueue`: digits-001 has tried them.",
    )
    assert found.comments["momentum"] == "kept: only 0 values of the best have it"


def test_what_is_written_is_a_valid_definition_with_its_reasons() -> None:
    found = refine(result_of(trials()), parse_space(DEFINITION, "x.yaml"))
    text = commented(found.space, found.head, found.comments)
    assert parse_space(text, "y.yaml") == found.space
    lines = text.splitlines()
    assert lines[lines.index("  # kept: among the best are 10 of 40 with adam, 0 of 0 with sgd") + 1].startswith(
        "  optimizer: "
    )


def test_trials_that_failed_or_have_no_value_say_nothing() -> None:
    bad = [trial(number, None, TrialState.FAILED) for number in range(100, 120)] + [trial(120, float("nan"))]
    space = parse_space(DEFINITION, "x.yaml")
    assert refine(result_of(trials() + bad), space) == refine(result_of(trials()), space)


def test_too_few_trials_narrow_nothing() -> None:
    with pytest.raises(InputError, match="digits-001 has 7 trials that completed; a narrower space needs at least 8"):
        refine(result_of(trials()[:7]), parse_space(DEFINITION, "x.yaml"))


def test_hyperbands_budget_stays() -> None:
    definition = DEFINITION.replace("{method: random, max_trials: 40}", "{method: hyperband}").replace(
        "epochs: 3", "epochs: {type: int, min: 1, max: 9}"
    )
    space = parse_space(definition.partition("enqueue")[0], "x.yaml")
    found = refine(result_of(trials()), space)
    assert found.space.parameters["epochs"] == space.parameters["epochs"]
    assert found.comments["epochs"] == "kept: it is the budget"
