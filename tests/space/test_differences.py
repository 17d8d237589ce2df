from __future__ import annotations

import pytest

from sweep.space.differences import differences
from sweep.space.load import load_space
from tests.space.conftest import SHIPPED

BASE = """name: x
data: {source: digits, limit: 100}
search: {method: random, max_trials: 5}
parameters:
  conv_layers: {type: int, min: 1, max: 2}
  dropout: {type: choice, values: [0.0, 0.5]}
"""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_definition_does_not_differ_from_itself(path):
    assert differences(load_space(path), load_space(path)) == []


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("max_trials: 5", "max_trials: 6", ["search.max_trials was 5 and is now 6"]),
        ("name: x\n", "name: x\nseed: 3\n", ["seed was 0 and is now 3"]),
        ("limit: 100", "limit: 100, splits: {train: a}", ['data.splits was nothing and is now {"train": "a"}']),
        ("max: 2", "max: 3", ["parameters.conv_layers.max was 2 and is now 3"]),
        ("[0.0, 0.5]", "[0.0, 0.25]", ["parameters.dropout.values was [0.0, 0.5] and is now [0.0, 0.25]"]),
        (
            "{type: choice, values: [0.0, 0.5]}",
            "0.5",
            ['parameters.dropout was {"type": "choice", "values": [0.0, 0.5]} and is now 0.5'],
        ),
        (
            "method: random, max_trials: 5",
            "method: grid",
            ["search.method was random and is now grid", "search.max_trials was 5 and is now nothing"],
        ),
        ("name: x\n", "name: x\ndeterministic: false\n", ["deterministic was true and is now false"]),
    ],
)
def test_each_is_named_with_both_values(load, before, now, told):
    assert before in BASE
    found = [str(one) for one in differences(load(BASE), load(BASE.replace(before, now)))]
    assert found == told


def test_long_values_are_shortened(load):
    more = ", ".join(f"0.{digits}1" for digits in range(10, 60))
    (found,) = differences(load(BASE), load(BASE.replace("0.0, 0.5", f"0.0, 0.5, {more}")))
    assert found.before == "[0.0, 0.5]"
    assert len(found.now) < 200 and "characters left out" in found.now
