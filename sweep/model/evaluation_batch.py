"""How many images are measured at a time. Not the trial's batch size: results must not depend on that."""

from __future__ import annotations

IMAGES = 256
PIXELS = 2**20
"""A batch has at most so many images and pixels."""


def evaluation_batch(height: int, width: int) -> int:
    """At least 1."""
    return max(1, min(IMAGES, PIXELS // (height * width)))
