"""From the text of `data.source` to the source it means."""

from __future__ import annotations

import re
from pathlib import Path

from sweep.data.sources.source import Source
from sweep.errors import DataError
from sweep.space.data_settings import DEFAULT_MAX_UNPACKED, Splits
from sweep.text import printable


def open_source(source: str, splits: Splits | None = None, max_unpacked: int = DEFAULT_MAX_UNPACKED) -> Source:
    """A folder, .zip, .tar (compressed or not), .csv or .npz; `digits`, `keras:NAME` or `module:function`.

    A path is taken from the working directory; `digits` is the data set (`./digits` would be a folder).
    `max_unpacked` is how many bytes an archive or .npz may unpack to. Raises DataError where there is no such source,
    or it cannot be read.
    """
    if source == "digits":
        from sweep.data.sources.named import from_digits

        return from_digits(splits)
    if source.startswith("keras:"):
        from sweep.data.sources.named import from_keras

        return from_keras(source.removeprefix("keras:"), splits)
    path = _existing(source)
    if path is not None:
        return _open_path(path, splits, max_unpacked)
    if re.fullmatch(r"[\w.]+:\w+", source):
        from sweep.data.sources.named import from_function

        return from_function(source, splits)
    raise DataError(
        f"{printable(source)}: no such file or folder (seen from {Path.cwd()}); bring the images back, or set "
        "data.source to where they are"
    )


def _existing(source: str) -> Path | None:
    try:
        path = Path(source).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError) as exc:  # a name too long, a folder that may not be looked into, no such user
        raise DataError(f"{printable(source)}: cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc


def _open_path(path: Path, splits: Splits | None, max_unpacked: int) -> Source:
    from sweep.data.sources.archives import from_archive
    from sweep.data.sources.folders import from_folder
    from sweep.data.sources.npz import from_npz
    from sweep.data.sources.table import from_table

    if path.is_dir():
        return from_folder(path, splits)
    if not path.is_file():
        raise DataError(f"{path}: is neither a folder nor a file")
    try:
        if path.suffix.lower() == ".csv":
            return from_table(path, splits)
        if path.suffix.lower() == ".npz":
            return from_npz(path, splits, max_unpacked)
        return from_archive(path, splits, max_unpacked)
    except OSError as exc:
        raise DataError(f"{path}: cannot be read: {exc.strerror or exc}") from exc
