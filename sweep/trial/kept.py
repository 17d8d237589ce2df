"""Models that have been traced and compiled, kept for the next trial or the next rung that can train with them."""

from __future__ import annotations

from collections.abc import Hashable

from sweep.trial.training import Training

MOST = 8
MOST_BYTES = 256 * 2**20
"""Of so many trainings, the latest, with so much state in all. A graph takes some MB besides."""


class KeptTrainings:
    """The latest trainings by the key of their graph. To trace and optimise a graph takes longer than to train a small
    model for ten epochs."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Training] = {}

    def take(self, key: Hashable | None) -> Training | None:
        """It is the caller's from now on: kept again only if nothing goes wrong with it."""
        return self._kept.pop(key, None)

    def keep(self, key: Hashable | None, training: Training) -> None:
        if key is None or not training.is_reusable:
            return
        self._kept[key] = training
        while len(self._kept) > MOST or sum(one.state_bytes for one in self._kept.values()) > MOST_BYTES:
            del self._kept[next(iter(self._kept))]
