"""Trainings that a sweep may take over from an earlier one: its store keeps them, and needs the earlier run no more."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from sweep.records import Config, KnownTraining, TrialRecord


@dataclass(frozen=True)
class Known:
    """What trial `source` of the sweep called `run` has trained, with that seed and configuration."""

    run: str
    source: int
    seed: int
    config: Config
    training: KnownTraining

    def __str__(self) -> str:
        return f"trial {self.source} of {self.run}"


class KnownTrainings:
    """Those that a sweep may take over."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._known = {_key(one.seed, one.config): one for one in known}

    def training(self, seed: int, config: Config) -> KnownTraining | None:
        """That which one of this seed and configuration would repeat."""
        found = self._known.get(_key(seed, config))
        return None if found is None else found.training

    def served(self, record: TrialRecord, seed: int) -> Known | None:
        """Where all that a trial has trained is from; None for one that was trained here: epochs take time."""
        taken_over = record.epochs_trained > 0 and record.seconds == 0.0
        return self._known.get(_key(seed, record.config)) if taken_over else None


def _key(seed: int, config: Config) -> Hashable:
    """How long a training is does not change its first epochs."""
    return seed, frozenset((name, value) for name, value in config.items() if name != "epochs")
