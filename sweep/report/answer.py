"""The answer first: the test accuracy, what it is the accuracy of, and what it was chosen from; or what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sweep.final.winner import no_winner_reason
from sweep.records import TrialRecord, TrialState
from sweep.report.run_facts import RunFacts
from sweep.report.words import percent, short
from sweep.text import counted, number


@dataclass(frozen=True)
class Answer:
    """`headline` is the test accuracy, None as long as there is none, and `interval` a sentence on it. `missing` says
    why, `command` what to do about it."""

    headline: str | None
    interval: str
    scores: list[tuple[str, str]]
    best: str
    config: list[tuple[str, str]]
    lines: list[str]
    missing: str | None
    command: str | None


def answer(run: RunFacts) -> Answer:
    """Of a sweep in any state."""
    metrics, best = run.result.metrics, run.result.best_trial
    missing, command = _missing(run)
    headline, interval, scores = None, "", []
    if metrics is not None:
        test = metrics["test"]
        low, high = test["accuracy_ci95"]
        headline = percent(test["accuracy"])
        interval = f"95 % interval {100 * low:.1f} to {percent(high)}, of {counted(test['n'], 'test image')}"
        names = {"loss": "loss", "macro_f1": "macro F1", "weighted_f1": "weighted F1", "macro_auc": "macro AUC"}
        scores = [(name, number(test.get(key))) for key, name in names.items()]
    return Answer(
        headline=headline,
        interval=interval,
        scores=scores,
        best="" if best is None else _best(run, best),
        config=[] if best is None else [(name, short(value)) for name, value in best.config.items()],
        lines=list(_lines(run)),
        missing=missing,
        command=command,
    )


def state_counts(run: RunFacts) -> str:
    """`12 completed, 1 failed`."""
    counts = Counter(trial.state for trial in run.result.trials)
    return ", ".join(f"{counts[state]:,} {state.value}" for state in TrialState if counts[state])


def _best(run: RunFacts, best: TrialRecord) -> str:
    kind = "Winner" if run.result.winner else "Best so far"
    return f"{kind}: trial {best.id}, {run.metric} {number(best.objective)} at epoch {best.best_epoch}"


def _lines(run: RunFacts) -> Iterator[str]:
    result, method = run.result, run.space.search.method
    way = "largest" if result.objective.direction == "max" else "smallest"
    states = f" ({state_counts(run)})" if result.trials else ""
    done = "Chosen" if result.winner else "The best so far" if result.best_trial else "To be chosen"
    yield (
        f"{done} by the {way} {run.metric} from {counted(len(result.trials), 'trial')}{states} of {method} search, "
        f"{counted(result.epochs_trained, 'epoch')} in all."
    )
    for event in run.events_of("planned")[-1:]:
        about = "" if event.payload["exact"] else "about "
        planned = f"{counted(event.payload['trials'], 'trial')} and {about}{counted(event.payload['epochs'], 'epoch')}"
        yield f"Planned were {planned}."
    taken_over = [one for trial in result.trials if (one := run.known.served(trial, run.space.trial_seed(trial.id)))]
    if taken_over:
        names = ", ".join(dict.fromkeys(one.run for one in taken_over))
        yield f"{counted(len(taken_over), 'trial')} had been trained by {names} already, to the same bits."
    if result.winner is not None and result.winner.note:
        yield f"Note: {result.winner.note}."
    if result.metrics is not None:
        retrain = result.metrics["retrain"]
        yield (
            f"The winner was trained anew on train and validation together: {counted(retrain['images'], 'image')}, "
            f"{counted(retrain['epochs'], 'epoch')}."
        )
    yield _looks(result.test_evaluations)


def _looks(count: int) -> str:
    if count == 0:
        return "The test split has not been opened."
    if count == 1:
        return "The test split has been evaluated once, after the winner was frozen."
    return (
        f"The test split has been evaluated {count} times. Only the first was a test of something unknown: whoever "
        "chooses by the later ones overrates the model."
    )


def _missing(run: RunFacts) -> tuple[str | None, str | None]:
    result = run.result
    if result.state == "running" and result.metrics is None:
        return "The sweep is running: this is a snapshot, and there is no test accuracy yet.", None
    if result.state == "interrupted":
        text = "The sweep was interrupted before its end"
        had = "." if result.metrics is None else "; the accuracy below is of its earlier end."
        return f"{text}{had}", run.directory.command("resume")
    if result.metrics is None and result.best_trial is None:
        reason = no_winner_reason(result.trials)
        return f"{reason[0].upper()}{reason[1:]}.", None
    if result.damage is not None:
        return f"There is no test accuracy to show: {result.damage}", None
    if result.metrics is None:
        return (
            "The search has ended, but the winner was not retrained yet: there is no test accuracy.",
            run.directory.command("retrain-best"),
        )
    return None, None
