"""Every format of `sweep export`, and what writes it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import InputError
from sweep.exporting.json_lines import lines_of
from sweep.exporting.wandb_lines import wandb_lines
from sweep.store.export import epochs_text, trials_text
from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked
from sweep.store.reading import Reader
from sweep.store.target import target

TEXTS: dict[str, Callable[[RunDirectory, Reader], str]] = {"jsonl": lines_of, "wandb": wandb_lines}
"""Formats that hold trials and epochs together, and are text."""


@dataclass(frozen=True)
class Export:
    """What is written: `epochs` instead of trials, where the format has two tables."""

    form: str
    epochs: bool = False

    @property
    def is_text(self) -> bool:
        return self.form in ("csv", "json", *TEXTS)

    @property
    def has_two_tables(self) -> bool:
        return self.form in ("csv", "json", "parquet")

    def text(self, run: RunDirectory, store: Reader) -> str:
        """Of a format that is text."""
        if self.form in TEXTS:
            return TEXTS[self.form](run, store)
        return epochs_text(store, self.form) if self.epochs else trials_text(store, self.form, is_locked(run))

    def write(self, run: RunDirectory, store: Reader, path: Path, force: bool = False) -> None:
        """The file appears, or with `force` is replaced, as a whole. Raises InputError where it is there already, where
        it cannot be written, or a package is missing that the format needs."""
        path = target(path, force, otherwise="left out, text goes to standard output")
        try:
            handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}-", dir=path.parent)
            os.close(handle)
            unfinished = Path(name)
            try:
                self._write(run, store, unfinished)
                os.chmod(unfinished, 0o666 & ~_umask())
                os.replace(unfinished, path)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as exc:
            raise InputError(f"{path}: cannot be written: {exc.strerror or exc}") from exc

    def _write(self, run: RunDirectory, store: Reader, path: Path) -> None:
        if self.form == "parquet":
            from sweep.exporting.parquet import write_parquet

            write_parquet(run, store, path, self.epochs)
        elif self.form == "optuna":
            from sweep.exporting.optuna_study import write_study  # the definition takes a while to be read

            write_study(run, store, path)
        else:
            path.write_text(self.text(run, store), encoding="utf-8")


def _umask() -> int:
    """A temporary file is its owner's alone; what is exported is like any other new file."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
