"""A run directory taken away, whole or not at all."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import SweepFailed
from sweep.store.layout import RunDirectory
from sweep.store.lock import RunLock


@dataclass(frozen=True)
class Contents:
    """How many files lie in a folder, and how many bytes they have."""

    files: int
    bytes: int


def contents_of(folder: Path) -> Contents:
    """Links in it count as nothing: what they lead to stays. What cannot be looked at is left out."""
    files = size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(parent, name))
            except OSError:
                continue
            files, size = files + 1, size + found.st_size
    return Contents(files, size)


def remove_run(run: RunDirectory) -> None:
    """The directory is gone under its name at once, and then its files. Of a link only the link goes.

    Raises InputError where the run is being run, SweepFailed where a file of it cannot be removed.
    """
    aside = run.root.with_name(f".{run.name}.removed-{os.getpid()}")  # no name of a run
    try:
        with RunLock(run):
            os.replace(run.root, aside)
        if aside.is_symlink():
            aside.unlink()
        else:
            shutil.rmtree(aside)
    except OSError as exc:
        left = f"; what is left of {run.name} is in {aside}" if aside.exists() else ""
        raise SweepFailed(f"{exc.filename or run.root}: cannot be removed: {exc.strerror}{left}") from exc
