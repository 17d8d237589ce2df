"""The JSON Schema of the definition file, generated from its models, for editors that complete and check."""

from __future__ import annotations

import json

from sweep.space.definition import Space


def schema_text() -> str:
    """What `search_spaces/schema.json` has to be; `make schema` generates it anew."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Space.model_json_schema()}
    return json.dumps(schema, indent=1) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
