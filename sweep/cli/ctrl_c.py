"""Ctrl-C, wherever it comes."""

from __future__ import annotations

import _thread
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

    def hook(ignored: sys.UnraisableHookArgs) -> None:
        if not issubclass(ignored.exc_type, KeyboardInterrupt):
            usual(ignored)
            return
        again = threading.Timer(AGAIN_SECONDS, _thread.interrupt_main)
        again.daemon = True
        again.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = usual
