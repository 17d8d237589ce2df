"""A definition as a text for people: no more keys than it needs, and comments that say why it is as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from sweep.space.definition import Space
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
