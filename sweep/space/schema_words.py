"""What a JSON Schema says of a key, in the words of the docs: its type, its default, its meaning."""

from __future__ import annotations

from typing import Any

from sweep.space.quantities import size_in_words

Node = dict[str, Any]

_NOUNS = {"string": "text", "boolean": "bool", "integer": "int", "number": "number", "object": "mapping"}


def type_in_words(node: Node) -> str:
    """`text`, `int ≥ 1`, `0 < x < 1`, `duration`, `[height, width]`, `stop` or `skip`, ..."""
    alternatives = list(dict.fromkeys(_alternatives(node)))
    return " or ".join(part for part in (", ".join(alternatives[:-1]), alternatives[-1]) if part)


def _alternatives(node: Node) -> list[str]:
    if "title" in node:
        return [node["title"]]
    if "$ref" in node:  # of a section: every other type stands where it is used
        return ["mapping"]
    if "enum" in node:
        return [f"`{value}`" for value in node["enum"]]
    for union in ("anyOf", "oneOf"):
        if union in node:
            return [one for branch in node[union] if branch.get("type") != "null" for one in _alternatives(branch)]
    return [_list(node) if node["type"] == "array" else _bounded(node)]


def _list(node: Node) -> str:
    if "prefixItems" in node:
        return f"[{', '.join(type_in_words(item) for item in node['prefixItems'])}]"
    item = type_in_words(node["items"])
    return f"list of {item}" if " " in item else f"list of {item}s"


def _bounded(node: Node) -> str:
    noun = _NOUNS[node["type"]]
    low, high = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None:
        return f"{noun} > {low}" if high is None else f"{low} < x < {high}"
    return f"{noun} ≥ {node['minimum']}" if "minimum" in node else noun


def default_in_words(node: Node) -> str:
    """As the file would have it; what is `left out: ` by the description where it says so."""
    _, _, left_out = node["description"].partition("; left out: ")
    default = node.get("default")
    if left_out or default is None:
        return left_out or "none"
    if node.get("title") == "size":
        return size_in_words(default)
    plain = isinstance(default, int | float) and not isinstance(default, bool)
    return literal(default) if plain else f"`{literal(default)}`"


def literal(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {literal(one)}' for key, one in value.items() if one is not None)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def meaning_in_words(node: Node) -> str:
    """The description, without what `default_in_words` takes from it."""
    return str(node["description"].partition("; left out: ")[0])
