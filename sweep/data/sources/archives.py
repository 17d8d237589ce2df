"""Class folders in a .zip or a .tar, compressed or not. Members are read in memory; nothing is unpacked to disk."""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from sweep.data.sources.folders import arrange
from sweep.data.sources.source import (
    MAX_FILE_BYTES,
    Item,
    Load,
    Source,
    classes_of,
    file_digest,
    require_small,
    thread_count,
)
from sweep.data.sources.tar_stream import MAX_NAME_BYTES, open_tar, too_large
from sweep.data.sources.zip_limits import require_fair
from sweep.errors import DataError
from sweep.space.data_settings import DEFAULT_MAX_UNPACKED, Splits
from sweep.text import one_line


def from_archive(path: Path, splits: Splits | None, max_unpacked: int = DEFAULT_MAX_UNPACKED) -> Source:
    """Its content, not its name, says which kind it is.

    Raises DataError where it is neither, damaged, larger than `max_unpacked` bytes when unpacked, or has members that
    are links, devices, or have a place outside of it.
    """
    with _damage_named(path):
        if zipfile.is_zipfile(path):
            members = zipfile.ZipFile(path)
            return ZipSource(path, _items(path, _names_in_zip(path, members, max_unpacked), splits), members)
        if _is_tar(path):
            offsets = _offsets_in_tar(path, max_unpacked)
            return TarSource(path, _items(path, offsets, splits), offsets, max_unpacked)
    raise DataError(f"{path}: is no folder, .csv, .npz, .zip or .tar (or it is damaged)")


@dataclass(frozen=True)
class _Archive:
    """What both kinds share."""

    path: Path
    items: tuple[Item, ...]
    encoded = True

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
            yield index, partial(self._read, str(item.place))  # ZipFile locks its reads itself

    def _read(self, name: str) -> bytes:
        """Not `ZipFile.read`, which unpacks up to 2 GiB whatever the size that the member claims to have."""
        info = self.members.getinfo(name)
        require_small(info.file_size)
        with self.members.open(info) as file:
            data = file.read(info.file_size)
            file.read(1)  # checks the sum of the whole member
            return data


@dataclass(frozen=True)
class TarSource(_Archive):
    """Read once from its beginning to its end, because going back means to decompress it anew."""

    offsets: dict[str, int]
    max_unpacked: int

    def loads(self, items: Sequence[Item]) -> Iterator[tuple[int, Load]]:
        indices = {self.offsets[str(item.place)]: index for index, item in enumerate(items)}
        with (
            _damage_named(self.path),
            open_tar(self.path, self.max_unpacked, MAX_FILE_BYTES) as stream,
            tarfile.open(fileobj=stream, mode="r:") as tar,
        ):
            for member in tar:
                if member.offset in indices:
                    yield indices[member.offset], self._load(tar, member)

    def _load(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Load:
        """Read now, since the tar goes on; what stands in the way is raised when the image is asked for."""
        try:
            require_small(member.size)
        except ValueError as exc:
            return partial(_raise, exc)
        file = tar.extractfile(member)
        return partial(bytes, b"" if file is None else file.read())


def _raise(exc: Exception) -> bytes:
    raise exc


def _names_in_zip(path: Path, members: zipfile.ZipFile, max_unpacked: int) -> list[str]:
    require_fair(path, members, max_unpacked)
    for member in members.infolist():
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _neither(path, member.filename)
    return [member.filename for member in members.infolist() if not member.is_dir()]


def _is_tar(path: Path) -> bool:
    try:
        with open_tar(path, DEFAULT_MAX_UNPACKED, MAX_NAME_BYTES) as stream, tarfile.open(fileobj=stream, mode="r:"):
            return True
    except tarfile.TarError:
        return False


def _offsets_in_tar(path: Path, max_unpacked: int) -> dict[str, int]:
    """Member name to where it begins; of a name that is there twice, the last, as unpacking would leave it."""
    offsets: dict[str, int] = {}
    unpacked = 0
    with (
        open_tar(path, max_unpacked, MAX_NAME_BYTES) as stream,
        tarfile.open(fileobj=stream, mode="r:") as tar,
    ):
        for member in tar:
            if not (member.isreg() or member.isdir()):
                raise _neither(path, member.name)
            unpacked += member.size
            if unpacked > max_unpacked:
                raise too_large(path, max_unpacked)
            if member.isreg():
                offsets[member.name] = member.offset
    return offsets


def _neither(path: Path, member: str) -> DataError:
    return DataError(
        f"{path}: the member {member!r} is neither a file nor a folder, but a link or a device; pack it anew without"
    )


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
    except (DataError, MemoryError):
        raise
    except Exception as exc:  # damaged bytes make tarfile and zipfile raise anything at all
        raise DataError(f"{path}: the archive is damaged ({one_line(exc)})") from exc
