"""The tables of docs/definition.md, from the JSON Schema of the definition and the parameters of the built-in model.

Each stands between two comments of the page; `make schema` makes them anew. All else on the page is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sweep.space.builtin import CNN_PARAMETERS, CnnParameter
from sweep.space.schema import make_schema
from sweep.space.schema_words import Node, default_in_words, literal, meaning_in_words, type_in_words

_PLACE = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->\n)", re.DOTALL)
_COLUMNS = ("type", "default", "meaning")
_SHORT = ("objective", "early_stopping", "retrain")
"""Sections of so few keys that one table does for all."""


def renewed(page: str) -> str:
    """The page with all of its tables made anew. Raises ValueError where it has not one place for each table."""
    tables = make_tables()
    places = [match[2] for match in _PLACE.finditer(page)]
    if sorted(places) != sorted(tables):
        raise ValueError(f"the page has places for {', '.join(places)}; there are tables of {', '.join(tables)}")
    return _PLACE.sub(lambda match: f"{match[1]}\n{tables[match[2]]}\n{match[3]}", page)


def make_tables() -> dict[str, str]:
    """Every table as Markdown, by its name."""
    schema = make_schema()
    sections, top = schema["$defs"], schema["properties"]
    short = [row for key in _SHORT for row in _rows(_section(top[key], sections), sections, f"{key}.")]
    methods = _kinds(top["search"]["oneOf"], "method", sections)
    types = _kinds(top["parameters"]["additionalProperties"]["anyOf"], "type", sections)
    return {
        "top level": _table(("key", *_COLUMNS), (_row(schema, key) for key in top)),
        "data": _table(("key", *_COLUMNS), _rows(_section(top["data"], sections), sections)),
        "search methods": _table(("`method`", "keys of its own", "what is tried"), _kind_rows(methods, "method")),
        "search": _table(("key", "for", *_COLUMNS), _key_rows(methods, "method")),
        ", ".join(_SHORT): _table(("key", *_COLUMNS), short),
        "parameter types": _table(("`type`", "keys of its own", "values"), _kind_rows(types, "type")),
        "parameters": _table(("key", "for", *_COLUMNS), _key_rows(types, "type")),
        "cnn": _table(
            ("parameter", "values", "default", "may be `per`", "meaning"), map(_cnn_row, CNN_PARAMETERS.values())
        ),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_line(head), "|" + "---|" * len(head), *map(_line, rows)]
    return "".join(f"{line}\n" for line in lines)


def _line(cells: Iterable[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def _row(section: Node, key: str, at: str = "") -> tuple[str, str, str, str]:
    node = section["properties"][key]
    default = "needed" if key in section.get("required", ()) else default_in_words(node)
    return f"`{at}{key}`", type_in_words(node), default, meaning_in_words(node)


def _rows(section: Node, sections: Node, at: str = "") -> Iterator[tuple[str, str, str, str]]:
    """A row for each key, and below one that is a section itself, rows for its keys."""
    for key, node in section["properties"].items():
        yield _row(section, key, at)
        if inner := _section(node, sections):
            yield from _rows(inner, sections, f"{at}{key}.")


def _section(node: Node, sections: Node) -> Node:
    """What the mapping at this key may hold; nothing where it is none."""
    reference = next((one["$ref"] for one in (node, *node.get("anyOf", ())) if "$ref" in one), None)
    return sections[reference.rpartition("/")[2]] if reference else {}


def _kinds(branches: Iterable[Node], tag: str, sections: Node) -> dict[str, Node]:
    """The sections that a mapping may be, by the value of the key that says which."""
    found = [section for branch in branches if (section := _section(branch, sections))]
    return {section["properties"][tag]["const"]: section for section in found}


def _kind_rows(kinds: dict[str, Node], tag: str) -> Iterator[tuple[str, str, str]]:
    for kind, section in kinds.items():
        own = [f"`{key}`" for key in section["properties"] if len(_having(kinds, key)) < len(kinds)]
        yield f"`{kind}`", ", ".join(own), meaning_in_words(section["properties"][tag])


def _key_rows(kinds: dict[str, Node], tag: str) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each key of any kind; a cell that is not the same for all of them says for which it holds."""
    keys = dict.fromkeys(key for section in kinds.values() for key in section["properties"] if key != tag)
    for key in keys:
        having = _having(kinds, key)
        name, *cells = zip(*(_row(section, key) for section in having.values()), strict=True)
        which = "all" if len(having) == len(kinds) else _listed(having)
        yield name[0], which, *(_merged(dict(zip(having, cell, strict=True))) for cell in cells)


def _having(kinds: dict[str, Node], key: str) -> dict[str, Node]:
    return {kind: section for kind, section in kinds.items() if key in section["properties"]}


def _merged(cells: dict[str, str]) -> str:
    by_text: dict[str, list[str]] = {}
    for kind, text in cells.items():
        by_text.setdefault(text, []).append(kind)
    if len(by_text) == 1:
        return next(iter(by_text))
    return "; ".join(f"{text} for {_listed(kinds)}" for text, kinds in by_text.items())


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)


def _cnn_row(parameter: CnnParameter) -> tuple[str, str, str, str, str]:
    per = f"`{parameter.per_layer}`" if parameter.per_layer else ""
    return f"`{parameter.name}`", parameter.domain, literal(parameter.default), per, parameter.help


if __name__ == "__main__":
    print(renewed(Path(sys.argv[1]).read_text(encoding="utf-8")), end="")
