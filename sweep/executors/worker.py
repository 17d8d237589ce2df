"""The other end of a `PoolExecutor`: takes a function, then requests, until the pipe is closed. A process of its own is
`python -m sweep.executors.worker FD`."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from sweep.errors import SweepError
from sweep.faults import reach

READY = "ready"
STOP = "stop"
END = "end"
RETIRE = "retire"

GROWN_BYTES = 512 * 2**20
"""What libraries keep for each new shape of a model, or a user's code for ever, is not to take the machine's memory."""


def serve(connection: Connection) -> None:
    """READY once all is imported; then the events of each request, and END; or RETIRE, and no more requests, where the
    process has grown by more than GROWN_BYTES since its first one.

    A STOP that has come by the next event ends the request there. A SweepError is no fault of the request, such as a
    full disk: it is sent in place of what it prevented.
    """
    function = connection.recv()
    connection.send(READY)
    first: int | None = None
    while True:
        request = connection.recv()
        if request == STOP:  # it came after the request's last event
            continue
        events = function(request)
        try:
            for event in events:
                reach("worker.event")
                connection.send(event)
                if connection.poll() and connection.recv() == STOP:
                    break
            events.close()
        except SweepError as exc:
            connection.send(exc)
        reach("worker.end")
        now = own_bytes()
        first = now if first is None else first
        if now - first > GROWN_BYTES:
            connection.send(RETIRE)
            return
        connection.send(END)


def own_bytes() -> int:
    """The memory of this process besides mapped files; 0 where the system does not tell."""
    try:
        _, resident, shared, *_ = Path("/proc/self/statm").read_text().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def work(connection: Connection) -> int:
    """Serve until the orchestrator is done, or gone; the exit code of this process."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # it reaches the whole process group, and is the orchestrator's to judge
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        serve(connection)
    return 0


if __name__ == "__main__":
    sys.exit(work(Connection(int(sys.argv[1]))))
