"""Trainings that a sweep may take over from an earlier one: its store keeps them, and needs the earlier run no more."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sweep.records import Config, EpochReport, KnownTraining, TrialRecord
from sweep.store.facts import Event
from sweep.store.store import Store

KIND = "known_training"


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

    @classmethod
    def of(cls, events: Iterable[Event]) -> KnownTrainings:
        """As `record_known` kept them."""
        return cls(_known(event.payload) for event in events if event.kind == KIND)

    def find(self, seed: int, config: Config) -> Known | None:
        """The training that one of this seed and configuration would repeat."""
        return self._known.get(_key(seed, config))

    def served(self, record: TrialRecord, seed: int) -> Known | None:
        """Where all that a trial has trained is from; None for one that was trained here: epochs take time."""
        taken_over = record.epochs_trained > 0 and record.seconds == 0.0
        return self.find(seed, record.config) if taken_over else None


def record_known(store: Store, known: Iterable[Known]) -> None:
    """Before the search begins."""
    for one in known:
        reports = [report.facts() for report in one.training.reports]
        facts = {"run": one.run, "source": one.source, "parameter_count": one.training.parameter_count}
        store.record_event(KIND, seed=one.seed, config=dict(one.config), reports=reports, **facts)


def _known(payload: Mapping[str, Any]) -> Known:
    source = payload["source"]
    reports = (EpochReport.of_facts(source, epoch, *facts) for epoch, facts in enumerate(payload["reports"], start=1))
    training = KnownTraining(tuple(reports), payload["parameter_count"])
    return Known(payload["run"], source, payload["seed"], payload["config"], training)


def _key(seed: int, config: Config) -> Hashable:
    """How long a training is does not change its first epochs."""
    return seed, frozenset((name, value) for name, value in config.items() if name != "epochs")
