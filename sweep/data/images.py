"""One image: from what a source stores to facts and to oriented pixels of 8 bits, grey (L) or colour (RGB)."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import replace

import imagehash
import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from sweep.data.facts import ImageFacts
from sweep.data.pixels import from_sixteen_bits, to_eight_bits
from sweep.data.sources.arrays import array_digest
from sweep.data.sources.source import Item, Load

_SMALLEST_HASHED = 32  # pixels; the perceptual hash looks at 32x32, so a smaller image would be enlarged for it
_METHODS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.init()  # Pillow loads its readers at the first need, which is no safe thing to do in several threads at once
FORMATS = tuple(name for name in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM") if name in Image.OPEN)
"""No more than these: some of Pillow's readers start other programs."""

MAX_PIXELS = 89_478_485
"""A few kilobytes can claim any size. With this many pixels, which is where Pillow warns, an image takes about 1 GB
while it is decoded."""


def examine(item: Item, load: Load) -> tuple[ImageFacts, Image.Image | None]:
    """Its facts and its pixels, oriented, as L or RGB; no pixels where it cannot be decoded, and `error` says why."""
    facts = ImageFacts(item.name, item.label, item.split, None, None, 0, 0, "", None, None, None)
    try:
        data = load()
        if isinstance(data, np.ndarray):
            return _examine_array(facts, data)
        facts = replace(facts, content=hashlib.sha256(data).hexdigest())
        stored = _open(data)
        facts = replace(facts, format=stored.format, mode=stored.mode, width=stored.width, height=stored.height)
        image = plain(oriented(stored))
        facts = replace(facts, width=image.width, height=image.height)
        return replace(facts, pixels=pixel_digest(image), phash=perceptual_hash(image)), image
    except MemoryError:
        raise
    except Exception as exc:  # damaged bytes make a decoder raise anything at all, and each is a fact about the file
        return replace(facts, error=_reason(exc)), None


def stored_size(load: Load) -> tuple[int, int] | None:
    """(height, width) after orientation, from the header alone; None where even that cannot be read."""
    try:
        data = load()
        if isinstance(data, np.ndarray):
            return data.shape[0], data.shape[1]
        stored = _open(data)
        turned = _orientation(stored) in (5, 6, 7, 8)
        return (stored.width, stored.height) if turned else (stored.height, stored.width)
    except MemoryError:
        raise
    except Exception:
        return None


def oriented(image: Image.Image) -> Image.Image:
    """As the camera was held. Only the pixels are turned: `ImageOps.exif_transpose` also writes the EXIF data anew,
    which fails on damaged data and would take a good image with it."""
    image.load()
    method = _METHODS.get(_orientation(image))
    return image if method is None else image.transpose(method)


def plain(image: Image.Image) -> Image.Image:
    """L where the mode is a grey one, else RGB; transparency over white, 16 bits scaled to 8.

    Raises ValueError where 32-bit or float pixels have no known range.
    """
    if image.mode.startswith("I"):
        return Image.fromarray(from_sixteen_bits(np.asarray(image)))
    if image.mode == "F":
        x = np.asarray(image)
        return Image.fromarray(to_eight_bits(x.dtype, float(x.min()), float(x.max()))(x))
    kind = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert(kind)
    return image.convert(kind)


def pixel_digest(image: Image.Image) -> str:
    """SHA-256 (hex) of size and RGB pixels of an L or RGB image."""
    return hashlib.sha256(b"%dx%d:" % image.size + image.convert("RGB").tobytes()).hexdigest()


def perceptual_hash(image: Image.Image) -> int | None:
    return int(str(imagehash.phash(image)), 16) if min(image.size) >= _SMALLEST_HASHED else None


def _examine_array(facts: ImageFacts, x: np.ndarray) -> tuple[ImageFacts, Image.Image]:
    stored = Image.fromarray(x[..., 0] if x.shape[2] == 1 else x)
    image = plain(stored)
    facts = replace(facts, format="array", mode=stored.mode, width=image.width, height=image.height)
    return replace(facts, content=array_digest(x), pixels=pixel_digest(image)), image


def _open(data: bytes) -> Image.Image:
    if not data:
        raise ValueError("empty file")
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:  # Pillow itself refuses twice as many
        raise ValueError(f"has {image.width * image.height:,} pixels; {MAX_PIXELS:,} are the most")
    return image


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged EXIF data says nothing of the pixels
        # not `image.getexif`, which for a PNG decodes all of it: where that is needed, it is done already
        return int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1))
    return 1


def _reason(exc: Exception) -> str:
    if isinstance(exc, UnidentifiedImageError):
        return "no JPEG, PNG, GIF, BMP, WebP, TIFF or PPM image"
    text = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return " ".join(text.split()) or type(exc).__name__
