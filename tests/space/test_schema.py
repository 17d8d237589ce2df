from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sweep.errors import DefinitionError
from sweep.space.schema import make_schema, schema_text

FOLDER = Path(__file__).parents[2] / "search_spaces"


def keys_of(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of every section in the schema, at whatever depth, with what the schema says of it."""
    if isinstance(node, list):
        for one in node:
            yield from keys_of(one, path)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "properties":
                yield from ((f"{path}.{key}", told) for key, told in value.items())
            yield from keys_of(value, path if name in ("$defs", "properties") else f"{path}.{name}")


def written(path: str, value: Any) -> dict[str, Any]:
    """A definition that is sound but for what this key may be."""
    parameters = {"b": {"type": "int", "min": 1, "max": 2}, "c": {"type": "choice", "values": ["y", "z"]}}
    definition: dict[str, Any] = {"name": "x", "data": {"source": "digits"}, "model": "my:build"}
    definition |= {"search": {"method": "random"}, "parameters": parameters}
    *sections, key = path.split(".")
    inner = definition
    for section in sections:
        inner = inner[section]
    inner[key] = value
    return definition


@pytest.fixture(scope="module")
def under_the_schema() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(make_schema())
    return jsonschema.Draft202012Validator(make_schema())


def test_the_schema_beside_the_definitions_is_in_step():
    assert (FOLDER / "schema.json").read_text() == schema_text(), "run `make schema`"


def test_it_is_what_the_module_prints():
    command = [sys.executable, "-m", "sweep.space.schema"]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parent).stdout == schema_text()
    )


def test_every_key_has_a_description():
    found = list(keys_of(make_schema()))
    assert [path for path, told in found if not told.get("description", "").strip()] == []
    told = {path: node["description"] for path, node in found}
    assert len(found) > 60  # all of them were looked at
    assert told[".name"].startswith("letters, digits")
    assert told[".DataSettings.source"].startswith("class folders")
    assert told[".Splits.train"] == "folder or CSV split of the training images"


def test_editors_are_told_which_keys_there_are():
    schema = make_schema()
    assert schema["additionalProperties"] is False
    assert all(section["additionalProperties"] is False for section in schema["$defs"].values())
    assert schema["required"] == ["name", "data"]
    tags = schema["properties"]["search"]["discriminator"]["mapping"]
    assert set(tags) == {"random", "hyperband", "bayesian", "grid"}


def test_no_title_only_repeats_a_key():
    titles = {told["title"] for _, told in keys_of(make_schema()) if "title" in told}
    assert titles == {"size", "value"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "x-1.b"),
        ("objective", "val_f1"),
        ("objective", {"metric": "loss", "direction": "min"}),
        ("search.max_time", 90),
        ("search.max_time", 0.5),
        ("search.max_time", " 1.5 h "),
        ("search.max_time", "90"),
        ("search.max_time", None),
        ("max_memory", 1),
        ("max_memory", "1.5 gib"),
        ("max_memory", "500b"),
        ("data.image_size", [8, 9]),
        ("data.image_size", None),
        ("parameters.a", 3),
        ("parameters.a", {"type": "choice", "values": ["x"], "when": {"b": 1, "c": ["y", "z"]}}),
    ],
)
def test_what_a_definition_may_say_an_editor_accepts(under_the_schema, load, path, value):
    definition = written(path, value)
    load(json.dumps(definition))
    assert under_the_schema.is_valid(definition)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nme", 1),
        ("name", "a b"),
        ("name", ".x"),
        ("objective", "val_acuracy"),
        ("objective", {"metric": "val_acuracy", "direction": "max"}),
        ("search.max_time", 0),
        ("search.max_time", "8x"),
        ("search.max_time", "8 H"),
        ("max_memory", 0),
        ("max_memory", "2 XB"),
        ("max_memory", 1.5),
        ("data.image_size", [8]),
        ("data.image_size", [8, 8, 3]),
        ("data.image_size", [0, 8]),
        ("parameters.a", {"type": "choice", "values": []}),
    ],
)
def test_what_a_definition_may_not_say_an_editor_marks(under_the_schema, load, path, value):
    definition = written(path, value)
    with pytest.raises(DefinitionError):
        load(json.dumps(definition))
    assert not under_the_schema.is_valid(definition)


def test_shipped_definitions_point_to_the_schema_and_are_valid_under_it(under_the_schema, shipped):
    text = shipped.read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    data = YAML(typ="safe", pure=True).load(text)
    under_the_schema.validate(data)
    assert not under_the_schema.is_valid({**data, "nme": 1})
