"""A store to write to, and the short ways of filling it that the tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import filelock  # noqa: F401  (a child that became another user may not be able to import it any more)
import pytest

from sweep.records import EpochReport, Proposal, TrialResult, TrialState
from sweep.store import RunDirectory, Store, create_run

CONFIG = {"learning_rate": 0.001, "optimizer": "adam"}
NOBODY = 65534


class Filler:
    """What a loop does with a store, in few words."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def ask(self, trial: int, last_epoch: int = 2, first_epoch: int = 0, **more: Any) -> Proposal:
        proposal = Proposal(trial, more.pop("config", CONFIG), first_epoch, last_epoch, **more)
        self.store.record_ask(proposal, seed=100 + trial)
        return proposal

    def train(self, trial: int, *epochs: int, value: float = 0.5, seconds: float = 0.25) -> None:
        self.store.start_attempt(trial)
        for epoch in epochs:
            self.store.record_epoch(EpochReport(trial, epoch, {"val_accuracy": value + epoch / 100}, seconds))

    def tell(self, trial: int, epochs: int = 2, objective: float | None = 0.52, **more: Any) -> TrialResult:
        state = more.pop("state", TrialState.COMPLETED)
        result = TrialResult(trial, state, epochs, best_epoch=epochs or None, objective=objective, **more)
        self.store.record_result(result)
        return result


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return create_run(tmp_path / "runs", None, "digits")


@pytest.fixture
def store(run: RunDirectory) -> Iterator[Store]:
    with Store.create(run.database, {"name": run.name, "seed": 0}) as store:
        yield store


@pytest.fixture
def fill(store: Store) -> Filler:
    return Filler(store)


@pytest.fixture
def filler() -> type[Filler]:
    return Filler


@pytest.fixture
def open_runs_dir() -> Iterator[Path]:
    """A runs directory that other users may look into, which `tmp_path` does not let them."""
    with TemporaryDirectory(prefix="runs-") as directory:
        os.chmod(directory, 0o755)
        yield Path(directory)


@pytest.fixture
def without_write_permission() -> Callable[[Path, Callable[[], str]], str]:
    """Calls a function in a process that may read a directory but not write to it, and gives what it returned."""
    return _without_write_permission


def _without_write_permission(directory: Path, function: Callable[[], str]) -> str:
    mode = directory.stat().st_mode
    os.chmod(directory, 0o555)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:  # permissions do not bind root
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            answer = function()
        except BaseException as exc:
            answer = f"{type(exc).__name__}: {exc}"
        os.write(write_end, answer.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    os.chmod(directory, mode)
    return answer


@pytest.fixture
def python() -> list[str]:
    """The command that runs a script given as text."""
    return [sys.executable, "-c"]
