"""A trial on disk: every variable it needs to go on exactly, and the epochs it has reported so far."""

from __future__ import annotations

import json
import math
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import tensorflow as tf

from sweep.errors import SweepFailed
from sweep.faults import reach

_FACTS, _VALUES = "facts", "values"
"""The two files in the zip file. (An `.npz` has one for each array and copies what it writes, in twice the time.)"""

_TORN = (OSError, EOFError, RuntimeError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)
"""What a damaged zip file raises, by where the damage is."""


@dataclass(frozen=True)
class Checkpoint:
    """`facts` is JSON, whose numbers come back to the bit; `arrays` are the values of the variables in their order."""

    path: Path
    facts: dict[str, Any]
    arrays: tuple[np.ndarray, ...]

    def restore(self, variables: Sequence[Any]) -> None:
        """Assign the arrays to the variables (Keras' or TensorFlow's) they were taken from.

        Raises SweepFailed, before anything is assigned, where number, shapes or types are not the same.
        """
        if self.facts["layout"] != [_kind(_value(variable)) for variable in variables]:
            raise SweepFailed(
                f"{self.path} was written by another model than the one built now; "
                "undo the change to the model's code, or begin a new run"
            )
        for variable, array in zip(variables, self.arrays, strict=True):
            variable.assign(array)


@dataclass(frozen=True)
class CheckpointFile:
    """The latest checkpoint of a trial. What is there is whole: a torn or damaged file counts as none."""

    path: Path

    @classmethod
    def of(cls, folder: Path, trial: int) -> CheckpointFile:
        return cls(folder / f"trial-{trial:04}.ckpt")

    def save(self, variables: Sequence[Any], facts: dict[str, Any]) -> None:
        """Replace the file in one step, on disk when this returns. Raises SweepFailed where it cannot be written."""
        try:
            self._replace(variables, facts)
        except OSError as exc:
            self._temporary.unlink(missing_ok=True)  # it takes room where there is none
            raise SweepFailed(
                f"cannot write {self.path}: {exc.strerror or exc}; make room for it, then resume"
            ) from exc

    def load(self) -> Checkpoint | None:
        """The checkpoint, with every byte checked; None where there is no whole one."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                facts = json.loads(archive.read(_FACTS))
                with archive.open(_VALUES) as file:
                    return Checkpoint(self.path, facts, tuple(_read(file, facts["layout"])))
        except _TORN:
            return None

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)

    @property
    def _temporary(self) -> Path:
        return self.path.with_name(self.path.name + ".tmp")

    def _replace(self, variables: Sequence[Any], facts: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._temporary
        with temporary.open("wb") as file:
            _write(file, variables, facts)
            file.flush()
            os.fsync(file.fileno())
        reach("checkpoint.write")
        os.replace(temporary, self.path)
        reach("checkpoint.replace")
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name is on disk too
        finally:
            os.close(folder)


def _write(file: IO[bytes], variables: Sequence[Any], facts: dict[str, Any]) -> None:
    layout = []
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open(_VALUES, "w", force_zip64=True) as values:
            for variable in variables:
                value = _value(variable)
                layout.append(_kind(value))
                values.write(value.reshape(-1).view(np.uint8).data)
        archive.writestr(_FACTS, json.dumps({**facts, "layout": layout}))


def _read(file: IO[bytes], layout: list[list[Any]]) -> Iterator[np.ndarray]:
    """Raises BadZipFile at the last byte where a byte is not what was written."""
    for kind, *shape in layout:
        dtype = np.dtype(kind)
        yield np.frombuffer(file.read(dtype.itemsize * math.prod(shape)), dtype).reshape(shape)
    if file.read():
        raise ValueError("there is more than the layout tells of")


def _value(variable: Any) -> np.ndarray:
    """Where it is in memory, to read only. A copy, as `numpy()` gives, takes as long as to write it."""
    return np.asarray(tf.convert_to_tensor(variable))


def _kind(value: np.ndarray) -> list[Any]:
    """Type and shape. Names are left out: Keras numbers them by what else was built in the process."""
    return [str(value.dtype), *value.shape]
