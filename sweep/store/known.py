"""Trainings that a sweep took over from an earlier one: its store keeps them, and needs the earlier run no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sweep.records import EpochReport, KnownTraining, TrialRecord
from sweep.store.facts import Event
from sweep.store.store import Store

KIND = "known_training"


@dataclass(frozen=True)
class Known:
    """The training of `trial` is that of trial `source` of the sweep called `run`."""

    trial: int
    run: str
    source: int
    training: KnownTraining

    def serves(self, record: TrialRecord) -> bool:
        """Whether all that the trial has trained is from there."""
        return record.id == self.trial and 0 < record.epochs_trained <= len(self.training.reports)

    def __str__(self) -> str:
        return f"trial {self.source} of {self.run}"


def record_known(store: Store, found: Iterable[Known]) -> None:
    """Before the search begins."""
    for one in found:
        reports = [report.facts() for report in one.training.reports]
        facts = {"run": one.run, "source": one.source, "parameter_count": one.training.parameter_count}
        store.record_event(KIND, trial=one.trial, reports=reports, **facts)


def known_trainings(events: Iterable[Event]) -> dict[int, Known]:
    """By trial."""
    return {event.payload["trial"]: _known(event.payload) for event in events if event.kind == KIND}


def _known(payload: Mapping[str, Any]) -> Known:
    trial = payload["trial"]
    reports = (EpochReport.of_facts(trial, epoch, *facts) for epoch, facts in enumerate(payload["reports"], start=1))
    return Known(trial, payload["run"], payload["source"], KnownTraining(tuple(reports), payload["parameter_count"]))
