"""A trial on disk: every variable it needs to go on exactly, and the epochs it has reported so far."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweep.errors import SweepFailed
from sweep.faults import reach

_FACTS = "facts"
_TORN = (OSError, EOFError, RuntimeError, ValueError, KeyError, zipfile.BadZipFile)
"""What a damaged zip file of arrays raises, by where the damage is."""


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
        if self.facts["layout"] != _layout([variable.numpy() for variable in variables]):
            raise SweepFailed(
                f"{self.path} was written by another model than the one built now; "
                "undo the change to the model's code, or begin a new run"
            )
        for variable, array in zip(variables, self.arrays, strict=True):
            variable.assign(array.view(variable.numpy().dtype))


@dataclass(frozen=True)
class CheckpointFile:
    """The latest checkpoint of a trial. What is there is whole: a torn or damaged file counts as none."""

    path: Path

    @classmethod
    def of(cls, folder: Path, trial: int) -> CheckpointFile:
        return cls(folder / f"trial-{trial:04}.ckpt")

    def save(self, variables: Sequence[Any], facts: dict[str, Any]) -> None:
        """Replace the file in one step, on disk when this returns. Raises SweepFailed where it cannot be written."""
        values = [variable.numpy() for variable in variables]
        text = json.dumps({**facts, "layout": _layout(values)})
        arrays = {_FACTS: np.frombuffer(text.encode(), dtype=np.uint8)}
        arrays.update((_name(index), value) for index, value in enumerate(values))
        try:
            self._replace(arrays)
        except OSError as exc:
            raise SweepFailed(
                f"cannot write {self.path}: {exc.strerror or exc}; make room for it, then resume"
            ) from exc

    def load(self) -> Checkpoint | None:
        """The checkpoint, with every byte checked; None where there is no whole one."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                if archive.testzip() is not None:
                    return None
            with np.load(self.path, allow_pickle=False) as arrays:
                facts = json.loads(arrays[_FACTS].tobytes())
                return Checkpoint(self.path, facts, tuple(arrays[_name(i)] for i in range(len(facts["layout"]))))
        except _TORN:
            return None

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)

    def _replace(self, arrays: dict[str, np.ndarray]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(self.path.name + ".tmp")
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]
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


def _name(index: int) -> str:
    return f"variable_{index:05}"


def _layout(values: Sequence[np.ndarray]) -> list[list[Any]]:
    """Shapes and types. Names are left out: Keras numbers them by what else was built in the process."""
    return [[str(value.dtype), *value.shape] for value in values]
