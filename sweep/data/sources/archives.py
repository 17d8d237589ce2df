"""Class folders in a .zip or a .tar, compressed or not. Members are read in memory; nothing is unpacked to disk."""

from __future__ import annotations

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from sweep.data.sources.folders import arrange
from sweep.data.sources.source import Item, Load, Source, classes_of, file_digest, thread_count
from sweep.errors import DataError
from sweep.space.definition import Splits


def from_archive(path: Path, splits: Splits | None) -> Source:
    """Its content, not its name, says which kind it is. Raises DataError where it is neither, or damaged."""
    with _damage_named(path):
        if zipfile.is_zipfile(path):
            members = zipfile.ZipFile(path)
            return ZipSource(path, _items(path, _names_in_zip(members), splits), members)
        if tarfile.is_tarfile(path):
            offsets = _offsets_in_tar(path)
            return TarSource(path, _items(path, offsets, splits), offsets)
    raise DataError(f"{path}: is no folder, .csv, .npz, .zip or .tar (or it is damaged)")


@dataclass(frozen=True)
class _Archive:
    """What both kinds share."""

    path: Path
    items: tuple[Item, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        return classes_of(self.items)

    @property
    def threads(self) -> int:
        return thread_count()

    def contents(self, items: Sequence[Item]) -> list[str]:
        """One digest: that of the whole archive, whatever the items."""
        return [file_digest(self.path)]

    def sizes(self) -> None:
        return None


@dataclass(frozen=True)
class ZipSource(_Archive):
    members: zipfile.ZipFile

    def loads(self, items: Sequence[Item]) -> Iterator[tuple[int, Load]]:
        for index, item in enumerate(items):
            yield index, partial(self.members.read, str(item.place))  # ZipFile locks its reads itself


@dataclass(frozen=True)
class TarSource(_Archive):
    """Read once from its beginning to its end, because going back means to decompress it anew."""

    offsets: dict[str, int]

    def loads(self, items: Sequence[Item]) -> Iterator[tuple[int, Load]]:
        indices = {self.offsets[str(item.place)]: index for index, item in enumerate(items)}
        with _damage_named(self.path), tarfile.open(self.path) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.offset in indices else None
                if file is not None:
                    yield indices[member.offset], partial(bytes, file.read())


def _names_in_zip(members: zipfile.ZipFile) -> list[str]:
    files = (member for member in members.infolist() if not member.is_dir())
    return [member.filename for member in files if not stat.S_ISLNK(member.external_attr >> 16)]


def _offsets_in_tar(path: Path) -> dict[str, int]:
    """Member name to where it begins; of a name that is there twice, the last, as unpacking would leave it."""
    with tarfile.open(path) as tar:
        return {member.name: member.offset for member in tar if member.isreg()}


def _items(path: Path, names: Iterable[str], splits: Splits | None) -> tuple[Item, ...]:
    names = list(names)
    for name in names:
        absolute = PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive
        if absolute or ".." in PurePosixPath(name).parts:
            raise DataError(f"{path}: the member {name!r} points outside of the archive; pack it anew")
    return arrange(names, splits, str(path))


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as exc:
        raise DataError(f"{path}: the archive is damaged ({exc})") from exc
