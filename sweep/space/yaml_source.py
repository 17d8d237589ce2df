"""A YAML file as plain data, with the line and column of every key and value (YAML 1.2, so `1e-4` is a number)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from sweep.errors import DefinitionError, InputError, Problem
from sweep.space.yaml_limits import MAX_BYTES, TooMuch, require_little

Path_ = tuple[str | int, ...]
"""Where something stands in a definition: keys and list positions from the top."""

Mistake = tuple[Path_, str]
"""Where something is wrong, and what."""

Place = tuple[int, int]
"""A 1-based line and column."""

OURS = "it begins with `name:` and `data:`"
"""What a file is told that has no keys."""

_HUGE = 10**308


@dataclass(frozen=True)
class Document:
    """Plain data and where it stands: `keys` and `values` map a path to its place, `overrides` to the option that
    set it instead. All keys are texts."""

    source: str
    data: dict[str, Any]
    keys: Mapping[Path_, Place]
    values: Mapping[Path_, Place]
    overrides: Mapping[Path_, str] = field(default_factory=dict)

    def problem(self, path: Path_, message: str, *, at_key: bool = False) -> Problem:
        """A problem, in one line, at this path or at the nearest thing above it that is in the file."""
        message = " ".join(message.splitlines())
        for length in range(len(path), 0, -1):
            if path[:length] in self.overrides:
                return Problem(0, 0, f"{self.overrides[path[:length]]}: {message}")
        places = self.keys if at_key else self.values
        for length in range(len(path), 0, -1):
            place = places.get(path[:length]) or self.keys.get(path[:length])
            if place is not None:
                return Problem(place[0], place[1], message)
        return Problem(0, 0, message)


def read_document(path: Path, expected: str = OURS) -> Document:
    """The file's contents. Raises InputError where it cannot be read, DefinitionError where it is no YAML mapping, and
    says then what is `expected` of it."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise InputError(f"{path}: cannot be read: it is no regular file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise InputError(f"{path}: is larger than {MAX_BYTES:,} bytes, which no definition needs")
        text = content.decode("utf-8")
    except FileNotFoundError as exc:
        raise InputError(f"{path}: there is no such file") from exc
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}: cannot be read: it is not UTF-8 text") from exc
    except OSError as exc:
        raise InputError(f"{path}: cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise InputError(f"{str(path)!r}: cannot be read: {exc}") from exc
    return parse_document(text, str(path), expected)


def parse_document(text: str, source: str, expected: str = OURS) -> Document:
    """As `read_document`, from text."""
    keys: dict[Path_, Place] = {}
    values: dict[Path_, Place] = {}
    try:
        data = _read(text, keys, values)
    except TooMuch as exc:
        raise DefinitionError(source, [exc.problem]) from exc
    except Exception as exc:  # ruamel lets through what Python's own types raise: KeyError for `!!bool maybe`
        raise DefinitionError(source, [_yaml_problem(exc)]) from exc
    if not isinstance(data, dict):
        what = "is empty" if data is None else "is not a mapping of keys to values"
        raise DefinitionError(source, [Problem(1, 1, f"the file {what}; {expected}")])
    return Document(source, data, keys, values)


def parse_value(text: str) -> Any:
    """One YAML value, as `--set key=VALUE` takes it. Raises ValueError where it is no YAML."""
    try:
        return _read(text, {}, {})
    except TooMuch as exc:
        raise ValueError(exc.problem.message) from exc
    except Exception as exc:  # as above
        raise ValueError(_yaml_problem(exc).message) from exc


def _read(text: str, keys: dict[Path_, Place], values: dict[Path_, Place]) -> Any:
    require_little(text)
    return _plain(YAML(typ="rt", pure=True).load(StringIO(text)), (), keys, values)


def _yaml_problem(exc: Exception) -> Problem:
    if isinstance(exc, MarkedYAMLError) and exc.problem:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        # The values of a duplicate key may be long.
        return Problem(line, column, str(exc.problem).splitlines()[0].partition(" with value ")[0])
    reason = (str(exc).splitlines() or [type(exc).__name__])[0]
    return Problem(0, 0, f"is no valid YAML: {reason}")


def _plain(node: Any, path: Path_, keys: dict[Path_, Place], values: dict[Path_, Place]) -> Any:
    """The node without ruamel's types, which would follow it into JSON and pickles; notes places on the way."""
    if isinstance(node, CommentedMap):
        return {_key(key): _plain_item(node, key, (*path, _key(key)), keys, values) for key in node}
    if isinstance(node, CommentedSeq):
        return [_plain_item(node, index, (*path, index), keys, values) for index in range(len(node))]
    return _scalar(node)


def _plain_item(
    node: CommentedMap | CommentedSeq,
    key: Any,
    path: Path_,
    keys: dict[Path_, Place],
    values: dict[Path_, Place],
) -> Any:
    place = (node.lc.data or {}).get(key)
    if place:
        *key_place, line, column = (number + 1 for number in place)
        if key_place:
            keys[path] = (key_place[0], key_place[1])
        # Nothing at all has the place of whatever comes next.
        values[path] = (line, column) if node[key] is not None else keys.get(path, (line, column))
    return _plain(node[key], path, keys, values)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else "null" if key is None else str(key)


def _scalar(node: Any) -> Any:
    if node is None or isinstance(node, bool):
        return node
    if isinstance(node, ScalarBoolean):
        return bool(node)
    if isinstance(node, int):
        # More than 64 bits is beyond any use here, and Python's own integers have no end.
        return int(node) if abs(node) < 2**63 else float(max(min(node, _HUGE), -_HUGE))
    return float(node) if isinstance(node, float) else str(node)
