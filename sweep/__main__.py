"""`python -m sweep`, and the console script."""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Ctrl-C ends the process without a word while its first imports run: nothing has begun yet."""
    previous = signal.getsignal(signal.SIGINT)
    if previous is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sweep.cli.main import main as run

    signal.signal(signal.SIGINT, previous)
    try:
        run()
    finally:
        gc.freeze()  # the process ends: to look through all that was imported for garbage takes a fifth of a second


if __name__ == "__main__":
    main()
