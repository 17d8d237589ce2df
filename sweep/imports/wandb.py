"""A sweep of Weights & Biases, as its YAML file defines it, made into a definition of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import DefinitionError, Problem
from sweep.imports.distributions import NotCarried, convert
from sweep.imports.found import Carried, Found
from sweep.imports.wandb_search import convert_search
from sweep.records import METRICS
from sweep.space.builtin import CNN_PARAMETERS
from sweep.space.definition import Space
from sweep.space.load import validate
from sweep.space.structure import did_you_mean
from sweep.space.yaml_source import Document, Path_, read_document

PLACEHOLDER_DATA = "data/your_images"
PLACEHOLDER_MODEL = "my_model:build"

_NOT_OURS = {
    "program": "a definition names a model, not a program",
    "command": "a definition names a model, not a command",
    "project": "runs lie in a folder",
    "entity": "runs lie in a folder",
    "description": "see `sweep label`",
    "controller": "the search runs here",
}
_READ = ("name", "method", "metric", "parameters", "early_terminate", "run_cap", "$schema")
_SYNONYMS = {
    "lr": "learning_rate",
    "learningrate": "learning_rate",
    "batch": "batch_size",
    "batchsize": "batch_size",
    "epoch": "epochs",
    "num_epochs": "epochs",
    "n_epochs": "epochs",
    "max_epochs": "epochs",
    "dropout_rate": "dropout",
    "opt": "optimizer",
    "wd": "weight_decay",
}
"""Names that can mean nothing else, for the built-in model."""


@dataclass(frozen=True)
class Import:
    """`space` is valid. `notes` say what is different now or was left out, and where that stands in the file;
    `comments` belong beside the parameters."""

    space: Space
    notes: tuple[Problem, ...]
    comments: dict[str, str]


def import_wandb(path: Path, source: str | None = None, model: str | None = None) -> Import:
    """The definition that says the same as far as can be, on the images of `source`, for `model`.

    Raises InputError where the file cannot be read, DefinitionError where it is no W&B sweep, none of its parameters
    can be carried over, or what comes out is no valid definition.
    """
    document = read_document(path, "a W&B sweep has `method:` and `parameters:`")
    found = Found(document)
    given = document.data.get("parameters")
    if not isinstance(given, dict) or not given:
        problem = document.problem(("parameters",), "is no W&B sweep: it has no `parameters`")
        raise DefinitionError(document.source, [problem])
    _carry_parameters(given, found)
    _require_some(found)
    chosen = model or _model(found)
    if chosen == "cnn":
        _rename(found)
    definition: dict[str, Any] = {
        "name": _name(document.data.get("name"), path),
        "data": {"source": source or PLACEHOLDER_DATA},
        "model": chosen,
        "objective": _objective(document.data.get("metric"), found),
        "search": convert_search(document.data, found),
        "parameters": {name: one.parameter for name, one in found.parameters.items()},
    }
    _note_the_rest(found)
    if source is None:
        found.note(f"W&B does not know of the images: set data.source, which is {PLACEHOLDER_DATA} now")
    try:
        space = _validated(found, definition)
    except DefinitionError as exc:
        if model is not None or chosen != "cnn":
            raise
        space = _validated(found, {**definition, "model": PLACEHOLDER_MODEL})
        for one in exc.problems:
            found.notes.append(Problem(one.line, one.column, f"the built-in cnn does not take this: {one.message}"))
        found.note(f"so `model` is {PLACEHOLDER_MODEL}: name yours, or change those parameters and the model")
    comments = {name: one.comment for name, one in found.parameters.items() if one.comment}
    return Import(space, tuple(found.notes), comments)


def _validated(found: Found, definition: dict[str, Any]) -> Space:
    """Mistakes are told where what they come from stands in the file."""
    places = found.places()
    options: dict[Path_, str] = {("data",): "--data", ("model",): "--model"}
    return validate(Document(found.document.source, definition, places, places, options))


def _carry_parameters(given: Mapping[str, Any], found: Found, prefix: str = "", path: Path_ = ("parameters",)) -> None:
    for key, one in given.items():
        name, place = f"{prefix}{key}", (*path, key)
        nested = one.get("parameters") if isinstance(one, dict) else None
        if not isinstance(one, dict):
            found.leave_out(name, "is no mapping, so no parameter", *place)
        elif isinstance(nested, dict) and nested:
            found.note(f"{name}: nested parameters are called {name}_... now", *place)
            _carry_parameters(nested, found, f"{name}_", (*place, "parameters"))
        else:
            _carry(name, one, found, place)


def _carry(name: str, given: Mapping[str, Any], found: Found, path: Path_) -> None:
    if name in found.parameters:
        found.leave_out(name, "there is another of this name", *path)
        return
    try:
        converted = convert(given)
    except NotCarried as exc:
        found.leave_out(name, str(exc), *path, *exc.at)
        return
    found.parameters[name] = Carried(converted.parameter, path, converted.note)
    if converted.note:
        found.note(f"{name}: {converted.note}", *path)


def _require_some(found: Found) -> None:
    if found.parameters:
        return
    first, count = found.left_out[0], len(found.left_out)
    what = "its only parameter cannot" if count == 1 else f"none of its {count} parameters can"
    more = "" if count == 1 else "; the first is"
    problem = Problem(first.line, first.column, f"{what} be carried over{more}: {first.message}")
    raise DefinitionError(found.document.source, [problem])


def _model(found: Found) -> str:
    unknown = [name for name in found.parameters if _ours(name) not in CNN_PARAMETERS]
    if not unknown:
        return "cnn"
    found.note(
        f"the built-in cnn knows no {', '.join(unknown)}: write a build(hp) that reads them and name it in `model`, "
        f"which is {PLACEHOLDER_MODEL} now"
    )
    return PLACEHOLDER_MODEL


def _ours(name: str) -> str:
    plain = name.lower().replace("-", "_")
    return _SYNONYMS.get(plain, plain)


def _rename(found: Found) -> None:
    for name, one in list(found.parameters.items()):
        new = _ours(name)
        if new == name or new in found.parameters or new not in CNN_PARAMETERS:
            continue
        found.parameters = {new if key == name else key: value for key, value in found.parameters.items()}
        found.note(f"{name}: is called {new} now", *one.path)


def _name(given: Any, path: Path) -> str:
    text = given if isinstance(given, str) and given else path.stem
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100] or "imported"


def _objective(given: Any, found: Found) -> str:
    metric = given if isinstance(given, dict) else {}
    name = str(metric.get("name") or "")
    plain = re.sub(r"^(validation|valid)_", "val_", re.sub(r"[^a-z0-9]+", "_", name.lower()))
    plain = re.sub(r"(^|_)acc$", r"\1accuracy", plain)
    chosen = plain if plain in METRICS else "val_accuracy"
    if chosen != name:
        hint = did_you_mean(plain, METRICS) if name and plain not in METRICS else ""
        was = f"was {name!r}" if name else "was not given" if given is None else "is no mapping with a `name`,"
        found.note(f"metric: {was} and is {chosen} now{hint}; a run reports {', '.join(METRICS)}", "metric", "name")
    goal = metric.get("goal")
    if goal and (goal == "minimize") != chosen.endswith("loss"):
        found.note(f"metric.goal: {goal} is left out: {chosen} has one way to get better", "metric", "goal")
    return chosen


def _note_the_rest(found: Found) -> None:
    for key in found.document.data:
        if key not in _READ:
            found.note(f"{key}: left out: {_NOT_OURS.get(key, 'there is no such thing here')}", key)
