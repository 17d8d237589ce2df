"""One line that says whether two sweeps came to the same results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sweep.records import EpochReport, TrialRecord, TrialState


def digest_of(trials: Iterable[TrialRecord], epochs: Mapping[int, Sequence[EpochReport]]) -> str:
    """SHA-256 in hex over ids, configurations, states, budgets, epochs with metrics, best epochs, objectives, brackets
    and rungs, as canonical JSON: keys sorted, floats as `repr` writes them, NaN and infinities by name.

    What may differ between two runs of one sweep is left out: times, attempts, the texts of errors, the order in which
    trials finished, and whether a worker was at a trial just then (running counts as waiting).
    """
    digest = hashlib.sha256()
    for trial in sorted(trials, key=lambda trial: trial.id):
        row = _canonical(trial, epochs.get(trial.id, ()))
        digest.update(json.dumps(row, sort_keys=True, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _canonical(trial: TrialRecord, epochs: Sequence[EpochReport]) -> dict[str, Any]:
    return {
        "id": trial.id,
        "state": TrialState.WAITING if trial.state is TrialState.RUNNING else trial.state,
        "config": trial.config,
        "budget": trial.budget,
        "epochs_trained": trial.epochs_trained,
        "epochs": [[report.epoch, report.metrics] for report in epochs if report.epoch <= trial.epochs_trained],
        "best_epoch": trial.best_epoch,
        "objective": trial.objective,
        "bracket": trial.bracket,
        "rung": trial.rung,
    }
