"""Where an export may go."""

from __future__ import annotations

from pathlib import Path

from sweep.errors import InputError
from sweep.store.layout import RunDirectory


def target(path: Path, force: bool) -> Path:
    """The file that `path` names, links followed. Raises InputError where it is something else than a file, belongs to
    a run, or is there already and is not to be replaced: it may hold what others put into it."""
    found = path.resolve()
    if path.name in ("", "-"):
        raise InputError(f"--output {str(path)!r} names no file; left out, text goes to standard output")
    if found.exists() and not found.is_file():
        raise InputError(f"{path}: is no regular file; --output left out, text goes to standard output")
    if any(RunDirectory(folder).database.exists() for folder in found.parents):
        raise InputError(f"{path}: lies in the directory of a run, which keeps its own files there; write it elsewhere")
    if not found.parent.is_dir():
        raise InputError(f"{path}: there is no folder {found.parent}; make it first, or write elsewhere")
    if found.exists() and not force:
        raise InputError(f"{path} exists already; choose another name, or replace it with --force")
    return found
