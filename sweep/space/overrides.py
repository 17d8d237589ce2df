"""`--set key.path=value`: any key of the definition, changed before it is validated."""

from __future__ import annotations

import copy
from collections.abc import Sequence, Set
from typing import Any

from sweep.errors import InputError
from sweep.space.structure import SEARCHES
from sweep.space.yaml_limits import MAX_DEPTH
from sweep.space.yaml_source import Document, Path_, parse_value
from sweep.text import printable

_METHOD: Path_ = ("search", "method")


def apply_overrides(document: Document, overrides: Sequence[str]) -> Document:
    """The document with each `path=value` set. Raises InputError where one is not of that form or leads nowhere."""
    data = copy.deepcopy(document.data)
    given: dict[Path_, str] = {}
    for text in overrides:
        option = f"--set {printable(text)}"
        path, value = _parse(text, option)
        _set(data, path, value, option)
        given[path] = option
    if _METHOD in given and isinstance(data["search"], dict):
        data["search"] = _fitting(data["search"], {path[1] for path in given if path[0] == "search" and len(path) > 1})
    return Document(document.source, data, document.keys, document.values, given)


def _parse(text: str, option: str) -> tuple[Path_, Any]:
    key, equals, value = text.partition("=")
    if not equals or not all(key.split(".")):
        raise InputError(f"{option}: write it as key.path=value, for example --set search.method=random")
    path = tuple(key.strip().split("."))
    if len(path) > MAX_DEPTH:
        raise InputError(f"{option[:60]}...: the key is nested more than {MAX_DEPTH} levels deep")
    try:
        return path, parse_value(value)
    except ValueError as exc:
        raise InputError(f"{option}: the value is no YAML: {exc}") from exc


def _set(data: dict[str, Any], path: Path_, value: Any, option: str) -> None:
    node: Any = data
    for depth, key in enumerate(path[:-1]):
        child = node.get(key)
        if child is None:
            child = node[key] = {}
        if not isinstance(child, dict):
            whole = printable(".".join(map(str, path[: depth + 1])))
            raise InputError(f"{option}: {whole} is {child!r}, which has no keys; set it whole: --set {whole}=...")
        node = child
    node[path[-1]] = value


def _fitting(search: dict[str, Any], given: Set[str | int]) -> dict[str, Any]:
    """A new method keeps those keys of the file that it knows: `factor: 3` is no mistake in a file run with
    `--set search.method=random`. A key that no method knows stays, to be reported, as does one `given` by --set."""
    method = SEARCHES.get(str(search.get("method")))
    if method is None:
        return search
    known_to_any = {key for model in SEARCHES.values() for key in model.model_fields}
    return {
        key: value
        for key, value in search.items()
        if key in method.model_fields or key not in known_to_any or key in given
    }
