"""Ctrl-C once, or SIGTERM: let the running epochs end. Ctrl-C twice: stop now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self


class StopSignal:
    """`with StopSignal() as stop:` sets `stop.requested` at the first signal, calls `notify`, and raises
    KeyboardInterrupt at the second. Outside the main thread, where Python allows no handlers, nothing is caught."""

    def __init__(self, notify: Callable[[], object] = lambda: None) -> None:
        self.requested = False
        self._notify = notify
        self._previous: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        self._notify()
