"""Photos made smaller while they are decoded: JPEG stores blocks of 8 x 8 frequencies, and a half, a quarter or an
eighth of the size needs only the lowest of each."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

SMALLEST_HASHED = 32
"""Pixels on a side: the perceptual hash looks at 32 x 32, and a smaller image would be enlarged for it."""

# Times as large as it will be is left of an image, so that the last step is a good resize, as in Pillow's thumbnails.
# Of 200 photos made 32 x 32 in each way, pixels differ by 0.2 to 0.4 on average from those of the whole photo, and
# perceptual hashes of 500 by 0 (90 %) or 2 bits: as many copies of each kind are found near as before.
_GAP = 2
_SCALES = (8, 4, 2)
_DCT_FRAMES = (0xC0, 0xC1, 0xC2)
_SEGMENTS = (0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0))  # that may stand before the frame: tables, comments, EXIF

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Use:
    """What an image is decoded for: an array of `size` (height, width), fitted as `fit` says; without, a mere look."""

    size: tuple[int, int] | None = None
    fit: str = "stretch"

    def scale(self, width: int, height: int) -> int:
        """By how much an upright image of this size may be reduced, 1, 2, 4 or 8, with twice the pixels left in each
        direction that the fit and the perceptual hash will make of them."""
        room = min(width, height) / SMALLEST_HASHED
        if self.size is not None:
            ratios = width / self.size[1], height / self.size[0]
            room = min(room, max(ratios) if self.fit == "pad" else min(ratios))
        return next((scale for scale in _SCALES if scale * _GAP <= room), 1)


def is_reducible(image: Image.Image, data: bytes) -> bool:
    """Whether an opened image is a JPEG of frequencies. A lossless one has none: libjpeg would ignore the scale, and
    write whole lines where there is room for the smaller ones."""
    return image.format in ("JPEG", "MPO") and _has_frequencies(data)


def reduce(image: Image.Image, scale: int) -> int:
    """Have a reducible image, which is not decoded yet, decoded at 1/`scale` of its size. Tells what came of it."""
    width, height = image.size
    if scale > 1:
        image.draft(None, (width // scale, height // scale))
    return scale if image.size == (-(-width // scale), -(-height // scale)) else 1


def place(width: int, height: int, scale: int, orientation: int) -> Box:
    """Where an image of this (upright) size lies in its reduced pixels: what ends within a pixel there was at the right
    and the bottom before it was turned."""
    left = -(-width // scale) - width / scale if orientation in (2, 3, 6, 7) else 0.0
    top = -(-height // scale) - height / scale if orientation in (3, 4, 7, 8) else 0.0
    return left, top, left + width / scale, top + height / scale


def _has_frequencies(data: bytes) -> bool:
    """Whether the first frame is of them, and nothing stands before it that two readers could take differently."""
    at = 2
    while len(data) >= at + 4 and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker not in _SEGMENTS or length < 2:
            return marker in _DCT_FRAMES
        at += 2 + length
    return False
