"""JSON Lines to log a sweep to Weights & Biases: one line for each trial, `init` being the arguments of `wandb.init`,
`history` what `log` takes, and `summary` what the run's summary is given. docs/commands.md has the script."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from sweep.records import EpochReport, TrialRecord
from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked
from sweep.store.reading import Reader


def wandb_lines(run: RunDirectory, store: Reader) -> str:
    """Only trials that have ended or trained. What is no finite number is left out: W&B has no word for it."""
    with store.snapshot():
        epochs, trials = store.all_epochs(), store.trials(live=is_locked(run))
    begun = [trial for trial in trials if trial.state.is_finished or trial.id in epochs]
    lines = (_line(run, store.facts, trial, epochs.get(trial.id, ())) for trial in begun)
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)


def _line(
    run: RunDirectory, facts: Mapping[str, Any], trial: TrialRecord, epochs: Iterable[EpochReport]
) -> dict[str, Any]:
    init = {
        "id": f"{facts.get('sweep_id', run.name)}-{trial.id}",
        "name": f"{run.name}/{trial.id}",
        "group": run.name,
        "job_type": "trial",
        "config": dict(trial.config),
        "tags": [str(facts.get("method", "sweep")), trial.state.value],
        "notes": trial.error or "",
    }
    history = [
        {"epoch": one.epoch, "seconds": one.seconds, **_finite(one.metrics)}
        for one in epochs
        if not trial.state.is_finished or one.epoch <= trial.epochs_trained
    ]
    summary = {
        "state": trial.state.value,
        "budget": trial.budget,
        "epochs_trained": trial.epochs_trained,
        "seconds": trial.seconds,
        **{name: value for name in ("best_epoch", "bracket", "rung") if (value := getattr(trial, name)) is not None},
        **_finite({"objective": trial.objective}),
        **_finite(trial.metrics),
    }
    return {"init": init, "history": history, "summary": summary}


def _finite(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
