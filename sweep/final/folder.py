"""Files and folders that are whole or not there, whenever the process is killed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sweep.faults import reach

MODEL, LABELS, METRICS = "model.keras", "labels.json", "metrics.json"
"""The files of `final/`."""


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` make the file under a temporary name with the same suffix, then give it its name."""
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    write(partial)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)


def write_json(path: Path, value: Any) -> None:
    """Strict JSON: ValueError for NaN and infinities, which JSON has no word for. A file's name that is no valid text
    is escaped in the way of JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(path, lambda partial: partial.write_text(text, "utf-8", "backslashreplace"))


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder to build the next `folder` in, which takes its place as a whole at the end of the block.

    After an exception in the block it is gone, and `folder` is as it was. Killed at any time, `folder` is the former
    or the new one, or `restore` makes it the former one.
    """
    restore(folder)
    staging, former = folder.with_name(f"{folder.name}.partial"), _former(folder)
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    reach("final.built")
    if folder.exists():
        os.replace(folder, former)
    reach("final.swap")
    os.replace(staging, folder)
    shutil.rmtree(former, ignore_errors=True)


def restore(folder: Path) -> None:
    """Undo or finish a replacement that was killed."""
    former = _former(folder)
    if not former.exists():
        return
    if any(folder.glob("*")):
        shutil.rmtree(former, ignore_errors=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(former, folder)


def _former(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.former")
