"""The other end of a `PoolExecutor`: `python -m sweep.executors.worker FD` takes a function, then requests, until the
pipe is closed."""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from sweep.errors import SweepError
from sweep.faults import reach

READY = "ready"
STOP = "stop"
END = "end"


def serve(connection: Connection) -> None:
    """READY once all is imported; then the events of each request, and END.

    A STOP that has come by the next event ends the request there. A SweepError is no fault of the request, such as a
    full disk: it is sent in place of what it prevented.
    """
    function = connection.recv()
    connection.send(READY)
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
        connection.send(END)


def main(arguments: list[str]) -> Any:
    # Ctrl-C reaches the whole process group, but only the orchestrator decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(Connection(int(arguments[0])))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return 0  # the orchestrator is done, or gone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
