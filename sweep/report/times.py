"""The seconds of a sweep, as far as its store knows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sweep.estimates.estimate import REPORT_BYTES, Estimate, Range
from sweep.estimates.forecast import Outcome
from sweep.report.run_facts import RunFacts
from sweep.report.words import duration
from sweep.store.facts import Attempt
from sweep.text import byte_text, counted, verdict


@dataclass(frozen=True)
class TrialTime:
    """`training` seconds are those of its epochs, validation included; `other` those that its attempts took besides:
    building and compiling the model, checkpoints, and epochs that were lost with a worker."""

    trial: int
    training: float
    other: float


def trial_times(run: RunFacts) -> list[TrialTime]:
    """Of every trial, in order."""
    return [
        TrialTime(trial.id, trial.seconds, max(0.0, sum(map(_seconds, run.attempts[trial.id])) - trial.seconds))
        for trial in run.result.trials
    ]


def summary(run: RunFacts) -> list[tuple[str, str]]:
    """Lines of a table: what took how long."""
    return list(_summary(run))


def _summary(run: RunFacts) -> Iterator[tuple[str, str]]:
    times = trial_times(run)
    training, other = sum(time.training for time in times), sum(time.other for time in times)
    searched = [event.payload["seconds"] for event in run.events_of("searched")]
    if searched:
        sessions = "" if len(searched) == 1 else f", in {len(searched)} sessions"
        yield "the search, by the clock", f"{duration(sum(searched))}{sessions}"
    if run.result.forecast is not None:
        yield "its forecast", _forecast(run.result.forecast)
    if run.result.planned is not None:
        yield "what sweep plan had said", _told(run.result.planned.estimate.search, run.result.planned.took)
    yield "training in all trials together", duration(training)
    yield "other work of trials (building, compiling, checkpoints, lost epochs)", duration(other)
    workers = {event.payload.get("workers") or 1 for event in run.events if event.kind in ("started", "resumed")}
    if searched and len(workers) == 1:
        count = workers.pop()
        spare = max(0.0, count * sum(searched) - training - other)
        yield f"waiting and starting of {counted(count, 'worker')}", duration(spare)
    epochs = sum(one.seconds > 0 for reports in run.epochs.values() for one in reports)
    if epochs:
        yield "an epoch, on average", duration(training / epochs)
    if run.result.metrics is not None:
        yield "retraining the winner", _retraining(run, run.result.metrics["retrain"].get("seconds", 0.0))
    if run.result.planned is not None and run.result.metrics is not None:
        yield "on disk, besides this page", _size(run, run.result.planned.estimate)


def _forecast(outcome: Outcome) -> str:
    told = f"{duration(outcome.forecast)}, told after {duration(outcome.after)}"
    return f"{told}: {_verdict(outcome.error, 'short', 'long')}"


def _retraining(run: RunFacts, took: float) -> str:
    planned = run.result.planned
    return duration(took) + (f"; sweep plan had said {_told(planned.estimate.retraining, took)}" if planned else "")


def _told(said: Range, truth: float) -> str:
    return f"{duration(said.low)} to {duration(said.high)}: {_verdict(said.error(truth), 'short', 'long')}"


def _size(run: RunFacts, told: Estimate) -> str:
    said = Range(told.lasting_bytes.low - REPORT_BYTES, told.lasting_bytes.high - REPORT_BYTES)
    span = f"{byte_text(said.low)} to {byte_text(said.high)}"
    wrong = _verdict(said.error(run.lasting_bytes), "little", "much")
    return f"{byte_text(run.lasting_bytes)}; sweep plan had said {span} besides it: {wrong}"


def _verdict(error: float, little: str, much: str) -> str:
    return verdict(error, little, much).replace(" %", "\N{NO-BREAK SPACE}%")


def _seconds(attempt: Attempt) -> float:
    if attempt.ended is None:
        return 0.0
    return (datetime.fromisoformat(attempt.ended) - datetime.fromisoformat(attempt.started)).total_seconds()
