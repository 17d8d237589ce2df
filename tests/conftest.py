"""What the tests of whole sweeps share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiny_sweep import Trainer, write_images, write_space


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
