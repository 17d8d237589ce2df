"""How a W&B sweep searches, as the `search` of a definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from sweep.imports.found import Carried, Found
from sweep.space.budget import DEFAULT_EPOCHS

_METHODS = {"grid": "grid", "random": "random", "bayes": "bayesian"}
_STOPPING = "early_terminate"
_READ = ("type", "eta", "min_iter", "max_iter")


def convert_search(data: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """May change the parameter `epochs`, which is Hyperband's budget."""
    search: dict[str, Any] = {"method": _method(data, found)}
    if _STOPPING in data:
        search = _with_stopping(search, data[_STOPPING], found)
    cap = data.get("run_cap")
    if _is_whole(cap):
        search["max_trials"] = cap
    elif search["method"] in ("random", "bayesian"):
        why = "without one W&B goes on for ever" if cap is None else f"is no whole number above 0: {cap!r}"
        found.note(f"run_cap: {why}; here the search ends after 20 trials", "run_cap")
    elif cap is not None:
        found.note(f"run_cap: is no whole number above 0: {cap!r}; left out", "run_cap")
    return search


def _method(data: Mapping[str, Any], found: Found) -> str:
    given = data.get("method")
    if given is None:
        found.note("method: was not given; random is taken")
    elif str(given) not in _METHODS:
        found.note(f"method: there is no {given!r} here; random is taken", "method")
    return _METHODS.get(str(given), "random")


def _with_stopping(search: dict[str, Any], given: Any, found: Found) -> dict[str, Any]:
    """W&B stops trials by Hyperband under any search; here Hyperband is a search of its own, of random trials."""
    if not isinstance(given, dict) or "type" not in given:
        found.note(f"{_STOPPING}: left out: is no mapping with a `type`", _STOPPING)
        return search
    if given["type"] != "hyperband":
        found.note(f"{_STOPPING}: there is no {given['type']!r} here; left out", _STOPPING, "type")
        return search
    for key in given:
        if key not in _READ:
            found.note(f"{_STOPPING}.{key}: left out: there is no such thing here", _STOPPING, key)
    if search["method"] != "random":
        found.note(f"{_STOPPING}: left out: a {search['method']} search stops no trials here", _STOPPING)
        return search
    budget = _budget(given, found)
    if budget["min"] >= budget["max"]:
        found.note(f"{_STOPPING}: left out: its iterations leave no room for rungs", _STOPPING)
        return search
    found.parameters["epochs"] = Carried(budget, (_STOPPING,))
    factor = _factor(given, found)
    found.note(
        f"{_STOPPING}: hyperband is the search now, with factor {factor} over {budget['min']} to {budget['max']} "
        "epochs; each time a metric was logged is taken for an epoch",
        _STOPPING,
    )
    return {"method": "hyperband", "factor": factor}


def _budget(given: Mapping[str, Any], found: Found) -> dict[str, Any]:
    """`max_iter`, or else the most epochs that the parameters allow."""
    last = _iterations(given, "max_iter", _most_epochs(found), found)
    return {"type": "int", "min": min(_iterations(given, "min_iter", 1, found), last), "max": last}


def _most_epochs(found: Found) -> int:
    carried = found.parameters.get("epochs")
    epochs = None if carried is None else carried.parameter
    if isinstance(epochs, dict):
        epochs = epochs.get("max") or max(epochs.get("values", [DEFAULT_EPOCHS]))
    return epochs if _is_whole(epochs) else DEFAULT_EPOCHS


def _iterations(given: Mapping[str, Any], key: str, otherwise: int, found: Found) -> int:
    value = given.get(key)
    if _is_whole(value):
        return value
    if value is not None:
        found.note(f"{_STOPPING}.{key}: is no whole number above 0: {value!r}; {otherwise} is taken", _STOPPING, key)
    return otherwise


def _factor(given: Mapping[str, Any], found: Found) -> int:
    eta = given.get("eta", 3)
    if isinstance(eta, bool) or not isinstance(eta, int | float) or not math.isfinite(eta) or eta <= 0:
        found.note(f"{_STOPPING}.eta: is no number above 0: {eta!r}; 3 is taken", _STOPPING, "eta")
        return 3
    return max(2, round(eta))


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
