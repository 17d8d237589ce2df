from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import DefinitionError, InputError
from sweep.imports.wandb import Import, import_wandb
from sweep.space.commented import commented
from sweep.space.load import as_plain_data, parse_space

RATE = {"distribution": "log_uniform", "min": -9, "max": -4}


def imported(folder: Path, data: str | None = "digits", model: str | None = None, **sections: Any) -> Import:
    path = folder / "their sweep.yaml"
    sections = {"method": "random", "metric": {"name": "val_accuracy", "goal": "maximize"}, "run_cap": 9} | sections
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in sections.items()))
    return import_wandb(path, data, model)


def test_a_sweep_becomes_a_definition(tmp_path: Path) -> None:
    parameters = {"learning_rate": RATE, "batch_size": {"values": [16, 32]}, "epochs": {"value": 5}}
    found = imported(tmp_path, method="bayes", name="My sweep", parameters=parameters)
    plain = as_plain_data(found.space)
    assert (plain["name"], plain["model"], plain["objective"]) == ("My-sweep", "cnn", "val_accuracy")
    assert (plain["search"]["method"], plain["search"]["max_trials"]) == ("bayesian", 9)
    assert plain["parameters"]["epochs"] == 5
    assert found.notes == ("learning_rate: its bounds were exponents: e^-9 to e^-4",)
    text = commented(found.space, found.notes, found.comments)
    assert parse_space(text, "ours.yaml") == found.space
    assert "  # its bounds were exponents: e^-9 to e^-4\n  learning_rate: " in text


def test_names_that_mean_the_same_are_made_those_of_the_cnn(tmp_path: Path) -> None:
    found = imported(tmp_path, parameters={"lr": RATE, "batch-size": {"values": [8]}, "optimizer": {"value": "sgd"}})
    assert list(found.space.parameters) == ["learning_rate", "batch_size", "optimizer"]
    assert found.space.model == "cnn"
    assert "lr: is called learning_rate now" in found.notes
    assert found.comments == {"learning_rate": "its bounds were exponents: e^-9 to e^-4"}


def test_names_that_the_cnn_does_not_know_want_a_model_of_ones_own(tmp_path: Path) -> None:
    parameters = {"lr": RATE, "warmup": {"min": 1, "max": 5}}
    found = imported(tmp_path, parameters=parameters)
    assert (found.space.model, list(found.space.parameters)) == ("my_model:build", ["lr", "warmup"])
    assert any(note.startswith("the built-in cnn knows no warmup: write a build(hp)") for note in found.notes)
    assert imported(tmp_path, model="nets:build", parameters=parameters).space.model == "nets:build"
    with pytest.raises(DefinitionError, match="knows no such parameter"):
        imported(tmp_path, model="cnn", parameters=parameters)


def test_values_that_the_cnn_does_not_take_are_said(tmp_path: Path) -> None:
    found = imported(tmp_path, parameters={"optimizer": {"values": ["adam", "lion"]}})
    assert found.space.model == "my_model:build"
    assert any("not 'lion'" in note for note in found.notes)


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
    assert any(one.startswith(note) for one in found.notes) if note else found.notes == ()


def test_early_termination_of_a_random_search_is_hyperband(tmp_path: Path) -> None:
    stopping = {"type": "hyperband", "min_iter": 3, "eta": 4, "strict": True}
    found = imported(tmp_path, early_terminate=stopping, parameters={"epochs": {"value": 27}})
    plain = as_plain_data(found.space)
    assert (plain["search"]["method"], plain["search"]["factor"]) == ("hyperband", 4)
    assert (plain["parameters"]["epochs"]["min"], plain["parameters"]["epochs"]["max"]) == (3, 27)
    assert "early_terminate.strict: left out: there is no such thing here" in found.notes


def test_early_termination_of_another_search_is_left_out(tmp_path: Path) -> None:
    stopping = {"type": "hyperband", "max_iter": 27}
    found = imported(tmp_path, method="bayes", early_terminate=stopping, parameters={"epochs": {"value": 2}})
    assert found.space.search.method == "bayesian"
    assert "early_terminate: left out: a bayesian search stops no trials here" in found.notes


def test_everything_else_is_named(tmp_path: Path) -> None:
    parameters = {"epochs": {"value": 2}, "layers": {"values": [[1], [2]]}, "opt": {"parameters": {"x": {"value": 1}}}}
    found = imported(tmp_path, data=None, program="train.py", odd=1, run_cap=None, parameters=parameters)
    told = "\n".join(found.notes)
    for part in (
        "program: left out: a definition names a model, not a program",
        "odd: left out: there is no such thing here",
        "layers: left out: a list of 1 item cannot be a value here",
        "opt: nested parameters are called opt_... now",
        "run_cap: without one W&B goes on for ever; here the search ends after 20 trials",
        "W&B does not know of the images: set data.source, which is data/your_images now",
    ):
        assert part in told
    assert list(found.space.parameters) == ["epochs", "opt_x"]


@pytest.mark.parametrize("parameters", [None, [], {}, 3])
def test_what_is_no_sweep_is_refused(parameters: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"their sweep\.yaml: is no W&B sweep: it has no `parameters`"):
        imported(tmp_path, parameters=parameters)
