"""One image: from what a source stores to facts and to oriented pixels of 8 bits, grey (L) or colour (RGB)."""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import suppress
from dataclasses import dataclass, replace

import imagehash
import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from sweep.data.facts import ImageFacts
from sweep.data.pixels import from_sixteen_bits, to_eight_bits
from sweep.data.reduction import SMALLEST_HASHED, Box, Use, is_reducible, place, reduce
from sweep.data.sources.arrays import array_digest
from sweep.data.sources.source import Item, Load

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


@dataclass(frozen=True)
class Picture:
    """Upright pixels, L or RGB, at 1/`scale` of the stored size; `box` is where in them the image lies."""

    image: Image.Image
    box: Box
    scale: int


def examine(item: Item, load: Load) -> tuple[ImageFacts, Image.Image | None]:
    """Its facts, and its pixels, oriented, as L or RGB; none where it cannot be decoded, and `error` says why."""
    facts, picture = look(item, load, None)
    return facts, None if picture is None else picture.image


def look(item: Item, load: Load, use: Use | None) -> tuple[ImageFacts, Picture | None]:
    """As `examine`, with no more pixels than `use` needs; all, where that is None.

    The facts are of the whole image, but `pixels` is a digest of those decoded: that of a reduced image is equal to
    none but that of another of the same size and scale.
    """
    facts = ImageFacts(item.name, item.label, item.split, None, None, 0, 0, "", None, None, None)
    try:
        data = load()
        if isinstance(data, np.ndarray):
            return _examine_array(facts, data)
        facts = replace(facts, content=hashlib.sha256(data).hexdigest())
        stored = _open(data)
        facts = replace(facts, format=stored.format, mode=stored.mode, width=stored.width, height=stored.height)
        picture, width, height = _decoded(stored, data, use)
        facts = replace(facts, width=width, height=height, pixels=_digest(picture, width, height))
        return replace(facts, phash=perceptual_hash(picture.image, picture.box)), picture
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
        width, height = _upright_size(_open(data))
        return height, width
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
    return image if image.mode == kind else image.convert(kind)


def pixel_digest(image: Image.Image) -> str:
    """SHA-256 (hex) of size and RGB pixels of an L or RGB image."""
    return _sha(image, f"{image.width}x{image.height}:")


def perceptual_hash(image: Image.Image, box: Box | None = None) -> int | None:
    """Of the image that lies in `box`; None where that is smaller than what the hash looks at."""
    if min(image.size) < SMALLEST_HASHED:
        return None
    side = (SMALLEST_HASHED, SMALLEST_HASHED)  # so imagehash has nothing left to resize; it does not know of boxes
    small = image.convert("L").resize(side, Image.Resampling.LANCZOS, box)
    return int.from_bytes(np.packbits(imagehash.phash(small).hash).tobytes())  # its own text of them takes longer


def _examine_array(facts: ImageFacts, x: np.ndarray) -> tuple[ImageFacts, Picture]:
    stored = Image.fromarray(x[..., 0] if x.shape[2] == 1 else x)
    image = plain(stored)
    facts = replace(facts, format="array", mode=stored.mode, width=image.width, height=image.height)
    facts = replace(facts, content=array_digest(x), pixels=pixel_digest(image))
    return facts, Picture(image, place(*image.size, 1, 1), 1)


def _decoded(stored: Image.Image, data: bytes, use: Use | None) -> tuple[Picture, int, int]:
    """With the upright width and height of the whole image."""
    if use is None or not is_reducible(stored, data):
        image = plain(oriented(stored))
        return Picture(image, place(*image.size, 1, 1), 1), *image.size
    width, height = _upright_size(stored)
    scale = reduce(stored, use.scale(width, height))
    image = plain(oriented(stored))
    return Picture(image, place(width, height, scale, _orientation(stored)), scale), width, height


def _digest(picture: Picture, width: int, height: int) -> str:
    if picture.scale == 1:
        return pixel_digest(picture.image)
    return _sha(picture.image, f"{width}x{height}/{picture.scale}:")


def _sha(image: Image.Image, head: str) -> str:
    digest = hashlib.sha256(head.encode())
    digest.update((image if image.mode == "RGB" else image.convert("RGB")).tobytes())
    return digest.hexdigest()


def _open(data: bytes) -> Image.Image:
    if not data:
        raise ValueError("empty file")
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:  # Pillow itself refuses twice as many
        raise ValueError(_too_many(image.width * image.height))
    return image


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) after orientation, as far as the header tells."""
    return (image.height, image.width) if _orientation(image) in (5, 6, 7, 8) else image.size


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged EXIF data says nothing of the pixels
        # not `image.getexif`, which for a PNG decodes all of it: where that is needed, it is done already
        return int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1))
    return 1


def _reason(exc: Exception) -> str:
    if isinstance(exc, UnidentifiedImageError):
        return "no JPEG, PNG, GIF, BMP, WebP, TIFF or PPM image"
    text = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    claimed = re.search(r"\d+", text) if isinstance(exc, Image.DecompressionBombError) else None
    return _too_many(int(claimed[0])) if claimed else " ".join(text.split()) or type(exc).__name__


def _too_many(pixels: int) -> str:
    return f"has {pixels:,} pixels; {MAX_PIXELS:,} are the most"
