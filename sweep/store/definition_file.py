"""A definition as a file, written only where it may be, and where it would be read as it is meant."""

from __future__ import annotations

import os
from pathlib import Path

from sweep.errors import InputError
from sweep.space.definition import Space
from sweep.space.load import parse_space
from sweep.store.target import target


def write_definition(path: Path, text: str, space: Space, force: bool) -> None:
    """Raises InputError as `target`, and where the file cannot be written; DefinitionError where the text is not this
    very definition, with nothing written."""
    found = target(path, force)
    if parse_space(text, str(path)) != space:
        raise InputError(f"{path}: the definition would not be read again as it is meant; nothing was written")
    unfinished = found.with_name(f".{found.name[:100]}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, found)
    except OSError as exc:
        unfinished.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {exc.strerror}") from exc
