"""A TensorBoard event file that is appended to without TensorFlow.

tensorboard's own `EventFileWriter` imports TensorFlow wherever it is installed and keeps a thread and an open file for
each run. Here every write opens the file, appends and closes it: nothing is left to flush, close or lose.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from sweep.errors import SweepFailed
from sweep.faults import reach


class EventFile:
    """One event file in `directory`, which TensorBoard takes for one run. It comes to be with the first `write`."""

    def __init__(self, directory: Path) -> None:
        # A name of its own each time: a TensorBoard that is open while the directory is rebuilt reads it as a new file.
        self._path = directory / f"events.out.tfevents.{time.time_ns():020d}.sweep"
        self._pending: list[Event] = []
        self._gathers = False

    def write(self, values: Sequence[Summary.Value], step: int, wall_time: float) -> None:
        """Append `values` at `step`; `wall_time` is in seconds since the epoch. Raises SweepFailed where it cannot be
        written."""
        self._pending.append(Event(wall_time=wall_time, step=step, summary=Summary(value=values)))
        if not self._gathers:
            self._append()

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """What is written in here is appended at the end, in one go."""
        self._gathers = True
        yield
        self._gathers = False
        self._append()

    def _append(self) -> None:
        events, self._pending = self._pending, []
        try:
            if not self._path.exists():
                self._path.parent.mkdir(parents=True, exist_ok=True)
                events.insert(0, Event(wall_time=events[0].wall_time, file_version="brain.Event:2"))
            with self._path.open("ab") as file:
                writer = RecordWriter(file)
                for event in events:
                    writer.write(event.SerializeToString())
                reach("tensorboard.write")  # not all of it is on disk
        except OSError as exc:
            raise SweepFailed(f"{self._path}: {exc.strerror}; free some space or check the permissions") from exc


def scalars(values: Mapping[str, float | None]) -> list[Summary.Value]:
    """Tag to number as summary values. None is left out; NaN stays, so that a curve shows where a loss diverged."""
    return [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items() if value is not None]
