"""A definition as a file for people: no more keys than it needs, comments that say why it is as it is, and written only
where it is valid."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sweep.errors import InputError
from sweep.space.definition import Space
from sweep.space.load import parse_space
from sweep.text import printable

_WIDTH = 116
_ALWAYS = ("name", "data", "model", "objective", "search")
"""Keys that tell what the definition is, also where they are as they would be anyway."""


def commented(space: Space, head: Sequence[str], parameters: Mapping[str, str]) -> str:
    """The definition with `head` as its first lines and a comment above each of the `parameters` that has one."""
    data = space.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    whole = space.model_dump(mode="json", exclude_none=True, include=set(_ALWAYS) - data.keys())
    keys = [*_ALWAYS, *(key for key in data if key not in _ALWAYS)]
    lines = [*_comment(head, "")]
    for key in keys:
        if key != "parameters":
            lines.append(f"{key}: {_flow({**whole, **data}[key])}")
            continue
        lines.append("parameters:")
        for name, parameter in data[key].items():
            lines += _comment([parameters.get(name, "")], "  ")
            lines.append(f"  {_flow(name)}: {_flow(_short(parameter))}")
    return "\n".join(lines) + "\n"


def require_writable(path: Path, force: bool) -> None:
    """Raises InputError where there is a file already that is not to be replaced, something else than a file, or no
    folder to write it in."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first, or write elsewhere")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no regular file; choose another name")
    if path.exists() and not force:
        raise InputError(f"{path} exists already; choose another name, or replace it with --force")


def write_definition(path: Path, text: str, space: Space, force: bool) -> None:
    """Raises InputError where the file exists and is not to be replaced, or cannot be written; DefinitionError where
    the text is not this very definition, with nothing written."""
    require_writable(path, force)
    if parse_space(text, str(path)) != space:
        raise InputError(f"{path}: the definition would not be read again as it is meant; nothing was written")
    unfinished = path.with_name(f".{path.name[:100]}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as exc:
        unfinished.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {exc.strerror}") from exc


def _comment(texts: Sequence[str], indent: str) -> Iterator[str]:
    for text in texts:
        yield from (f"{indent}# {line}" for line in textwrap.wrap(printable(text), _WIDTH))


def _short(parameter: dict[str, Any]) -> Any:
    return parameter["value"] if set(parameter) == {"type", "value"} else parameter


def _flow(value: Any) -> str:
    """YAML on one line."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 10**6
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue().removesuffix("...\n").strip()
