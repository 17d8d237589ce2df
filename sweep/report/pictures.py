"""Images as they stand in a page: small, inline, and with nothing to load."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

LARGEST = 112
"""Pixels of the longer side; what is larger is made smaller."""
SMALL = 40
"""What has no longer side than this is kept to the pixel."""


@dataclass(frozen=True)
class Picture:
    """`source` is a `data:` URI; `is_small` images are enlarged without blurring them."""

    source: str
    is_small: bool
    title: str
    lines: tuple[str, ...]


def picture(pixels: np.ndarray, title: str, *lines: str) -> Picture:
    """Of uint8 pixels (height, width, 1 or 3)."""
    image = Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels))
    is_small = max(image.size) <= SMALL
    image.thumbnail((LARGEST, LARGEST))
    file, form = io.BytesIO(), "png" if is_small else "jpeg"
    image.save(file, form, **({} if is_small else {"quality": 82}))
    return Picture(f"data:image/{form};base64,{base64.b64encode(file.getvalue()).decode()}", is_small, title, lines)
