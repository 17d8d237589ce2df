"""One thread and deterministic ops, as trials have them, and a small dataset on disk."""

from __future__ import annotations

import contextlib
import gc
from pathlib import Path

import pytest

from sweep.errors import SweepFailed
from sweep.trial.runtime import configure_runtime


@pytest.fixture(scope="session", autouse=True)
def runtime() -> None:
    with contextlib.suppress(SweepFailed):  # tests of another package may have started TensorFlow in this process
        configure_runtime(1, deterministic=True)
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    gc.freeze()


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.trial.tiny import write_dataset

    return write_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def tiny_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials open their dataset as a `TinyDataset`."""
    from sweep.trial import run
    from tests.trial.tiny import TinyDataset

    monkeypatch.setattr(run, "open_dataset", TinyDataset)
