"""Runs one request at a time in this process: for debugging, tests, and where a second import is not worth it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Self

from sweep.executors.base import Function

BURST_SECONDS = 0.01
"""An epoch takes longer than this, so what its report says is stored before the next one begins."""


class InlineExecutor:
    """`collect` advances the running request to its next event, however long that takes, and further while that takes
    next to nothing."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._request: Any = None
        self._events: Iterator[Any] | None = None

    @property
    def free(self) -> int:
        return 1 - self.busy

    @property
    def busy(self) -> int:
        return int(self._events is not None)

    def submit(self, request: Any) -> None:
        self._request, self._events = request, self._function(request)

    def collect(self, timeout: float) -> list[tuple[Any, Any]]:
        found: list[tuple[Any, Any]] = []
        until = time.monotonic() + BURST_SECONDS
        while self._events is not None and (not found or time.monotonic() < until):
            try:
                found.append((self._request, next(self._events)))
            except StopIteration:
                self._events = None
        return found

    def cancel(self, request: Any) -> None:
        self.stop()

    def stop(self) -> None:
        events, self._events = self._events, None
        if events is not None and hasattr(events, "close"):
            events.close()

    def close(self) -> None:
        self.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
