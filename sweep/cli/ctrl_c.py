"""Ctrl-C, wherever it comes."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN_SECONDS = 0.05


@contextmanager
def never_lost() -> Iterator[None]:
    """Python raises Ctrl-C in whatever runs, and where that is a `__del__`, of which TensorFlow has many, it prints a
    traceback and goes on. In here it is raised again a moment later, instead."""
    usual = sys.unraisablehook
    again: list[threading.Timer] = []

    def hook(ignored: sys.UnraisableHookArgs) -> None:
        if not issubclass(ignored.exc_type, KeyboardInterrupt):
            usual(ignored)
            return
        again.append(threading.Timer(AGAIN_SECONDS, _thread.interrupt_main, [_number()]))
        again[-1].daemon = True
        again[-1].start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = usual
        for timer in again:
            timer.cancel()


def _number() -> signal.Signals:
    """What stood for Ctrl-C: a process in the background of a script may ignore SIGINT, and then it was SIGTERM."""
    return signal.SIGTERM if signal.getsignal(signal.SIGINT) == signal.SIG_IGN else signal.SIGINT
