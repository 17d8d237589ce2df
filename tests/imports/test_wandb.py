from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import DefinitionError
from sweep.imports.wandb import Import, import_wandb
from sweep.records import METRICS
from sweep.space.commented import commented
from sweep.space.load import as_plain_data, parse_space

RATE = {"distribution": "log_uniform", "min": -9, "max": -4}


def imported(folder: Path, data: str | None = "digits", model: str | None = None, **sections: Any) -> Import:
    path = folder / "their sweep.yaml"
    sections = {"method": "random", "metric": {"name": "val_accuracy", "goal": "maximize"}, "run_cap": 9} | sections
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in sections.items()))
    return import_wandb(path, data, model)


def told(found: Import) -> list[str]:
    return [note.message for note in found.notes]


def refusal(folder: Path, text: str, **options: Any) -> str:
    """Of a file with this text, without the folder."""
    path = folder / "theirs.yaml"
    path.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        import_wandb(path, **options)
    return str(caught.value).replace(f"{folder}/", "")


def noted(folder: Path, text: str) -> list[str]:
    path = folder / "theirs.yaml"
    path.write_text(text)
    return [note.located(path.name) for note in import_wandb(path, "digits").notes]


def test_a_sweep_becomes_a_definition(tmp_path: Path) -> None:
    parameters = {"learning_rate": RATE, "batch_size": {"values": [16, 32]}, "epochs": {"value": 5}}
    found = imported(tmp_path, method="bayes", name="My sweep", parameters=parameters)
    plain = as_plain_data(found.space)
    assert (plain["name"], plain["model"], plain["objective"]) == ("My-sweep", "cnn", "val_accuracy")
    assert (plain["search"]["method"], plain["search"]["max_trials"]) == ("bayesian", 9)
    assert plain["parameters"]["epochs"] == 5
    assert told(found) == ["learning_rate: its bounds were exponents: e^-9 to e^-4"]
    text = commented(found.space, told(found), found.comments)
    assert parse_space(text, "ours.yaml") == found.space
    assert "  # its bounds were exponents: e^-9 to e^-4\n  learning_rate: " in text


def test_names_that_mean_the_same_are_made_those_of_the_cnn(tmp_path: Path) -> None:
    found = imported(tmp_path, parameters={"lr": RATE, "batch-size": {"values": [8]}, "optimizer": {"value": "sgd"}})
    assert list(found.space.parameters) == ["learning_rate", "batch_size", "optimizer"]
    assert found.space.model == "cnn"
    assert "lr: is called learning_rate now" in told(found)
    assert found.comments == {"learning_rate": "its bounds were exponents: e^-9 to e^-4"}


def test_names_that_the_cnn_does_not_know_want_a_model_of_ones_own(tmp_path: Path) -> None:
    parameters = {"lr": RATE, "warmup": {"min": 1, "max": 5}}
    found = imported(tmp_path, parameters=parameters)
    assert (found.space.model, list(found.space.parameters)) == ("my_model:build", ["lr", "warmup"])
    assert any(note.startswith("the built-in cnn knows no warmup: write a build(hp)") for note in told(found))
    assert imported(tmp_path, model="nets:build", parameters=parameters).space.model == "nets:build"
    with pytest.raises(DefinitionError, match="knows no such parameter"):
        imported(tmp_path, model="cnn", parameters=parameters)


def test_values_that_the_cnn_does_not_take_are_said(tmp_path: Path) -> None:
    found = imported(tmp_path, parameters={"optimizer": {"values": ["adam", "lion"]}})
    assert found.space.model == "my_model:build"
    assert any("not 'lion'" in note for note in told(found))


@pytest.mark.parametrize(
    ("metric", "ours", "note"),
    [
        ({"name": "val_loss", "goal": "minimize"}, "val_loss", None),
        ({"name": "val_acc", "goal": "maximize"}, "val_accuracy", "metric: was 'val_acc' and is val_accuracy now"),
        ({"name": "validation/loss"}, "val_loss", "metric: was 'validation/loss' and is val_loss now"),
        ({"name": "mIoU", "goal": "maximize"}, "val_accuracy", "metric: was 'mIoU' and is val_accuracy now"),
        ({"name": "val_loss", "goal": "maximize"}, "val_loss", "metric.goal: maximize is left out"),
        (None, "val_accuracy", "metric: was not given and is val_accuracy now"),
    ],
)
def test_the_metric_is_one_that_a_run_reports(metric: Any, ours: str, note: str | None, tmp_path: Path) -> None:
    found = imported(tmp_path, metric=metric, parameters={"epochs": {"value": 2}})
    assert found.space.objective == ours
    assert any(one.startswith(note) for one in told(found)) if note else told(found) == []


def test_early_termination_of_a_random_search_is_hyperband(tmp_path: Path) -> None:
    stopping = {"type": "hyperband", "min_iter": 3, "eta": 4, "strict": True}
    found = imported(tmp_path, early_terminate=stopping, parameters={"epochs": {"value": 27}})
    plain = as_plain_data(found.space)
    assert (plain["search"]["method"], plain["search"]["factor"]) == ("hyperband", 4)
    assert (plain["parameters"]["epochs"]["min"], plain["parameters"]["epochs"]["max"]) == (3, 27)
    assert "early_terminate.strict: left out: there is no such thing here" in told(found)


def test_early_termination_of_another_search_is_left_out(tmp_path: Path) -> None:
    stopping = {"type": "hyperband", "max_iter": 27}
    found = imported(tmp_path, method="bayes", early_terminate=stopping, parameters={"epochs": {"value": 2}})
    assert found.space.search.method == "bayesian"
    assert "early_terminate: left out: a bayesian search stops no trials here" in told(found)


def test_everything_else_is_named(tmp_path: Path) -> None:
    parameters = {"epochs": {"value": 2}, "layers": {"values": [[1], [2]]}, "opt": {"parameters": {"x": {"value": 1}}}}
    found = imported(tmp_path, data=None, program="train.py", odd=1, run_cap=None, parameters=parameters)
    for part in (
        "program: left out: a definition names a model, not a program",
        "odd: left out: there is no such thing here",
        "layers: left out: a list of 1 item cannot be a value here",
        "opt: nested parameters are called opt_... now",
        "run_cap: without one W&B goes on for ever; here the search ends after 20 trials",
        "W&B does not know of the images: set data.source, which is data/your_images now",
    ):
        assert any(note.startswith(part) for note in told(found)), part
    assert list(found.space.parameters) == ["epochs", "opt_x"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("program: train.py", ""),
        ("method: grid\nparameters: []", ":2:13"),
        ("method: grid\nparameters: {}", ":2:13"),
        ("method: grid\nparameters: 3", ":2:13"),
        ("method: grid\nparameters:", ":2:1"),
    ],
)
def test_what_is_no_sweep_is_refused(text: str, where: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, text) == f"theirs.yaml{where}: is no W&B sweep: it has no `parameters`"


@pytest.mark.parametrize(
    ("text", "what"), [("", "is empty"), ("- 1\n", "is not a mapping of keys to values"), ("# x", "is empty")]
)
def test_a_file_without_keys_is_told_what_a_sweep_of_theirs_looks_like(text: str, what: str, tmp_path: Path) -> None:
    wanted = f"theirs.yaml:1:1: the file {what}; a W&B sweep has `method:` and `parameters:`"
    assert refusal(tmp_path, text) == wanted


def test_a_sweep_of_which_no_parameter_can_be_carried_over_is_refused_in_one_line(tmp_path: Path) -> None:
    text = "method: random\nparameters:\n  lr:\n    min: 5\n    max: 1\n"
    only = "theirs.yaml:4:10: its only parameter cannot be carried over: lr: its min, 5, is above its max, 1"
    assert refusal(tmp_path, text) == only
    assert refusal(tmp_path, f"{text}  x: 3\n") == only.replace(
        "its only parameter cannot be carried over", "none of its 2 parameters can be carried over; the first is"
    )
    assert refusal(tmp_path, "early_terminate: {type: hyperband}\nparameters:\n  a: {parameters: {}}\n").startswith(
        "theirs.yaml:3:3: its only parameter cannot be carried over: a: it has neither"
    )


TROUBLE = """\
method: evolve
metric: val_loss
run_cap: abc
program: train.py
early_terminate: envelope
parameters:
  epochs: {value: 3}
  lr:
    distribution: log_uniform
    min: -1
    max: -9
  dropout:
    distribution: [zipf]
  filters_0:
    values: [8, [16]]
  conv_layers: 3
  weight_decay:
    distribution: beta
"""


def test_every_note_on_a_value_says_where_it_stands(tmp_path: Path) -> None:
    assert noted(tmp_path, TROUBLE) == [
        "theirs.yaml:10:10: lr: left out: its min, -1, is above its max, -9",
        "theirs.yaml:13:19: dropout: left out: there is no distribution ['zipf'] here",
        "theirs.yaml:15:17: filters_0: left out: a list of 1 item cannot be a value here, only a number, a text, true "
        "or false",
        "theirs.yaml:16:16: conv_layers: left out: is no mapping, so no parameter",
        "theirs.yaml:17:3: weight_decay: there is no beta distribution here: even between 0 and 1",
        "theirs.yaml:2:9: metric: is no mapping with a `name`, and is val_accuracy now; a run reports "
        f"{', '.join(METRICS)}",
        "theirs.yaml:1:9: method: there is no 'evolve' here; random is taken",
        "theirs.yaml:5:18: early_terminate: left out: is no mapping with a `type`",
        "theirs.yaml:3:10: run_cap: is no whole number above 0: 'abc'; here the search ends after 20 trials",
        "theirs.yaml:4:10: program: left out: a definition names a model, not a program",
    ]


@pytest.mark.parametrize("cap", ["true", "0", "-3", "1.5", ".nan", "[1]"])
def test_a_run_cap_that_is_none_is_said(cap: str, tmp_path: Path) -> None:
    notes = noted(tmp_path, f"metric: {{name: val_loss}}\nrun_cap: {cap}\nparameters: {{epochs: {{value: 2}}}}\n")
    assert len(notes) == 1 + ("method" in notes[0])
    assert notes[-1].startswith("theirs.yaml:2:10: run_cap: is no whole number above 0: ")


@pytest.mark.parametrize("key", ["eta", "min_iter", "max_iter"])
@pytest.mark.parametrize("value", ["abc", ".nan", "-1", "true", "[2]"])
def test_a_part_of_hyperband_that_is_no_number_is_said(key: str, value: str, tmp_path: Path) -> None:
    stopping = f"early_terminate: {{type: hyperband, {key}: {value}}}\n"
    notes = noted(tmp_path, f"method: random\n{stopping}run_cap: 4\nparameters: {{epochs: {{value: 9}}}}\n")
    assert any(note.startswith(f"theirs.yaml:2:{38 + len(key)}: early_terminate.{key}: is no ") for note in notes)


def test_what_comes_out_as_no_definition_is_told_with_its_place_in_their_file(tmp_path: Path) -> None:
    text = "method: random\nparameters:\n  epochs: {min: 0, max: 9}\n  a: {parameters: {b: {values: [.inf, 1]}}}\n"
    assert [line.partition(" must")[0] for line in refusal(tmp_path, text, source="digits").splitlines()] == [
        "theirs.yaml:3:3: parameters.epochs",
        "theirs.yaml:4:20: parameters.a_b.values[0]:",
    ]
    assert refusal(tmp_path, "parameters: {x: {value: 1}}", model="no model").startswith(
        "theirs.yaml: --model: model: "
    )


def test_what_is_missing_or_merged_is_told_where_its_parameter_stands(tmp_path: Path) -> None:
    text = """
base: &base {min: 9, max: 3}
parameters:
  epochs: {value: 2}
  a: {distribution: log_normal, sigma: 2000}
  b:
    <<: *base
  c:
    distribution: constant
"""
    notes = noted(tmp_path, text)
    assert notes[:3] == [
        "theirs.yaml:5:3: a: left out: e^-4000 is beyond any number",
        "theirs.yaml:6:3: b: left out: its min, 9, is above its max, 3",
        "theirs.yaml:8:3: c: left out: `value` is missing",
    ]


def test_two_parameters_that_come_to_one_name_are_not_made_one(tmp_path: Path) -> None:
    text = "parameters:\n  a: {parameters: {b: {value: 1}}}\n  a_b: {value: 2}\n"
    assert "theirs.yaml:3:3: a_b: left out: there is another of this name" in noted(tmp_path, text)
