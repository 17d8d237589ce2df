"""Which trial won. A pure function of the store's records, so every reader finds the same winner."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.records import Config, Objective, TrialRecord, TrialState


@dataclass(frozen=True)
class Winner:
    """The trial that is retrained. `objective` is its value at the end of `best_epoch`, which is 1-based.

    `full_budget` is False where no trial was granted all the epochs it could have had; `note` then says so.
    """

    id: int
    objective: float
    best_epoch: int
    config: Config
    full_budget: bool = True
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "objective": self.objective,
            "best_epoch": self.best_epoch,
            "config": dict(self.config),
            "full_budget": self.full_budget,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> Winner:
        """KeyError where something is missing."""
        return cls(
            id=payload["id"],
            objective=payload["objective"],
            best_epoch=payload["best_epoch"],
            config=payload["config"],
            full_budget=payload.get("full_budget", True),
            note=payload.get("note"),
        )


def choose_winner(trials: Sequence[TrialRecord], goal: Objective, full_budget: int | None) -> Winner | None:
    """The best completed trial, the lowest id among equals; None where no trial completed with a finite objective.

    Where `full_budget` (epochs) is given, trials with less are looked at only if none got it: a value that was
    reached in fewer epochs, by luck among many, is not compared with one that had to last.
    """
    candidates = [trial for trial in trials if _can_win(trial)]
    full = [trial for trial in candidates if full_budget is None or trial.budget >= full_budget]
    best = _best(full or candidates, goal)
    if best is None:
        return None
    assert best.objective is not None and best.best_epoch is not None
    note = (
        None if full else f"no trial got the full budget of {full_budget} epochs; the winner was granted {best.budget}"
    )
    return Winner(best.id, best.objective, best.best_epoch, dict(best.config), bool(full), note)


def no_winner_reason(trials: Sequence[TrialRecord]) -> str:
    """One line that says why no trial could win, with the most common error."""
    if not trials:
        return "no trial was run, so there is no winner"
    states = ", ".join(f"{count} {state}" for state, count in Counter(trial.state.value for trial in trials).items())
    errors = Counter(trial.error for trial in trials if trial.error).most_common(1)
    reason = f"; the most common error: {errors[0][0]} ({_times(errors[0][1])})" if errors else ""
    return f"no trial completed with a finite objective, so there is no winner ({states}){reason}"


def _can_win(trial: TrialRecord) -> bool:
    finite = trial.objective is not None and math.isfinite(trial.objective)
    return trial.state is TrialState.COMPLETED and finite and trial.best_epoch is not None


def _best(trials: Iterable[TrialRecord], goal: Objective) -> TrialRecord | None:
    best: TrialRecord | None = None
    for trial in sorted(trials, key=lambda trial: trial.id):
        if best is None or goal.better(trial.objective, best.objective):  # type: ignore[arg-type]
            best = trial
    return best


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
