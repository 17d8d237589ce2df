"""Where a command may write a file that its user names."""

from __future__ import annotations

from pathlib import Path

from sweep.errors import InputError
from sweep.store.layout import RunDirectory


def target(path: Path, force: bool, otherwise: str = "choose another name") -> Path:
    """The file that `path` names, links followed. Raises InputError where it is something else than a file, belongs to
    a run, has no folder, or is there already and is not to be replaced: it may hold what others put into it.

    `otherwise` is what to do where the name is none of a file.
    """
    if path.name in ("", "-"):
        raise InputError(f"--output {str(path)!r} names no file; {otherwise}")
    found = _found(path)
    if found.exists() and not found.is_file():
        raise InputError(f"{path}: is no regular file; {otherwise}")
    require_outside_runs(path)
    if not found.parent.is_dir():
        raise InputError(f"{path}: there is no folder {found.parent}; make it first, or write elsewhere")
    if found.exists() and not force:
        raise InputError(f"{path} exists already; choose another name, or replace it with --force")
    return found


def require_outside_runs(path: Path) -> None:
    """Raises InputError for what is a run's directory or lies in one."""
    found = _found(path)
    if any(RunDirectory(folder).database.exists() for folder in (found, *found.parents)):
        raise InputError(f"{path}: lies in the directory of a run, which keeps its own files there; write it elsewhere")


def _found(path: Path) -> Path:
    """Links followed. Raises InputError where nothing can have this name."""
    try:
        found = path.resolve()
        found.exists()
    except (OSError, RuntimeError) as exc:  # a name that is too long; a link that leads to itself
        reason = exc.strerror if isinstance(exc, OSError) else "a link that leads to itself"
        raise InputError(f"{path}: cannot be written: {reason}") from exc
    return found
