"""The JSON Schema of the definition file, generated from its models, for editors that complete and check."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sweep.space.definition import Space


class _NamedByKeys(GenerateJsonSchema):
    """Without titles that only repeat a key (`Max Time`). Those that are left name what JSON has no type for."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def make_schema() -> dict[str, Any]:
    schema = Space.model_json_schema(schema_generator=_NamedByKeys)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """What `search_spaces/schema.json` has to be; `make schema` generates it anew."""
    return json.dumps(make_schema(), indent=1) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
