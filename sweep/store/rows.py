"""Rows of a store as what they tell. ValueError where a value is none that a sweep writes."""

from __future__ import annotations

import json
import sqlite3

from sweep.records import EpochReport, KnownTraining, Proposal, TrialRecord, TrialResult, TrialState
from sweep.store.checked import (
    Columns,
    Unsound,
    checked_metrics,
    checked_moment,
    checked_seconds,
    config_of,
    metrics_of,
    objective_of,
)
from sweep.store.facts import Attempt, Event
from sweep.store.known import Known

_TRIAL = Columns(
    "trial",
    config=str,
    budget=int,
    bracket=int | None,
    rung=int | None,
    state=str | None,
    epochs_trained=int | None,
    best_epoch=int | None,
    objective=str | None,
    parameter_count=int | None,
    error=str | None,
    last_epoch=int | None,
    seconds=float | int | None,
    metrics=str | None,
)
_EPOCH = Columns("epoch", trial=int, epoch=int, seconds=float | int, metrics=str)
_ASK = Columns("ask", trial=int, first_epoch=int, last_epoch=int, bracket=int | None, rung=int | None, config=str)
_TELL = Columns(
    "tell",
    trial=int,
    state=str,
    epochs_trained=int,
    best_epoch=int | None,
    objective=str,
    parameter_count=int | None,
    error=str | None,
    traceback=str | None,
)
_ATTEMPT = Columns(
    "attempt", trial=int, number=int, started=str, ended=str | None, outcome=str | None, reason=str | None
)
_EVENT = Columns("event", time=str, kind=str, payload=str)
_KNOWN = Columns("known", seed=int, config=str, run=str, source=int, parameter_count=int | None, reports=str)


def trial_of(row: sqlite3.Row) -> TrialRecord:
    """Of a row of the trials with their last ask and tell."""
    _TRIAL.check(row)
    told = bool(row["told"])
    unfinished = TrialState.RUNNING if row["running"] else TrialState.WAITING
    return TrialRecord(
        id=row["id"],
        state=TrialState(row["state"]) if told else unfinished,
        config=config_of(row["config"]),
        budget=row["budget"],
        epochs_trained=(row["epochs_trained"] if told else row["last_epoch"]) or 0,
        best_epoch=_best(row["best_epoch"]),
        objective=None if row["objective"] is None else objective_of(row["objective"]),
        metrics={} if row["metrics"] is None else metrics_of(row["metrics"]),
        bracket=row["bracket"],
        rung=row["rung"],
        attempts=row["attempts"],
        seconds=checked_seconds(row["seconds"] or 0.0),
        parameter_count=row["parameter_count"],
        error=row["error"] if told else None,
    )


def epoch_of(row: sqlite3.Row) -> EpochReport:
    """Of `trial, epoch, seconds, metrics`: by their places, since there are many."""
    _EPOCH.check(row)
    trial, epoch, seconds, metrics = row
    return EpochReport(trial, epoch, metrics_of(metrics), checked_seconds(seconds))


def proposal_of(row: sqlite3.Row) -> Proposal:
    """Of a row of the table and the trial's configuration."""
    _ASK.check(row)
    _, trial, first_epoch, last_epoch, bracket, rung, config = row
    return Proposal(trial, config_of(config), first_epoch, last_epoch, bracket, rung)


def result_of(row: sqlite3.Row) -> TrialResult:
    _TELL.check(row)
    return TrialResult(
        trial=row["trial"],
        state=TrialState(row["state"]),
        epochs_trained=row["epochs_trained"],
        best_epoch=_best(row["best_epoch"]),
        objective=objective_of(row["objective"]),
        parameter_count=row["parameter_count"],
        error=row["error"],
        traceback=row["traceback"],
    )


def attempt_of(row: sqlite3.Row) -> Attempt:
    _ATTEMPT.check(row)
    checked_moment(row["started"])
    if row["ended"] is not None:
        checked_moment(row["ended"])
    return Attempt(*row)


def event_of(row: sqlite3.Row) -> Event:
    _EVENT.check(row)
    from sweep.store.payloads import payload_of  # only here: a shell that completes trials does not wait for pydantic

    return Event(row["seq"], checked_moment(row["time"]), row["kind"], payload_of(row["kind"], row["payload"]))


def known_of(row: sqlite3.Row) -> Known:
    _KNOWN.check(row)
    facts = enumerate(json.loads(row["reports"]), start=1)
    reports = tuple(EpochReport.of_facts(row["source"], epoch, *one) for epoch, one in facts)
    for report in reports:
        checked_metrics(report.metrics)
        checked_seconds(report.seconds)
    training = KnownTraining(reports, row["parameter_count"])
    return Known(row["run"], row["source"], row["seed"], config_of(row["config"]), training)


def _best(epoch: int | None) -> int | None:
    """They count from 1."""
    if epoch is not None and epoch < 1:
        raise Unsound(f"{epoch} is no best epoch")
    return epoch
