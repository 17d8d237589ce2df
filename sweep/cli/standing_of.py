"""Where a search stands, as its store tells it to another process than the one that runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sweep.cli.standing import CommonValues, Incumbents, Running, Standing, as_running, seconds_left
from sweep.estimates.time_left import EpochCount, Speed, time_left
from sweep.records import Objective, TrialRecord, TrialState, Workload
from sweep.store.facts import Event
from sweep.store.reading import Reader

_PHASES = {
    "started": "starting",
    "resumed": "starting",
    "search_finished": "retraining",
    "winner": "retraining",
    "test_evaluation": "evaluating",
    "finished": "starting",
}
"""What is done after an event of this kind, where no trial runs."""

ENOUGH = 100
"""Of so many configurations, the latest, what they share is looked for: there may be thousands."""


def read_standing(store: Reader, live: bool) -> Standing:
    """As it stands now. `live` where a process runs the sweep: then there are running trials, a rate and a time left.

    What is planned is what has been trained, as long as the plan is not known.
    """
    with store.snapshot():
        events, trials = store.events(), store.trials(live=live)
        goal = store.objective
        incumbents = _incumbents(store, trials, goal)
        running = _running(store, trials, goal)
        epochs, costs = store.count_epochs(), store.costs()
    planned = _planned(events) or Workload(len(trials), sum(trial.budget for trial in trials), exact=False)
    session = next((event for event in reversed(events) if event.kind in ("started", "resumed")), None)
    speed, elapsed, left = Speed(_now), 0.0, None
    if session is not None and live:
        elapsed = _now() - _moment(session)
        before = session.payload.get("epochs")
        if before is not None:
            speed.count(before, at=_moment(session))
            speed.count(epochs)
    workers = 0 if session is None else int(session.payload.get("workers", 0))
    count = EpochCount(planned.epochs, trials)
    if live:
        left = seconds_left(time_left(costs, planned.trials - len(trials), count.left, workers), running)
    ended = [trial for trial in trials if trial.state.is_finished or trial.objective is not None]
    states = Counter(trial.state for trial in ended if trial.state.is_finished)
    return Standing(
        name=str(store.facts["name"]),
        method=str(store.facts["method"]),
        goal=goal,
        workers=workers,
        trials_planned=planned.trials,
        trials_done=len(ended),
        epochs_planned=planned.epochs,
        epochs_done=count.done,
        exact=planned.exact,
        elapsed=elapsed,
        rate=speed.rate,
        left=left,
        states={state: number for state, number in states.items() if state is not TrialState.COMPLETED},
        running=running,
        best=incumbents.best,
        beaten=incumbents.beaten,
        common=_common(trials),
    )


def phase_of(events: Sequence[Event], searches: bool) -> str:
    """What a process that runs the sweep does: `starting`, `searching`, `retraining` or `evaluating`."""
    known = [_PHASES[event.kind] for event in events if event.kind in _PHASES]
    return "searching" if searches else known[-1] if known else "starting"


def _planned(events: Sequence[Event]) -> Workload | None:
    """The latest plan: limits may have been raised."""
    told = [event.payload for event in events if event.kind == "planned"]
    return Workload(told[-1]["trials"], told[-1]["epochs"], told[-1]["exact"]) if told else None


def _incumbents(store: Reader, trials: Sequence[TrialRecord], goal: Objective) -> Incumbents:
    incumbents = Incumbents(goal)
    configs = {trial.id: trial.config for trial in trials}
    for result in store.results():
        incumbents.note(result, result.trial, configs[result.trial])
    return incumbents


def _running(store: Reader, trials: Sequence[TrialRecord], goal: Objective) -> tuple[Running, ...]:
    return tuple(
        as_running(trial, store.epochs(trial.id), goal) for trial in trials if trial.state is TrialState.RUNNING
    )


def _common(trials: Sequence[TrialRecord]) -> dict[str, str]:
    common = CommonValues()
    for trial in trials[-ENOUGH:]:
        common.note(trial.config)
    return common.texts


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _moment(event: Event) -> float:
    return datetime.fromisoformat(event.time).timestamp()
