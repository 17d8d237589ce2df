"""All that the report is made from: the store at one moment, and the files of the run. Nothing is trained or evaluated,
and the test images are not opened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sweep.data.cache import entries_folder
from sweep.data.check import CheckReport
from sweep.data.dataset import Dataset
from sweep.environment import read_environment
from sweep.errors import DataError
from sweep.final.predictions import Predictions, read_predictions
from sweep.records import EpochReport, Proposal, TrialRecord, TrialResult, TrialState
from sweep.report.axes import Axis, varying_axes
from sweep.result import SweepResult, read_result
from sweep.run_definition import current_space, first_space
from sweep.space.definition import Space
from sweep.store.facts import Attempt, Event, now
from sweep.store.known import KnownTrainings
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader
from sweep.store.removal import contents_of

UNFORTUNATE = (TrialState.FAILED, TrialState.DIVERGED, TrialState.SKIPPED)


@dataclass(frozen=True)
class RunFacts:
    """`results` are told results and `asked` the proposals, in order; `attempts` those of each trial. `environment` is
    None where the run's file is gone, `dataset` where the cache has the images no more. `lasting_bytes` on disk are
    those of all files but the report and the checkpoints, which go with the search."""

    directory: RunDirectory
    result: SweepResult
    space: Space
    facts: Mapping[str, Any]
    epochs: Mapping[int, Sequence[EpochReport]]
    asked: Sequence[Proposal]
    results: Sequence[TrialResult]
    attempts: Mapping[int, Sequence[Attempt]]
    events: Sequence[Event]
    known: KnownTrainings
    environment: Mapping[str, Any] | None
    dataset: Dataset | None
    predictions: Predictions | None
    lasting_bytes: int
    taken: str

    @cached_property
    def axes(self) -> list[Axis]:
        return varying_axes(self.space, self.result.trials)

    @cached_property
    def scored(self) -> list[TrialRecord]:
        """Trials with a finite objective, by id, but for those that came to no good end."""
        known = [one for one in self.result.trials if one.objective is not None and math.isfinite(one.objective)]
        return [one for one in known if one.state not in UNFORTUNATE]

    @cached_property
    def check(self) -> CheckReport | None:
        """Of the data, where the cache still has it."""
        try:
            return self.dataset.report() if self.dataset is not None else None
        except DataError:
            return None

    @property
    def metric(self) -> str:
        return self.result.objective.metric

    @property
    def best_id(self) -> int | None:
        """The winner, or the trial that would win now."""
        best = self.result.best_trial
        return None if best is None else best.id

    def events_of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


def read_run(directory: RunDirectory, store: Reader) -> RunFacts:
    """A snapshot of a run in any state. Raises InputError or SweepFailed where its store or metrics cannot be read."""
    with store.snapshot():
        result, events, decisions = read_result(directory, store), store.events(), store.decisions()
        if result.metrics is not None and has_finished(events):
            result = replace(result, state="finished")  # the lock may still be held by who writes the report
        return RunFacts(
            directory=directory,
            result=result,
            space=current_space(first_space(directory, store), store),
            facts=store.facts,
            epochs=store.all_epochs(),
            asked=[one for one in decisions if isinstance(one, Proposal)],
            results=[one for one in decisions if isinstance(one, TrialResult)],
            attempts={trial.id: store.attempts(trial.id) for trial in result.trials},
            events=events,
            known=KnownTrainings(store.known()),
            environment=read_environment(directory.environment_file),
            dataset=_open_dataset(store.facts.get("dataset_digest")),
            predictions=None if result.metrics is None else read_predictions(directory.final),
            lasting_bytes=_lasting_bytes(directory, store),
            taken=now(),
        )


def _lasting_bytes(directory: RunDirectory, store: Reader) -> int:
    files = [directory.report, *directory.root.glob(f"{directory.database.name}*")]
    others = sum(path.stat().st_size for path in files if path.exists()) + contents_of(directory.checkpoints).bytes
    return contents_of(directory.root).bytes - others + store.size()


def has_finished(events: Sequence[Event]) -> bool:
    """Whether nothing was begun since all was done."""
    turns = [event.kind for event in events if event.kind in ("started", "resumed", "limits_raised", "finished")]
    return turns[-1:] == ["finished"]


def _open_dataset(digest: str | None) -> Dataset | None:
    try:
        return Dataset.open(entries_folder(None) / digest) if digest else None
    except (DataError, OSError):
        return None
