"""Image files that a user names one by one, or by the folders that they lie in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from sweep.data.sources.folders import is_wanted
from sweep.errors import InputError


def pick_images(named: Sequence[Path]) -> list[Path]:
    """Files as they are named; of a folder all that may be images in it and below, by name. None twice.

    Raises InputError where there is no such file or folder, or nothing in a folder may be an image.
    """
    found: dict[Path, None] = {}
    for path in named:
        try:
            is_folder, exists = path.is_dir(), path.exists()
        except OSError as exc:  # a name that is too long
            raise InputError(f"{path}: {exc.strerror}") from exc
        if not exists:
            raise InputError(f"{path}: there is no such file or folder")
        images = sorted(_below(path)) if is_folder else [path]
        if not images:
            raise InputError(f"{path}: there are no images in this folder")
        found |= dict.fromkeys(images)
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    for parent, names, files in os.walk(folder, onerror=_refuse):
        names[:] = sorted(name for name in names if not name.startswith("."))
        paths = (Path(parent) / file for file in files)
        yield from (one for one in paths if is_wanted(PurePosixPath(one.relative_to(folder).as_posix())))


def _refuse(exc: OSError) -> None:
    raise InputError(f"{exc.filename}: this folder cannot be read: {exc.strerror}") from exc
