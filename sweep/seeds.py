"""Independent seeds from one: no stream of random numbers is shared by two purposes, and seed 0 is like any other."""

from __future__ import annotations

import hashlib


def derive_seed(seed: int, *purpose: str | int) -> int:
    """A seed in [1, 2**31) for `purpose`, the same on every machine. SHA-256 keeps neighbouring seeds unrelated."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % (2**31 - 1) + 1
