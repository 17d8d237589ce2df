"""TensorFlow in this process starts as in a worker: with one thread, and without its greeting. Whole sweeps run in a
process of their own, and those that are only read from are shared."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.trial.environment import runtime_environment
from tests.tiny_sweep import Trainer, write_images, write_space

os.environ.update(runtime_environment(1))

# A shell without job control has what it starts in the background ignore Ctrl-C, and so would every sweep started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Whoever looks for garbage later, as each trial does, need not look through all tests and all of TensorFlow."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainer]:
    trainer = Trainer(tmp_path_factory.mktemp("cache"))
    yield trainer
    trainer.close()


@pytest.fixture(scope="session")
def finished(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a sweep that has come to its end: `tiny-001` of `tiny.yaml`, beside `tiny.npz`. For reading."""
    folder = tmp_path_factory.mktemp("finished")
    write_images(folder / "tiny.npz")
    done = trainer("run", write_space(folder), "--workers", "0", cwd=folder)
    assert (done.code, done.err) == (0, ""), done
    (folder / "output.txt").write_text(done.out)
    return folder / "runs" / "tiny-001"
