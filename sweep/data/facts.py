"""What is known of one image without looking at it: the input of every check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageFacts:
    """One image of a source. An image with `error` set could not be decoded; what could not be read of it is None or 0.

    `width` and `height` are pixels after EXIF orientation.
    """

    name: str
    """Where it stands in the source: a path relative to its root, or `train[17]` in an array."""
    label: str
    split: str | None
    """`train`, `validation` or `test`; None where the source has no splits."""
    format: str | None
    """What the content says: `JPEG`, `PNG` ...; `array` for an array source."""
    mode: str | None
    """Pillow's mode of the stored image: `L`, `RGB`, `CMYK` ..."""
    width: int
    height: int
    content: str
    """SHA-256 (hex) of the file's bytes, or of the array's."""
    pixels: str | None
    """SHA-256 (hex) of the oriented RGB pixels and their size: a lossless copy in another format counts as the same. Of
    a photo that no other image of its source can be a copy of, they may be those of a smaller size: then the digest is
    one that no other image has."""
    phash: int | None
    """64-bit perceptual hash; None where the image is too small for one to mean something, or comes from an array."""
    error: str | None
    """Why it cannot be decoded, in one line."""
