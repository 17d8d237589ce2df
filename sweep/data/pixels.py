"""Pixel values of every kind as 8 bits: one rule for arrays and for files of more than 8 bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Conversion = Callable[[np.ndarray], np.ndarray]


def to_eight_bits(dtype: np.dtype[Any], low: float, high: float) -> Conversion:
    """What turns values of this type, lying between `low` and `high`, into uint8.

    Integers and floats in 0..255 are taken as they are (rounded), floats in 0..1 times 255, uint16 above 255 by 257.
    Raises ValueError where the range is none of these.
    """
    if np.issubdtype(dtype, np.integer):
        if low >= 0 and high <= 255:
            return lambda x: x.astype(np.uint8)
        if dtype == np.uint16:
            return from_sixteen_bits
    elif np.issubdtype(dtype, np.floating) and low >= 0 and high <= 255:
        factor = 255.0 if high <= 1 else 1.0
        return lambda x: np.rint(x.astype(np.float64) * factor).astype(np.uint8)
    raise ValueError(f"{dtype} pixels from {low:g} to {high:g} are neither in 0..1 nor in 0..255 (nor uint16)")


def from_sixteen_bits(x: np.ndarray) -> np.ndarray:
    """0..65535 to 0..255, to the nearest. Raises ValueError for values beyond that."""
    if x.size and not (x.min() >= 0 and x.max() <= 65535):
        raise ValueError(f"pixels from {x.min()} to {x.max()} are beyond the 16 bits that 0..255 can stand for")
    return ((x.astype(np.uint32) + 128) // 257).astype(np.uint8)
