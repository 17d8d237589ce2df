"""A sweep as its store tells it: what `sweep.run` and `sweep.open` give, and `sweep show` prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import SweepFailed
from sweep.estimates.forecast import Outcome, forecast_outcome
from sweep.estimates.outcome import PlanOutcome, plan_outcome
from sweep.final.finalize import count_test_evaluations, frozen_winner
from sweep.final.metrics_file import read_metrics
from sweep.final.winner import Winner, choose_winner
from sweep.records import Objective, TrialRecord, TrialState
from sweep.store.labels import labels_of
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader
from sweep.store.state import sweep_state


@dataclass(frozen=True)
class SweepResult:
    """A snapshot. `state` is running, interrupted or finished; `full_budget` as in `choose_winner`; `metrics` are those
    of `final/metrics.json`; `labels` are the user's notes."""

    name: str
    directory: Path
    state: str
    objective: Objective
    full_budget: int | None
    trials: tuple[TrialRecord, ...]
    winner: Winner | None
    digest: str
    metrics: dict[str, Any] | None
    test_evaluations: int
    labels: tuple[str, ...] = ()
    created: str = ""
    """ISO 8601, UTC."""
    forecast: Outcome | None = None
    """Of how long the search was to take; None where it has not ended, or was over too soon for one."""
    planned: PlanOutcome | None = None
    """Of what `sweep plan` had said of the search; None where it had not, or where the search was resumed."""
    damage: str | None = None
    """A line on `final/metrics.json` where it cannot be read; `metrics` is None then."""

    @property
    def epochs_trained(self) -> int:
        return sum(trial.epochs_trained for trial in self.trials)

    @property
    def test_accuracy(self) -> float | None:
        """Of the winner, retrained on train and validation; None before it was evaluated."""
        return None if self.metrics is None else float(self.metrics["test"]["accuracy"])

    @property
    def best_trial(self) -> TrialRecord | None:
        """The winner's trial once it is frozen, before that the one that would win now."""
        best = self.winner or choose_winner(self.trials, self.objective, self.full_budget)
        return next((trial for trial in self.trials if best is not None and trial.id == best.id), None)

    def to_json(self) -> dict[str, Any]:
        """The shape of `sweep show --json`."""
        counts = Counter(trial.state for trial in self.trials)
        winner = self.winner
        return {
            "name": self.name,
            "state": self.state,
            "created": self.created,
            "labels": list(self.labels),
            "objective": {"metric": self.objective.metric, "direction": self.objective.direction},
            "trials": {state.value: counts[state] for state in TrialState},
            "epochs_trained": self.epochs_trained,
            "winner": None
            if winner is None
            else {
                "id": winner.id,
                "objective": winner.objective,
                "best_epoch": winner.best_epoch,
                "config": dict(winner.config),
            },
            "digest": self.digest,
            "test": None if self.metrics is None else self.metrics["test"],
            "test_evaluations": self.test_evaluations,
            "forecast": None if self.forecast is None else self.forecast.to_json(),
            "planned": None if self.planned is None else self.planned.to_json(),
            "damage": self.damage,
        }


def read_result(run: RunDirectory, store: Reader) -> SweepResult:
    """The sweep as it stands now."""
    with store.snapshot():
        events = store.events()
        state = sweep_state(run, store)
        metrics, damage = _metrics_or_damage(run)
        return SweepResult(
            name=run.name,
            directory=run.root,
            state=state,
            objective=store.objective,
            full_budget=store.facts.get("full_budget"),
            trials=tuple(store.trials(live=state == "running")),
            winner=frozen_winner(store),
            digest=store.digest(),
            metrics=metrics,
            damage=damage,
            test_evaluations=count_test_evaluations(store),
            labels=labels_of(store),
            created=store.facts["created"],
            forecast=forecast_outcome(events),
            planned=plan_outcome(events),
        )


def _metrics_or_damage(run: RunDirectory) -> tuple[dict[str, Any] | None, str | None]:
    """A damaged file hides nothing but itself: trials and winner are in the store."""
    try:
        return read_metrics(run), None
    except SweepFailed as exc:
        return None, str(exc)
