"""An image made to have the size and channels of all others."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

_BILINEAR = Image.Resampling.BILINEAR  # Pillow's is antialiased: it averages over all pixels that a smaller one covers


def fit(image: Image.Image, size: tuple[int, int], channels: int, how: str) -> np.ndarray:
    """uint8 (h, w, channels) of an L or RGB image; `size` is (h, w).

    `stretch` ignores the proportions, `crop` cuts the longer side equally at both ends, `pad` adds black borders.
    """
    wide = (size[1], size[0])
    if channels == 1:
        image = image.convert("L")
    if image.size != wide:
        image = {"stretch": _stretch, "crop": _crop, "pad": _pad}[how](image, wide)
    return np.asarray(image if channels == 1 else image.convert("RGB")).reshape(*size, channels)


def _stretch(image: Image.Image, wide: tuple[int, int]) -> Image.Image:
    return image.resize(wide, _BILINEAR)


def _crop(image: Image.Image, wide: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(image, wide, _BILINEAR)


def _pad(image: Image.Image, wide: tuple[int, int]) -> Image.Image:
    """`ImageOps.pad` would make nothing of the short side of a very long image."""
    scale = min(wide[0] / image.width, wide[1] / image.height)
    inner = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    padded = Image.new(image.mode, wide)
    padded.paste(image.resize(inner, _BILINEAR), ((wide[0] - inner[0]) // 2, (wide[1] - inner[1]) // 2))
    return padded
