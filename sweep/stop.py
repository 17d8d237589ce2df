"""How a sweep is stopped. Ctrl-C once, or SIGTERM: the running epochs end. Ctrl-C twice: now. Others may ask, too."""

from __future__ import annotations

import enum
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self


class Stop(enum.StrEnum):
    """What is still done."""

    TRIALS = "trials"  # what runs is trained to its end; nothing more is begun
    EPOCHS = "epochs"  # the running epochs are the last ones


class StopSignal:
    """`with StopSignal() as stop:` sets `stop.requested` at the first signal, calls `notify`, and raises
    KeyboardInterrupt at the second. Outside the main thread, where Python allows no handlers, nothing is caught.

    `watch` says what another process asks for, each time that one calls `look`: the same as the first signal, or that
    nothing more be begun, `stop.winding_down`, of which `notify_winding_down` hears.
    """

    def __init__(
        self,
        notify: Callable[[], object] = lambda: None,
        watch: Callable[[], Stop | None] = lambda: None,
        notify_winding_down: Callable[[], object] = lambda: None,
    ) -> None:
        self.requested = self.winding_down = False
        self._notify, self._watch, self._notify_winding_down = notify, watch, notify_winding_down
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

    def look(self) -> None:
        """Take note of what another process asks for."""
        asked = self._watch()
        if asked is Stop.EPOCHS and not self.requested:
            self._request()
        elif asked is Stop.TRIALS and not self.winding_down:
            self.winding_down = True
            self._notify_winding_down()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self._request()

    def _request(self) -> None:
        self.requested = True
        self._notify()
