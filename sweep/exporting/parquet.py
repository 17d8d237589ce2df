"""Trials or epochs as a Parquet file, with typed columns: what a CSV has as texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sweep.exporting.packages import require
from sweep.store.export import epoch_rows, trial_columns
from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked
from sweep.store.reading import Reader


def write_parquet(run: RunDirectory, store: Reader, path: Path, epochs: bool) -> None:
    """The columns of `trials.csv`, or of the epochs' CSV; the file's metadata has the run's name and digest."""
    arrow, files = require("pyarrow", "parquet"), require("pyarrow.parquet", "parquet")
    with store.snapshot():
        digest = store.digest()
        columns = _epoch_columns(store) if epochs else trial_columns(store.trials(live=is_locked(run)))
    table = arrow.table({name: _array(arrow, name, values) for name, values in columns.items()})
    about = {"sweep.run": run.name, "sweep.digest": digest}
    files.write_table(table.replace_schema_metadata(about), path)


def _epoch_columns(store: Reader) -> dict[str, list[Any]]:
    rows = epoch_rows(store)
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["trial", "epoch", "seconds"]
    return {name: [row.get(name) for row in rows] for name in names}


def _array(arrow: Any, name: str, values: Sequence[Any]) -> Any:
    """Of the type that all values have, floats where some are whole numbers, texts where they are of several kinds."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return arrow.array(values, arrow.float64())
    if not kinds:
        return arrow.array(values, arrow.string() if name == "error" else arrow.float64())
    if len(kinds) > 1:
        return arrow.array([None if value is None else str(value) for value in values], arrow.string())
    return arrow.array(values)
