from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sweep.space.schema import schema_text

FOLDER = Path(__file__).parents[2] / "search_spaces"


def test_the_schema_beside_the_definitions_is_in_step():
    assert (FOLDER / "schema.json").read_text() == schema_text(), "run `make schema`"


def test_it_is_what_the_module_prints():
    command = [sys.executable, "-m", "sweep.space.schema"]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parent).stdout == schema_text()
    )


def test_editors_are_told_keys_kinds_and_meanings():
    schema = json.loads(schema_text())
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name", "data"]
    assert {"name", "data", "model", "search", "parameters", "enqueue"} < set(schema["properties"])
    tags = schema["properties"]["search"]["discriminator"]["mapping"]
    assert list(tags) == ["random", "hyperband", "bayesian", "grid"] or set(tags) == {
        "random",
        "hyperband",
        "bayesian",
        "grid",
    }
    assert schema["$defs"]["DataSettings"]["properties"]["source"]["description"].startswith("class folders")


def test_shipped_definitions_point_to_the_schema_and_are_valid_under_it(shipped):
    text = shipped.read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    jsonschema = pytest.importorskip("jsonschema")
    data = YAML(typ="safe", pure=True).load(text)
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json.loads(schema_text())).validate({**data, "nme": 1})
