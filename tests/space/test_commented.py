from __future__ import annotations

from pathlib import Path

import pytest

from sweep.space.commented import commented
from sweep.space.load import load_space, parse_space

DEFINITION = """
name: x
data: {source: digits, image_size: [8, 8]}
objective: {metric: val_loss, direction: min}
search: {method: hyperband}
seed: 3
parameters:
  conv_layers: {type: int, min: 1, max: 2}
  filters: {type: choice, values: [8, 16], per: conv_layers}
  optimizer: {type: choice, values: [adam, sgd]}
  momentum: {type: float, min: 0.5, max: 0.9, when: {optimizer: sgd}}
  epochs: {type: int, min: 1, max: 9}
early_stopping: {patience: 2}
"""


def test_a_definition_is_written_with_no_more_than_it_needs_and_its_comments() -> None:
    space = parse_space(DEFINITION, "x.yaml")
    text = commented(space, ["made\nby hand"], {"filters": "why: not", "momentum": "word " * 40})
    assert parse_space(text, "y.yaml") == space
    lines = text.splitlines()
    assert lines[:6] == [
        r"# made\nby hand",
        "name: x",
        "data: {source: digits, image_size: [8, 8]}",
        "model: cnn",
        "objective: {metric: val_loss, direction: min}",
        "search: {method: hyperband}",
    ]
    assert lines[lines.index("  # why: not") + 1] == "  filters: {per: conv_layers, type: choice, values: [8, 16]}"
    assert max(map(len, lines)) <= 120 and text.count("  # word") == 2


@pytest.mark.parametrize("name", ["digits", "smoke", "photos", "fashion_mnist", "inaturalist_12k"])
def test_every_definition_can_be_written_and_read_again(name: str) -> None:
    space = load_space(Path(__file__).parents[2] / "search_spaces" / f"{name}.yaml")
    assert parse_space(commented(space, [], dict.fromkeys(space.parameters, "a comment")), "y.yaml") == space


def test_names_and_values_that_yaml_would_take_for_others_stay_texts() -> None:
    head = "name: x\ndata: {source: digits}\nmodel: a:b\n"
    space = parse_space(f"{head}parameters:\n  'yes': {{type: choice, values: ['no', '1', '# x']}}\n", "x.yaml")
    assert parse_space(commented(space, [], {"yes": "why"}), "y.yaml") == space
