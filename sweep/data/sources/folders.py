"""Class folders, with or without split folders above them, as a layout of paths and as a source on disk."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from sweep.data.sources.parts import OBVIOUS, parts
from sweep.data.sources.source import FileSource, Item
from sweep.errors import DataError
from sweep.space.data_settings import Splits

_LITTER = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
_TEXTS = {"readme", "license", "licence", "copying", "notice", "makefile"}
_NOT_IMAGES = re.compile(
    r"\.(txt|md|rst|csv|tsv|jsonl?|xml|ya?ml|toml|ini|cfg|log|html?|css|js|pdf|docx?|xlsx?|pptx?|od[ts]|rtf|tex|py|ipynb|sh"
    r"|bat|zip|tar|t?gz|bz2|xz|7z|rar|np[yz]|pkl|pickle|mat|h5|hdf5|db|sqlite|parquet|tfrecord|pth?|onnx"
    r"|keras|bak|lock|md5|sha1|sha256|lst|names|data|mp3|wav|mp4|avi|mov|mkv|webm)",
    re.IGNORECASE,
)


def is_wanted(path: PurePosixPath) -> bool:
    """Whether a path may be an image: no dot-file, no litter of a file manager, no well-known other kind of file."""
    if any(part.startswith(".") or part.lower() in _LITTER for part in path.parts):
        return False
    return not _NOT_IMAGES.fullmatch(path.suffix) and path.name.lower() not in _TEXTS


def arrange(paths: Iterable[str], splits: Splits | None, where: str) -> tuple[Item, ...]:
    """Items of `[wrapper/][split/]class/**/file` paths, sorted by name; files in no class folder are passed over.

    Names and labels are in Unicode's composed form, so that a copy made on another system has the same ones.
    Raises DataError where there is no class folder, or the split folders are not clear.
    """
    files = {path: PurePosixPath(unicodedata.normalize("NFC", path)) for path in paths}
    files = _unwrapped({path: name for path, name in files.items() if is_wanted(name)}, splits)
    played = _split_folders(files.values(), splits, where)
    items = [_item(path, name, played) for path, name in files.items() if _has_class(name, played)]
    if not items:
        layout = f"{next(iter(played))}/<class>/" if played else "<class>/"
        raise DataError(f"{where}: no images in class folders; they are expected as {layout}<image>")
    return tuple(sorted(items, key=lambda item: (item.name, str(item.place))))


def _unwrapped(files: dict[str, PurePosixPath], splits: Splits | None) -> dict[str, PurePosixPath]:
    """Without the one folder that may stand around all of them, as archives often have it."""
    tops = {name.parts[0] for name in files.values()}
    deep = any(len(name.parts) > 2 for name in files.values())
    if len(tops) != 1 or not deep or any(_names_a_split(top, splits) for top in tops):
        return files
    return {path: PurePosixPath(*name.parts[1:]) for path, name in files.items()}


def _names_a_split(folder: str, splits: Splits | None) -> bool:
    return folder.lower() in OBVIOUS if splits is None else folder in splits.model_dump().values()


def _split_folders(names: Iterable[PurePosixPath], splits: Splits | None, where: str) -> dict[str, str]:
    tops = {name.parts[0] for name in names if len(name.parts) > 1}
    if splits is None and not (tops and all(_names_a_split(top, None) for top in tops)):
        return {}
    return parts(tops, splits, where)


def _has_class(name: PurePosixPath, played: dict[str, str]) -> bool:
    return len(name.parts) > 2 and name.parts[0] in played if played else len(name.parts) > 1


def _item(path: str, name: PurePosixPath, played: dict[str, str]) -> Item:
    label = name.parts[1] if played else name.parts[0]
    return Item(name.as_posix(), label, played.get(name.parts[0]), path)


def from_folder(root: Path, splits: Splits | None) -> FileSource:
    return FileSource(root, arrange(_walk(root), splits, str(root)))


def _walk(root: Path) -> Iterator[str]:
    """Paths of all files from `root`. Links are followed, but no folder is entered twice, so a circle of them ends.
    Raises DataError where a folder cannot be read, for it may be a whole class."""
    entered = {os.path.realpath(root)}
    for folder, names, files in os.walk(root, onerror=_refuse, followlinks=True):
        relative = Path(folder).relative_to(root)
        yield from ((relative / file).as_posix() for file in files)
        names[:] = sorted(name for name in names if _enters(os.path.join(folder, name), entered))


def _refuse(exc: OSError) -> None:
    raise DataError(f"{exc.filename}: this folder cannot be read: {exc.strerror}") from exc


def _enters(folder: str, entered: set[str]) -> bool:
    real = os.path.realpath(folder)
    if real in entered or os.path.basename(folder).startswith("."):
        return False
    entered.add(real)
    return True
