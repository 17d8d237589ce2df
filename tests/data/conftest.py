"""Small labelled images, made where a test wants them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sweep.space.data_settings import DataSettings


@pytest.fixture
def noise() -> Callable[..., Image.Image]:
    """An image of its own for every number: no two share their pixels."""

    def make(number: int, size: tuple[int, int] = (12, 10), mode: str = "RGB") -> Image.Image:
        values = np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), np.uint8)
        return Image.fromarray(values).convert(mode)

    return make


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture
def class_folders(noise: Callable[..., Image.Image]) -> Callable[..., Path]:
    """`root/<folder>/<number>.png` for every folder and its count; all images differ."""

    def make(root: Path, counts: dict[str, int], **options: Any) -> Path:
        number = 0
        for folder, count in counts.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            for index in range(count):
                noise(number, **options).save(root / folder / f"{index:03}.png")
                number += 1
        return root

    return make


@pytest.fixture
def settings() -> Callable[..., DataSettings]:
    def make(source: Path | str, **options: Any) -> DataSettings:
        return DataSettings(source=str(source), **options)

    return make
