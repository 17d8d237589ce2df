"""What may come of a hostile input: a valid object, or one clean error; never anything else, and never nothing."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sweep.errors import DefinitionError, SweepError
from sweep.text import printable

T = TypeVar("T")
COUNTS: Counter[str] = Counter()
SLOWEST = [0.0]
SECONDS = 15


def outcome(work: Callable[[], T]) -> T | None:
    """What `work` gives, or None where it raised an error that a user can be shown. Fails where it hangs."""
    began = time.monotonic()
    former = signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(SECONDS)
    try:
        result = work()
    except SweepError as exc:
        COUNTS["refused"] += 1
        check_error(exc)
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)
        SLOWEST[0] = max(SLOWEST[0], time.monotonic() - began)
    COUNTS["accepted"] += 1
    return result


def check_error(exc: SweepError) -> None:
    """Exit code 2 and one line for each mistake, which the command line then makes fit for a terminal."""
    assert exc.exit_code == 2
    lines = str(exc).splitlines()
    assert len(lines) == (len(exc.problems) if isinstance(exc, DefinitionError) else 1), lines
    assert all(line.strip() for line in lines), lines
    assert all(printable(line).isprintable() for line in lines), lines


def _hangs(signum: int, frame: object) -> None:
    raise AssertionError(f"no end after {SECONDS} s")
