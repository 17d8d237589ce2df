from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweep.store.lock import RunLock
from sweep.tracking import serve as module
from tests.cli.conftest import Run, Sweep


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Path], int | None]]:
    """What `serve` was called with; nothing is served."""
    calls: list[tuple[dict[str, Path], int | None]] = []

    def serve(logdirs: dict[str, Path], port: int | None, ready: Callable[[str], None]) -> None:
        calls.append((logdirs, port))
        ready("http://localhost:6006/#hparams")

    monkeypatch.setattr(module, "serve", serve)
    return calls


def test_all_runs_are_served_unless_some_are_named(sweep: Sweep, make_run: Callable[..., Run], served: Any) -> None:
    first, second = make_run("a-001").directory, make_run("b-001").directory
    assert sweep("tensorboard").code == 0
    assert sweep("tensorboard", "b-001", "--port", "7007") == (0, "http://localhost:6006/#hparams\n", "")
    assert served == [
        ({"a-001": first.tensorboard, "b-001": second.tensorboard}, None),
        ({"b-001": second.tensorboard}, 7007),
    ]


def test_the_page_opens_in_the_browser_where_that_is_asked_for(
    sweep: Sweep, make_run: Callable[..., Run], served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    make_run()
    assert sweep("tensorboard").code == 0
    assert opened == []
    assert sweep("tensorboard", "--open").out == "http://localhost:6006/#hparams\n"
    assert opened == ["http://localhost:6006/#hparams"]


def test_each_named_run_must_exist(sweep: Sweep, make_run: Callable[..., Run], served: Any) -> None:
    make_run("a-001")
    done = sweep("tensorboard", "a-001", "b-001")
    assert (done.code, served) == (2, [])
    assert done.err.startswith("error: there is no run 'b-001' in ")


def test_without_serving_there_must_be_something_to_rebuild(
    sweep: Sweep, make_run: Callable[..., Run], served: Any
) -> None:
    make_run()
    line = "error: --no-serve goes with --rebuild: there is nothing else to do\n"
    assert (sweep("tensorboard", "--no-serve"), served) == ((2, "", line), [])


def test_rebuilding_writes_a_directory_for_each_trial(sweep: Sweep, mixed: Run, served: Any) -> None:
    done = sweep("tensorboard", "--rebuild", "--no-serve")
    assert done == (0, "digits-001: written anew from its store\n", "")
    assert {path.name for path in mixed.directory.tensorboard.iterdir()} >= {"trial-0000", "trial-0001", "trial-0005"}
    assert served == []
    with RunLock(mixed.directory):
        assert sweep("tensorboard", "--rebuild").code == 2
    assert served == []


def test_a_port_that_is_taken(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    make_run()
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = sweep("tensorboard", "--port", str(port))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("error: ") and f"port {port}" in done.err and "choose another port" in done.err
