"""What a model is told about the images it will get."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageInput:
    """Images of `shape` (height, width, channels) in `classes` classes.

    `mean` and `variance` have one number for each channel, over the raw 0..255 pixels of the training images.
    """

    shape: tuple[int, int, int]
    classes: int
    mean: tuple[float, ...]
    variance: tuple[float, ...]
