"""A sweep of Weights & Biases, as its YAML file defines it, made into a definition of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweep.errors import DefinitionError, InputError
from sweep.imports.distributions import NotCarried, convert
from sweep.records import METRICS
from sweep.space.budget import DEFAULT_EPOCHS
from sweep.space.builtin import CNN_PARAMETERS
from sweep.space.definition import Space
from sweep.space.load import validate
from sweep.space.structure import did_you_mean
from sweep.space.yaml_source import Document, read_document
from sweep.text import printable

PLACEHOLDER_DATA = "data/your_images"
PLACEHOLDER_MODEL = "my_model:build"

_METHODS = {"grid": "grid", "random": "random", "bayes": "bayesian"}
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
    """`space` is valid. `notes` say what is different now or was left out; `comments` stand beside the parameters."""

    space: Space
    notes: tuple[str, ...]
    comments: dict[str, str]


@dataclass
class _Found:
    notes: list[str] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)


def import_wandb(path: Path, source: str | None = None, model: str | None = None) -> Import:
    """The definition that says the same as far as can be, on the images of `source`, for `model`.

    Raises InputError where the file is no W&B sweep, DefinitionError where what comes out is no valid definition.
    """
    data = read_document(path).data
    if not isinstance(data.get("parameters"), dict) or not data["parameters"]:
        raise InputError(f"{path}: is no W&B sweep: it has no `parameters`")
    found = _Found()
    _carry_parameters(data["parameters"], found)
    chosen = model or _model(found)
    if chosen == "cnn":
        _rename(found)
    definition: dict[str, Any] = {
        "name": _name(data.get("name"), path),
        "data": {"source": source or PLACEHOLDER_DATA},
        "model": chosen,
        "objective": _objective(data.get("metric"), found),
        "search": _search(data, found),
        "parameters": found.parameters,
    }
    found.notes += _left_out(data)
    if source is None:
        found.notes.append(f"W&B does not know of the images: set data.source, which is {PLACEHOLDER_DATA} now")
    try:
        space = _validated(path, definition)
    except DefinitionError as exc:
        if model is not None or chosen != "cnn":
            raise
        space = _validated(path, {**definition, "model": PLACEHOLDER_MODEL})
        found.notes += [f"the built-in cnn does not take this: {one.message}" for one in exc.problems]
        found.notes.append(f"so `model` is {PLACEHOLDER_MODEL}: name yours, or change those parameters and the model")
    return Import(space, tuple(found.notes), found.comments)


def _validated(path: Path, definition: dict[str, Any]) -> Space:
    return validate(Document(f"{path}, as imported", definition, {}, {}))


def _carry_parameters(given: Mapping[str, Any], found: _Found, prefix: str = "") -> None:
    for key, one in given.items():
        name = f"{prefix}{key}"
        if not isinstance(one, dict):
            found.notes.append(f"{name}: is no mapping, so no parameter; left out")
        elif isinstance(one.get("parameters"), dict):
            found.notes.append(f"{name}: nested parameters are called {name}_... now")
            _carry_parameters(one["parameters"], found, f"{name}_")
        else:
            _carry(name, one, found)


def _carry(name: str, given: Mapping[str, Any], found: _Found) -> None:
    try:
        converted = convert(given)
    except NotCarried as exc:
        found.notes.append(f"{name}: left out: {exc}")
        return
    found.parameters[name] = converted.parameter
    if converted.note:
        found.comments[name] = converted.note
        found.notes.append(f"{name}: {converted.note}")


def _model(found: _Found) -> str:
    unknown = [name for name in found.parameters if _ours(name) not in CNN_PARAMETERS]
    if not unknown:
        return "cnn"
    found.notes.append(
        f"the built-in cnn knows no {', '.join(unknown)}: write a build(hp) that reads them and name it in `model`, "
        f"which is {PLACEHOLDER_MODEL} now"
    )
    return PLACEHOLDER_MODEL


def _ours(name: str) -> str:
    plain = name.lower().replace("-", "_")
    return _SYNONYMS.get(plain, plain)


def _rename(found: _Found) -> None:
    for name in list(found.parameters):
        new = _ours(name)
        if new == name or new in found.parameters or new not in CNN_PARAMETERS:
            continue
        found.parameters = {new if key == name else key: value for key, value in found.parameters.items()}
        found.notes.append(f"{name}: is called {new} now")
        if name in found.comments:
            found.comments[new] = found.comments.pop(name)


def _name(given: Any, path: Path) -> str:
    text = given if isinstance(given, str) and given else path.stem
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100] or "imported"


def _objective(given: Any, found: _Found) -> str:
    metric = given if isinstance(given, dict) else {}
    name = str(metric.get("name", ""))
    plain = re.sub(r"^(validation|valid)_", "val_", re.sub(r"[^a-z0-9]+", "_", name.lower()))
    plain = re.sub(r"(^|_)acc$", r"\1accuracy", plain)
    chosen = plain if plain in METRICS else "val_accuracy"
    if chosen != name:
        hint = did_you_mean(plain, METRICS) if name and plain not in METRICS else ""
        was = f"was {name!r}" if name else "was not given"
        found.notes.append(f"metric: {was} and is {chosen} now{hint}; a run reports {', '.join(METRICS)}")
    goal = metric.get("goal")
    if goal and (goal == "minimize") != chosen.endswith("loss"):
        found.notes.append(f"metric.goal: {goal} is left out: {chosen} has one way to get better")
    return chosen


def _search(data: Mapping[str, Any], found: _Found) -> dict[str, Any]:
    method = _METHODS.get(str(data.get("method")))
    if method is None:
        found.notes.append(f"method: there is no {data.get('method')!r} here; random is taken")
        method = "random"
    search: dict[str, Any] = {"method": method}
    stopping = data.get("early_terminate")
    if isinstance(stopping, dict):
        search = _with_stopping(search, stopping, found)
    cap = data.get("run_cap")
    if isinstance(cap, int) and cap >= 1:
        search["max_trials"] = cap
    elif search["method"] in ("random", "bayesian"):
        found.notes.append("run_cap: without one W&B goes on for ever; here the search ends after 20 trials")
    return search


def _with_stopping(search: dict[str, Any], given: Mapping[str, Any], found: _Found) -> dict[str, Any]:
    """W&B stops trials by Hyperband under any search; here Hyperband is a search of its own, of random trials."""
    if given.get("type") != "hyperband":
        found.notes.append(f"early_terminate: there is no {given.get('type')!r} here; left out")
        return search
    if search["method"] != "random":
        found.notes.append(f"early_terminate: left out: a {search['method']} search stops no trials here")
        return search
    budget = _budget(given, found.parameters.get("epochs"))
    if budget["min"] < budget["max"]:
        found.parameters["epochs"] = budget
        factor = given.get("eta", 3)
        whole = max(2, round(factor)) if isinstance(factor, int | float) else 3
        found.notes.append(
            f"early_terminate: hyperband is the search now, with factor {whole} over {budget['min']} to "
            f"{budget['max']} epochs; each time a metric was logged is taken for an epoch"
        )
        return {"method": "hyperband", "factor": whole}
    found.notes.append("early_terminate: left out: its iterations leave no room for rungs")
    return search


def _budget(given: Mapping[str, Any], epochs: Any) -> dict[str, Any]:
    """`max_iter`, or else the most epochs that the parameters allow."""
    most = epochs.get("max") or max(epochs.get("values", [DEFAULT_EPOCHS])) if isinstance(epochs, dict) else epochs
    last = next((one for one in (given.get("max_iter"), most) if isinstance(one, int) and one >= 1), DEFAULT_EPOCHS)
    first = given.get("min_iter")
    return {"type": "int", "min": min(first, last) if isinstance(first, int) and first >= 1 else 1, "max": last}


def _left_out(data: Mapping[str, Any]) -> Iterator[str]:
    for key in data:
        if key not in _READ:
            yield f"{printable(key)}: left out: {_NOT_OURS.get(key, 'there is no such thing here')}"
    stopping = data.get("early_terminate")
    if isinstance(stopping, dict) and stopping.get("type") == "hyperband":
        for key in stopping:
            if key not in ("type", "eta", "min_iter", "max_iter"):
                yield f"early_terminate.{printable(key)}: left out: there is no such thing here"
