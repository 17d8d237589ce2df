"""Tiny images and users' modules that the tests of the models share."""

from __future__ import annotations

import itertools
import sys
import textwrap

import numpy as np
import pytest

from sweep.model.image_input import ImageInput
from sweep.space.data_settings import DataSettings
from sweep.space.definition import Space

_NUMBERS = itertools.count()


@pytest.fixture
def image_input():
    return ImageInput((8, 8, 3), 4, (120.0, 100.0, 80.0), (2500.0, 1600.0, 900.0))


@pytest.fixture
def images():
    """uint8 (12, 8, 8, 3)."""
    return np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)


@pytest.fixture
def user_module(tmp_path, monkeypatch):
    """Writes a module into the working directory, as a user would; gives its name, which no other test has."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def write(source):
        name = f"user_module_{next(_NUMBERS)}"
        header = "import keras\nimport keras_tuner as kt\nfrom keras import layers\n\n"
        (tmp_path / f"{name}.py").write_text(header + textwrap.dedent(source))
        return name

    return write


@pytest.fixture
def make_space():
    def make(model="cnn", scaling=None, **parameters):
        data = DataSettings(source="digits", scaling=scaling)
        return Space.model_validate({"name": "test", "data": data, "model": model, "parameters": parameters})

    return make
