"""A CSV file with the columns `path` and `label`, and `split` where it has splits."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sweep.data.sources.parts import parts
from sweep.data.sources.source import FileSource, Item
from sweep.errors import DataError
from sweep.space.data_settings import Splits
from sweep.text import printable


@dataclass(frozen=True)
class _Row:
    path: str
    label: str
    split: str


def from_table(path: Path, splits: Splits | None) -> FileSource:
    """Paths are taken from the CSV's own folder. Raises DataError naming the line of a row that says too little."""
    try:
        rows = list(_rows(path))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise DataError(f"{path}: is no CSV file in UTF-8 ({exc})") from exc
    if not rows:
        raise DataError(f"{path}: lists no images")
    played = _played(path, rows, splits)
    items = [
        Item(row.path, row.label, played.get(row.split), row.path) for row in rows if not played or row.split in played
    ]
    return FileSource(path.parent, tuple(sorted(items, key=lambda item: (item.name, item.label, item.split or ""))))


def _rows(path: Path) -> Iterator[_Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        columns = [name.strip() for name in reader.fieldnames or ()]
        missing = [name for name in ("path", "label") if name not in columns]
        if missing:
            found = printable(", ".join(columns)) or "nothing"
            raise DataError(f"{path}:1: the column {missing[0]!r} is missing; found: {found}")
        reader.fieldnames = columns
        for cells in reader:
            yield _row(cells, f"{path}:{reader.line_num}")


def _row(cells: dict[str, str | None], where: str) -> _Row:
    row = _Row(*((cells.get(column) or "").strip() for column in ("path", "label", "split")))
    if not row.path or not row.label:
        raise DataError(f"{where}: a row needs a path and a label")
    return row


def _played(path: Path, rows: list[_Row], splits: Splits | None) -> dict[str, str]:
    names = {row.split for row in rows}
    if names == {""} and splits is None:
        return {}
    if "" in names and splits is None:
        raise DataError(
            f"{path}: {next(row.path for row in rows if not row.split)!r} has no split, while others have one"
        )
    return parts(names - {""}, splits, str(path))
