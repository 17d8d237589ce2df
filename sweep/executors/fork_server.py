"""Workers forked from one process that has imported all that they need, and has run none of it.

`python -m sweep.executors.fork_server FD` is that process. Importing TensorFlow takes seconds and hundreds of MB; a
fork takes milliseconds and shares the memory. It is safe because the server stays at importing: TensorFlow's threads
and devices come to be in the workers. Linux only, where processes have file descriptors (`pidfd_open(2)`): a number
may be another process's by the time that it is used.

A request is one message, with the worker's pipe, its log and a socket on which nobody else writes. There the worker
says that it is forked, with its descriptor, and the server how it has ended: two messages, for which there is always
room, so nobody waits until they are read, or has to read what he does not want to know.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import multiprocessing.util
import os
import pickle
import select
import signal
import socket
import sys
import tempfile
import traceback
import weakref
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import NoReturn, Self

from sweep.executors import worker
from sweep.executors.launch import WorkerProcess, ending, interpreter

FORK_SECONDS = 0.5
"""A server that has imported all forks a worker, which says so, in less."""

_MESSAGE_BYTES = 2**17
_FORKED = b"forked"


def is_available() -> bool:
    """Whether there are descriptors for processes: Python may know the call, and the kernel or a container may not."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class ForkServer:
    """A `Launcher`. `preload` is called in the server before the first fork, and may be slow: a `launch` does not wait
    for it. A server that has died is started anew by the next `launch`."""

    def __init__(self, preload: Callable[[], None], environment: Mapping[str, str]) -> None:
        self._preload, self._environment = preload, environment
        self._start()

    def _start(self) -> None:
        self._server = _Server(self._preload, self._environment)

    def launch(self, connection: Connection, environment: Mapping[str, str], log: Path) -> WorkerProcess:
        if self._server.process.poll() is not None:
            self._start()
        with log.open("ab") as output:
            return self._server.fork(connection, environment, output.fileno())

    def close(self) -> None:
        """End it, also while it imports. Workers end by themselves once their pipes are closed."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server:
    """One process, as its caller knows it."""

    def __init__(self, preload: Callable[[], None], environment: Mapping[str, str]) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the last who may want to read it
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = interpreter("sweep.executors.fork_server", theirs, environment, self._output)
        self.has_forked = False
        with contextlib.suppress(OSError):  # it died at once; a worker's pipe will tell
            self._control.send(pickle.dumps(preload))

    def fork(self, connection: Connection, environment: Mapping[str, str], log: int) -> _Forked:
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died; the worker's pipe will tell
            request = pickle.dumps(dict(environment))
            socket.send_fds(self._control, [request], [connection.fileno(), log, theirs.fileno()])
        return _Forked(self, mine)

    def epitaph(self) -> str:
        """How the server died, with the last line it wrote."""
        how = ending(self.process.wait())
        self._output.seek(0)
        lines = self._output.read().decode(errors="replace").strip().splitlines()
        return f"{how}{': ' + lines[-1][:200] if lines else ''}"

    def close(self) -> None:
        self._control.close()
        self.process.kill()
        self.process.wait()


class _Forked:
    """A worker's process as its caller knows it: not forked yet (no descriptor), running, ended."""

    def __init__(self, server: _Server, status: socket.socket) -> None:
        self._server, self._status = server, status
        self._descriptor: int | None = None
        self._how: str | None = None
        self._is_orphan = False

    @property
    def culprit(self) -> object:
        return self._server if self._is_orphan else self

    def kill(self) -> None:
        # One that is not forked yet, because the server still imports, ends by itself where its pipe is closed.
        self._listen_until(lambda: self._descriptor is not None, FORK_SECONDS if self._server.has_forked else 0)
        if self._descriptor is not None and self._how is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def wait(self, seconds: float | None = None) -> str | None:
        self._listen_until(lambda: self._how is not None, seconds)
        if self._how is None and self._is_orphan and self._has_ended(seconds):
            self._how = f"ended; how is not known, since its fork server {self._server.epitaph()}"
        return self._how

    def _listen_until(self, heard: Callable[[], bool], seconds: float | None) -> None:
        """Take what the worker and its server say, until this is heard, nothing comes in time, or nothing ever will."""
        self._status.settimeout(seconds)
        while not (heard() or self._how is not None or self._is_orphan):
            try:
                message, descriptors, _, _ = socket.recv_fds(self._status, _MESSAGE_BYTES, 1)
            except (BlockingIOError, TimeoutError):
                return
            except OSError:
                message, descriptors = b"", []
            if message == _FORKED:
                self._server.has_forked = True
                self._descriptor = descriptors[0]
                weakref.finalize(self, os.close, self._descriptor)
            elif message:
                self._how = message.decode()
            else:
                self._is_orphan = True

    def _has_ended(self, seconds: float | None) -> bool:
        """Without the server's help: the descriptor of a process that has ended can be read."""
        if self._descriptor is None:
            return True
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(None if seconds is None else 1000 * seconds))


def serve(control: socket.socket) -> None:
    """Fork a worker for each request until the other end is closed."""
    preload = control.recv(_MESSAGE_BYTES)
    if not preload:
        return
    pickle.loads(preload)()
    gc.freeze()  # no collection touches, and so copies, the pages that the workers share
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for ready in wait([control, *running]):
            if isinstance(ready, int):
                pid, status = running.pop(ready)
                os.close(ready)
                _, code = os.waitpid(pid, 0)
                _say(status, ending(os.waitstatus_to_exitcode(code)).encode())
                status.close()
                continue
            request, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 3)
            if not request:
                return
            connection, log, status = descriptors[0], descriptors[1], socket.socket(fileno=descriptors[2])
            pid = os.fork()
            if pid == 0:
                _announce(status)
                _forget(control, running, status)
                _become_worker(connection, log, pickle.loads(request))
            os.close(connection)
            os.close(log)
            running[os.pidfd_open(pid)] = pid, status


def _announce(status: socket.socket) -> None:
    """By the worker, before it does anything: so whoever has an event of it can kill it, though the server may be gone.
    It ends where it cannot: nobody could tell that it lives."""
    try:
        descriptor = os.pidfd_open(os.getpid())
    except OSError:
        os._exit(1)
    _say(status, _FORKED, descriptor)
    os.close(descriptor)


def _say(status: socket.socket, message: bytes, *descriptors: int) -> None:
    with contextlib.suppress(OSError):  # nobody wants to know any more
        socket.send_fds(status, [message], descriptors)


def _forget(control: socket.socket, running: Mapping[int, tuple[int, socket.socket]], mine: socket.socket) -> None:
    """What is the server's alone: as long as a worker had them open, nobody could see that the server is gone."""
    control.close()
    mine.close()
    for descriptor, (_, status) in running.items():
        os.close(descriptor)
        status.close()


def _become_worker(connection: int, log: int, environment: Mapping[str, str]) -> NoReturn:
    atexit._clear()  # what the server has registered for its own exit is not to be done here
    code = 1
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.environ.update(environment)
        code = worker.work(Connection(connection))
    except BaseException:
        traceback.print_exc()
    try:
        atexit._run_exitfuncs()
        multiprocessing.util._exit_function()  # type: ignore[attr-defined]  # a user's code may have started processes
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the orchestrator decides what Ctrl-C means
    with contextlib.suppress(ConnectionResetError):  # the orchestrator is gone
        serve(socket.socket(fileno=int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
