"""Named moments at which a test may kill this process, to prove that nothing is lost there.

`SWEEP_FAULT=store.commit:3:/tmp/mark` kills with SIGKILL at the third time that `store.commit` is reached, in whichever
process reaches it so often first, and only once: the mark says that it has happened. Without the variable nothing is
done.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

POINTS = (
    "run.claimed",  # the run directory exists, its store does not
    "store.write",  # facts are written, not committed
    "store.commit",  # facts are committed, nobody has been told
    "table.replace",
    "tensorboard.write",  # in the middle of an event file's record
    "checkpoint.write",  # the new checkpoint is on disk under its temporary name
    "checkpoint.replace",
    "worker.event",  # an epoch is trained, and not reported
    "worker.end",  # a result is reported, and not that there is nothing more to come
    "winner.frozen",
    "final.built",  # retrained and evaluated, not yet in place
    "final.swap",  # the former final/ is moved away, the new one not yet in place
)

_reached: dict[str, int] = {}


def reach(point: str) -> None:
    """This process is at `point`, one of POINTS; it dies here if the environment says so."""
    wanted = os.environ.get("SWEEP_FAULT")
    if not wanted:
        return
    name, count, mark = wanted.split(":", 2)
    if name != point:
        return
    _reached[point] = _reached.get(point, 0) + 1
    if _reached[point] == int(count) and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
