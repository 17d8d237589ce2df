"""What all trials of a sweep have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sweep.space.definition import Space


@dataclass(frozen=True)
class TrialContext:
    """The space, the folder of the dataset's cache entry, the folder for checkpoints, and the digest of a user's code,
    None for the built-in model; picklable."""

    space: Space
    dataset: Path
    checkpoints: Path
    code: str | None = None
