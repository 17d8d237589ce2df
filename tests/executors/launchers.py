"""The ways in which the processes of a pool come to be, by name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from sweep.executors.fork_server import ForkServer, is_available
from sweep.executors.launch import FreshInterpreters, Launcher
from tests.executors import functions


@contextlib.contextmanager
def make_launcher(kind: str) -> Iterator[Launcher]:
    if kind == "interpreters":
        yield FreshInterpreters()
        return
    if not is_available():
        pytest.skip("there are no fork servers on this system")
    with ForkServer(functions.preload, {}) as server:
        yield server
