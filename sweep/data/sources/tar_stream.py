"""A tar file's own bytes, decompressed as they are read, and never more of them than was agreed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path
from typing import Any, BinaryIO

from sweep.errors import DataError

MAX_NAME_BYTES = 2**20
"""Of what stands before a member: long names and other headers are read into memory as a whole."""

_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


def open_tar(path: Path, max_unpacked: int, max_read: int) -> BoundedStream:
    """The tar in a file that may be compressed by gzip, bzip2 or xz, as a stream to give to `tarfile`."""
    with path.open("rb") as file:
        head = file.read(6)
    opener: Any = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), open)
    return BoundedStream(opener(path, "rb"), path, max_unpacked, max_read)


def too_large(path: Path, max_unpacked: int) -> DataError:
    return DataError(
        f"{path}: unpacks to more than {max_unpacked:,} bytes; if that is meant to be so, raise data.max_unpacked"
    )


class BoundedStream(io.RawIOBase):
    """Raises DataError instead of going beyond `max_unpacked` bytes, or of giving more than `max_read` at a time."""

    def __init__(self, file: BinaryIO, path: Path, max_unpacked: int, max_read: int) -> None:
        self._file, self._path = file, path
        self._max_unpacked, self._max_read = max_unpacked, max_read

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET and place > self._max_unpacked:
            raise too_large(self._path, self._max_unpacked)
        return self._file.seek(place, whence)

    def read(self, size: int = -1) -> bytes:
        if size > self._max_read or size < 0:
            raise DataError(f"{self._path}: has a header of {size:,} bytes, which no member needs; pack it anew")
        if self._file.tell() + size > self._max_unpacked + io.DEFAULT_BUFFER_SIZE:
            raise too_large(self._path, self._max_unpacked)
        return self._file.read(size)

    def close(self) -> None:
        self._file.close()
        super().close()
