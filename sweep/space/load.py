"""A search-space file to a validated `Space`: all of its mistakes at once, or none. Never imports TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sweep.errors import DefinitionError, Problem
from sweep.space.definition import Space
from sweep.space.meaning import find_mistakes
from sweep.space.overrides import apply_overrides
from sweep.space.structure import check_structure
from sweep.space.yaml_source import Document, parse_document, read_document


def load_space(path: str | Path, overrides: Sequence[str] = ()) -> Space:
    """Read and validate a search-space file, with `key.path=value` overrides as the command line's `--set`.

    Raises DefinitionError with every mistake in it, InputError where it cannot be read.
    """
    return validate(apply_overrides(read_document(Path(path)), overrides))


def parse_space(text: str, source: str, overrides: Sequence[str] = ()) -> Space:
    """As `load_space`, from text."""
    return validate(apply_overrides(parse_document(text, source), overrides))


def validate(document: Document) -> Space:
    """The document as a frozen space. Raises DefinitionError with every mistake in it."""
    space, problems, dropped = check_structure(document)
    if space is not None:
        problems += [document.problem(path, message) for path, message in find_mistakes(space, dropped, final=False)]
    if problems or space is None:
        raise DefinitionError(document.source, list(dict.fromkeys(problems)))
    return space


def validate_again(space: Space) -> Space:
    """A space that was changed since it was read, for instance by parameters that a model declares itself."""
    mistakes = find_mistakes(space)
    if mistakes:
        raise DefinitionError(space.name, [Problem(0, 0, message) for _, message in mistakes])
    return space


def as_plain_data(space: Space) -> dict[str, Any]:
    """The resolved definition as a file would give it."""
    data = space.model_dump(mode="json", exclude_none=True)
    data["parameters"] = {name: _short(parameter) for name, parameter in data["parameters"].items()}
    return data


def dump_space(space: Space) -> str:
    """The resolved definition as YAML; reading it again gives an equal space."""
    stream = StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    yaml.dump(as_plain_data(space), stream)
    return stream.getvalue()


def _short(parameter: dict[str, Any]) -> Any:
    return parameter["value"] if set(parameter) == {"type", "value"} else parameter
