"""An image made to have the size and channels of all others."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sweep.data.reduction import Box

_BILINEAR = Image.Resampling.BILINEAR  # Pillow's is antialiased: it averages over all pixels that a smaller one covers


def fit(image: Image.Image, size: tuple[int, int], channels: int, how: str, box: Box | None = None) -> np.ndarray:
    """uint8 (h, w, channels) of an L or RGB image; `size` is (h, w). `box` is where in its pixels the image lies.

    `stretch` ignores the proportions, `crop` cuts the longer side equally at both ends, `pad` adds black borders.
    """
    wide = (size[1], size[0])
    if channels == 1:
        image = image.convert("L")
    if image.size != wide:
        image = {"stretch": _stretch, "crop": _crop, "pad": _pad}[how](image, wide, box or (0, 0, *image.size))
    return np.asarray(image if channels == 1 else image.convert("RGB")).reshape(*size, channels)


def _stretch(image: Image.Image, wide: tuple[int, int], box: Box) -> Image.Image:
    return image.resize(wide, _BILINEAR, box)


def _crop(image: Image.Image, wide: tuple[int, int], box: Box) -> Image.Image:
    """To the bit as `ImageOps.fit`, which knows of no box."""
    width, height = box[2] - box[0], box[3] - box[1]
    ratio, wanted = width / height, wide[0] / wide[1]
    if ratio > wanted:
        width = min(width, wanted * height)
    elif ratio < wanted:
        height = min(height, width / wanted)
    left, top = box[0] + (box[2] - box[0] - width) * 0.5, box[1] + (box[3] - box[1] - height) * 0.5
    return image.resize(wide, _BILINEAR, (left, top, left + width, top + height))


def _pad(image: Image.Image, wide: tuple[int, int], box: Box) -> Image.Image:
    """`ImageOps.pad` would make nothing of the short side of a very long image."""
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(wide[0] / width, wide[1] / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    padded = Image.new(image.mode, wide)
    padded.paste(image.resize(inner, _BILINEAR, box), ((wide[0] - inner[0]) // 2, (wide[1] - inner[1]) // 2))
    return padded
