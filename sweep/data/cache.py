"""Where prepared data lies: one folder an entry, which has its final name only when all of it is on disk."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import platformdirs

from sweep.errors import InputError

_TEMPORARY = "tmp-"
_STALE_SECONDS = 24 * 3600


def entries_folder(cache: Path | None) -> Path:
    """`datasets` in the given folder, or in that of SWEEP_CACHE, or in the user's cache directory."""
    chosen = cache or os.environ.get("SWEEP_CACHE") or platformdirs.user_cache_path("sweep")
    return Path(chosen).expanduser() / "datasets"


@contextmanager
def new_entry(entry: Path, is_whole: Callable[[Path], bool]) -> Iterator[Path]:
    """A temporary folder that becomes `entry` when the block ends, unless another process was first with a whole one.

    Raises InputError where the cache cannot be written.
    """
    temporary: Path | None = None
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(entry.parent)
        temporary = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{entry.name[:12]}-{os.getpid()}-", dir=entry.parent))
        yield temporary
        _publish(temporary, entry, is_whole)
    except OSError as exc:
        raise InputError(f"cache {entry.parent}: {exc.strerror or exc}; make room there or set SWEEP_CACHE") from exc
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def create_array(path: Path, shape: tuple[int, ...], dtype: type = np.uint8) -> np.memmap:
    """A .npy file as a memmap, its room on disk taken now: a full disk would otherwise kill the process at a write."""
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
            except OSError as exc:
                if exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                    raise
    return array


def _publish(temporary: Path, entry: Path, is_whole: Callable[[Path], bool]) -> None:
    for file in [path for path in temporary.rglob("*")] + [temporary]:
        _sync(file)
    try:
        temporary.rename(entry)
    except OSError as exc:
        if exc.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if is_whole(entry):
            return
        _move_away(entry)
        _publish(temporary, entry, is_whole)
    _sync(entry.parent)


def _move_away(damaged: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}damaged-", dir=damaged.parent))
    with suppress(FileNotFoundError):  # another process was faster
        damaged.rename(aside / "entry")
    shutil.rmtree(aside, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_stale(folder: Path) -> None:
    """What killed processes left. A day is longer than any preparation takes."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path)
