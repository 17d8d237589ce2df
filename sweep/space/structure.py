"""Has the document the shape of a definition? Every mistake is found; what is sound is kept for the next check."""

from __future__ import annotations

import copy
import difflib
import sys
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sweep.errors import Problem
from sweep.space import definition as d
from sweep.space.data_settings import DataSettings, Splits
from sweep.space.yaml_source import Document, Path_

PARAMETERS: dict[str, type[BaseModel]] = {
    "int": d.IntParameter,
    "float": d.FloatParameter,
    "choice": d.ChoiceParameter,
    "boolean": d.BooleanParameter,
    "fixed": d.FixedParameter,
}
SEARCHES: dict[str, type[BaseModel]] = {
    "random": d.RandomSearch,
    "hyperband": d.HyperbandSearch,
    "bayesian": d.BayesianSearch,
    "grid": d.GridSearch,
}
_SECTIONS: dict[str, type[BaseModel]] = {
    "data": DataSettings,
    "objective": d.ObjectiveSettings,
    "early_stopping": d.EarlyStopping,
    "retrain": d.Retrain,
}
_NOUNS = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}
_TAG_POSITIONS: dict[Path_, int] = {("search",): 1, ("parameters",): 2}
_NEEDED = {"name": "unnamed", "data": {"source": "unknown"}}


def check_structure(document: Document) -> tuple[d.Space | None, list[Problem], set[str]]:
    """The space of all that is sound, the problems of the rest, and the names of parameters that were left out.

    The space is None only where nothing sound can be made of the document.
    """
    data = copy.deepcopy(document.data)
    problems: list[Problem] = []
    dropped: set[str] = set()
    reported: set[Path_] = set()
    for _ in range(20):  # each round drops what it complained of; what hides behind it shows in the next
        try:
            return d.Space.model_validate(data), problems, dropped
        except ValidationError as exc:
            found = _by_path(exc.errors(), data)
            # What a later round misses is what an earlier one dropped.
            problems += [_problem(document, data, path, found[path]) for path in found if path not in reported]
            reported |= set(found)
            for path in found:
                dropped |= _drop(data, path)
    return None, problems, dropped


def _by_path(errors: Iterable[ErrorDetails], data: Any) -> dict[Path_, list[ErrorDetails]]:
    """Errors under the path as the file has it: one for each alternative that was tried. Where an alternative got
    further into the value than others, it alone speaks."""
    found: dict[Path_, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_path_in(data, error), []).append(error)
    deeper = {path[:length] for path in found for length in range(len(path))}
    return {path: alternatives for path, alternatives in found.items() if path not in deeper}


def _path_in(data: Any, error: ErrorDetails) -> Path_:
    """Pydantic's location without the names of union members, which are no keys of the file."""
    path: list[str | int] = []
    node = data
    location = _without_tag(error["loc"])
    for position, part in enumerate(location):
        is_key = isinstance(node, dict) and part in node
        is_index = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if is_key or is_index:
            node = node[part]
        elif not (error["type"] == "missing" and position == len(location) - 1):
            continue
        path.append(part)
    return tuple(path)


def _without_tag(location: Path_) -> Path_:
    """Without the `int` of a parameter or the `random` of the search, which could be keys as well."""
    tag = _TAG_POSITIONS.get(location[:1], len(location))
    return location[:tag] + location[tag + 1 :]


def _problem(document: Document, data: Any, path: Path_, errors: list[ErrorDetails]) -> Problem:
    kind, label = errors[0]["type"], dotted(path)
    if kind == "extra_forbidden":
        key = str(path[-1])
        where = f" in {dotted(path[:-1])}" if len(path) > 1 else ""
        known = _known_keys(data, path)
        hint = did_you_mean(key, known) or f"; it is none of {', '.join(known)}"
        return document.problem(path, f"unknown key {key!r}{where}{hint}", at_key=True)
    if kind == "missing":
        return document.problem(path[:-1], f"{label} is missing", at_key=True)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _tag_problem(document, path, errors[0])
    return document.problem(path, f"{label}: {_in_words(errors)}")


def dotted(path: Path_) -> str:
    """`parameters.filters.values[2]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _tag_problem(document: Document, path: Path_, error: ErrorDetails) -> Problem:
    tag = "method" if path and path[0] == "search" else "type"
    choices = list(SEARCHES if tag == "method" else PARAMETERS)
    label = dotted(path)
    if error["type"] == "union_tag_not_found":
        return document.problem(path, f"{label}.{tag} is missing: one of {', '.join(choices)}", at_key=True)
    given = str(error["ctx"]["tag"])
    hint = did_you_mean(given, choices) or f"; it is one of {', '.join(choices)}"
    return document.problem((*path, tag), f"{label}.{tag}: there is no {tag} {given!r}{hint}")


def _in_words(errors: list[ErrorDetails]) -> str:
    """What would have been right, and what there is instead."""
    if errors[0]["type"] == "value_error":
        return str(errors[0]["ctx"]["error"])
    wanted = list(dict.fromkeys(_wanted(error) for error in errors))
    if "be a number" in wanted and "be a whole number" in wanted:
        wanted.remove("be a whole number")
    right = " or ".join(wanted).replace(" or be ", " or ")
    return f"must {right}, not {_shown(errors[0]['input'])}"


def _wanted(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind in _NOUNS:
        return f"be {_NOUNS[kind]}"
    if kind in ("too_long", "too_short"):
        most, least = error["ctx"].get("max_length"), error["ctx"].get("min_length")
        return f"have at most {most} items" if kind == "too_long" else f"have at least {least} of them"
    return error["msg"].removeprefix("Input should ")


def _shown(value: Any) -> str:
    value = list(value) if isinstance(value, tuple) else value
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _known_keys(data: Any, path: Path_) -> list[str]:
    """The keys that are allowed beside the one at this path."""
    if len(path) == 1:
        return list(d.Space.model_fields)
    section = path[0]
    if section == "parameters":
        return list(PARAMETERS[data["parameters"][path[1]]["type"]].model_fields)
    if section == "search":
        return list(SEARCHES[data["search"]["method"]].model_fields)
    if path[:2] == ("data", "splits") and len(path) > 2:
        return list(Splits.model_fields)
    return list(_SECTIONS[str(section)].model_fields)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no choice is near."""
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _drop(data: dict[str, Any], path: Path_) -> set[str]:
    """Take out the smallest thing that the rest can do without; a needed one gets a stand-in.

    Gives the names of parameters, or the path in `enqueue`, that the checks which follow must not miss.
    """
    if not path:
        return set()
    section = str(path[0])
    if section == "parameters" and len(path) > 1:
        data[section].pop(path[1], None)
        return {str(path[1])}
    if section == "enqueue" and len(path) > 1 and section in data:
        if len(path) > 2:
            del data[section][path[1]][path[2]]
        else:
            data[section][path[1]] = {}
        return {dotted(path)}
    if path == ("data", "source"):
        data[section]["source"] = "unknown"
    elif len(path) > 1 and isinstance(data.get(section), dict) and path[1] in data[section]:
        del data[section][path[1]]
    elif section in _NEEDED:
        data[section] = copy.deepcopy(_NEEDED[section])
    elif section == "search":
        data[section] = {"method": "random", "max_trials": sys.maxsize}
    else:
        data.pop(section, None)
    if section == "parameters":
        data.pop("enqueue", None)  # whose every name would be unknown
    return {section} if section == "parameters" else set()
