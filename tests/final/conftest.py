from __future__ import annotations

import numpy as np
import pytest

from sweep.data.dataset import Dataset
from sweep.data.prepare import prepare
from sweep.space.data_settings import DataSettings

CLASSES = ("blue", "green", "red")


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> Dataset:
    """Three classes of 8×8 photos, each brightest in its own channel: 60 to train, 24 to validate, 30 to test."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    arrays = {}
    for part, size in {"train": 60, "val": 24, "test": 30}.items():
        labels = np.arange(size) % 3
        images = rng.integers(0, 150, (size, 8, 8, 3))
        images[np.arange(size), :, :, labels] += 100
        arrays |= {f"x_{part}": images.astype(np.uint8), f"y_{part}": labels}
    np.savez(folder / "colours.npz", classes=np.array(CLASSES), **arrays)
    return prepare(DataSettings(source=str(folder / "colours.npz")), cache=folder / "cache").dataset
