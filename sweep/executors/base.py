"""An executor runs requests somewhere. It is handed the function to run, and knows nothing of trials or searchers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

Function = Callable[[Any], Iterator[Any]]
"""What a worker does with a request: give events one by one. Closing the iterator stops it at the event just given."""


@dataclass(frozen=True)
class WorkerLost:
    """The event in place of all others when the process that ran a request died; `log` is the end of what it wrote."""

    reason: str
    log: str | None = None


class Executor(Protocol):
    """Requests in, (request, event) pairs out. Function and requests must be picklable."""

    @property
    def free(self) -> int:
        """How many requests can be taken now."""

    @property
    def busy(self) -> int:
        """How many requests are running."""

    def submit(self, request: Any) -> None:
        """Start a request. Only while `free`."""

    def collect(self, timeout: float) -> list[tuple[Any, Any]]:
        """The events that have come, after at most `timeout` seconds of waiting for a first one. A SweepError that the
        function raised is raised here: it concerns all requests, such as a full disk."""

    def cancel(self, request: Any) -> None:
        """End this running request; no further event of it comes. In a process of its own it is killed at once, in
        this one it ends with the event that it has given last."""

    def stop(self) -> None:
        """Let every running request end at its next event; their remaining events never come."""

    def close(self) -> None:
        """End everything now."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...
