"""A sweep as an Optuna study in a SQLite file, which `optuna-dashboard sqlite:///FILE` opens."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sweep.exporting.optuna_distributions import distributions_of
from sweep.exporting.packages import require
from sweep.records import EpochReport, Objective, TrialRecord, TrialState
from sweep.run_definition import first_space
from sweep.store.facts import Attempt
from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked
from sweep.store.reading import Reader


def write_study(run: RunDirectory, store: Reader, path: Path) -> None:
    """A study called as the run, whose trial numbers are ours.

    A trial that completed with less than Hyperband's full budget is PRUNED where any got it all, so that Optuna's best
    trial is the one that wins here; a failed, skipped or diverged one is FAIL; one that waits or runs is RUNNING, for a
    waiting one would be trained by whoever optimises the study next. Intermediate values are the objective of each
    epoch. What else is known of a trial is in its user attributes.
    """
    optuna = require("optuna", "optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with store.snapshot():
        trials, epochs = store.trials(live=is_locked(run)), store.all_epochs()
        attempts = {trial.id: store.attempts(trial.id) for trial in trials}
        digest, goal = store.digest(), store.objective
    full = store.facts.get("full_budget")
    all_got = any(trial.state is TrialState.COMPLETED and trial.budget >= (full or 0) for trial in trials)
    storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
    _spare_the_disk(storage.engine)
    try:
        direction = "maximize" if goal.direction == "max" else "minimize"
        study = optuna.create_study(study_name=run.name, storage=storage, direction=direction)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that Optuna may give this another name some day
            study.set_metric_names([goal.metric])
        for name in ("method", "seed", "dataset_digest"):
            study.set_user_attr(name, store.facts.get(name))
        study.set_user_attr("digest", digest)
        domains = distributions_of(optuna, first_space(run, store), [trial.config for trial in trials])
        for trial in trials:
            state = _state(optuna, trial, full if all_got else None)
            frozen = _frozen(optuna, trial, state, domains, epochs.get(trial.id, ()), attempts[trial.id], goal)
            study.add_trial(frozen)
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _spare_the_disk(engine: Any) -> None:
    """Optuna forces each fact of each trial to the disk, which takes longer than all else. Nothing is lost without: the
    file has no name yet."""
    from sqlalchemy import event

    engine.dispose()
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))


def _state(optuna: Any, trial: TrialRecord, full: int | None) -> Any:
    states = optuna.trial.TrialState
    if not trial.state.is_finished:
        return states.RUNNING
    if trial.state is not TrialState.COMPLETED or not _is_finite(trial.objective):
        return states.FAIL
    return states.PRUNED if full is not None and trial.budget < full else states.COMPLETE


def _frozen(
    optuna: Any,
    trial: TrialRecord,
    state: Any,
    domains: Mapping[str, Any],
    epochs: Sequence[EpochReport],
    attempts: Sequence[Attempt],
    goal: Objective,
) -> Any:
    trained = [one for one in epochs if not trial.state.is_finished or one.epoch <= trial.epochs_trained]
    values = {one.epoch: one.metrics.get(goal.metric) for one in trained}
    has_value = state in (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    began, ended = _times(attempts)
    return optuna.trial.FrozenTrial(
        number=-1,  # the storage gives the next one
        trial_id=-1,
        state=state,
        value=trial.objective if has_value else None,
        datetime_start=began,
        datetime_complete=ended if state.is_finished() else None,
        params=dict(trial.config),
        distributions={name: domains[name] for name in trial.config},
        user_attrs=_attributes(trial),
        system_attrs={},
        intermediate_values={epoch: value for epoch, value in values.items() if value is not None},
    )


def _times(attempts: Sequence[Attempt]) -> tuple[datetime, datetime]:
    """Local times without a zone, as Optuna's own. Of no attempt (a trial that waits): now."""
    began = min((one.started for one in attempts), default=datetime.now(UTC).isoformat())
    ended = max((one.ended or began for one in attempts), default=began)
    local = (datetime.fromisoformat(text).astimezone().replace(tzinfo=None) for text in (began, ended))
    first, last = local
    return first, last


def _attributes(trial: TrialRecord) -> dict[str, Any]:
    facts = ("budget", "epochs_trained", "best_epoch", "bracket", "rung", "attempts", "seconds", "parameter_count")
    known = {name: value for name in (*facts, "error") if (value := getattr(trial, name)) is not None}
    metrics = {f"metrics.{name}": value for name, value in trial.metrics.items() if _is_finite(value)}
    return {"state": trial.state.value, **known, **metrics}


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
