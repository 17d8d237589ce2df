"""The order of things: the winner is frozen, retrained, then evaluated on test, and each look at test is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from sweep.errors import InputError, SweepFailed
from sweep.executors.base import Function, WorkerLost
from sweep.faults import reach
from sweep.final.folder import METRICS, MODEL, replacing, restore, write_json
from sweep.final.metrics_file import read_metrics
from sweep.final.requests import EvaluateRequest, Retrained, RetrainEpoch, RetrainRequest, WorkFailed
from sweep.final.winner import Winner, choose_winner, no_winner_reason
from sweep.final.work import work
from sweep.records import Objective
from sweep.seeds import derive_seed
from sweep.space.budget import full_budget
from sweep.space.definition import Space
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader
from sweep.store.store import Store

Runner = Callable[[Function, Any], Iterator[Any]]
"""Runs a picklable function on a picklable request in some executor, and gives its events one by one."""


def inline(function: Function, request: Any) -> Iterator[Any]:
    """The runner that stays in this process."""
    return function(request)


def frozen_winner(store: Reader) -> Winner | None:
    """The winner as it was frozen, None before that."""
    events = store.events("winner")
    return Winner.from_json(events[0].payload) if events else None


def freeze_winner(store: Store, goal: Objective, full_budget: int | None) -> Winner:
    """The winner, chosen once: later calls give the same, whatever was trained since. SweepFailed where none is."""
    frozen = frozen_winner(store)
    if frozen is not None:
        return frozen
    trials = store.trials()
    winner = choose_winner(trials, goal, full_budget)
    if winner is None:
        raise SweepFailed(no_winner_reason(trials))
    store.record_event("winner", **winner.to_json())
    reach("winner.frozen")
    return frozen_winner(store) or winner


def count_test_evaluations(store: Reader) -> int:
    """How often the test images were opened to evaluate a model, whether or not that evaluation came to its end."""
    return len(store.events("test_evaluation"))


def finalize(
    run: RunDirectory,
    store: Store,
    space: Space,
    dataset_path: Path,
    runner: Runner = inline,
    on_progress: Callable[[RetrainEpoch], object] = lambda report: None,
) -> dict[str, Any]:
    """Freeze the winner, retrain it on train and validation, evaluate it on test; the contents of `final/metrics.json`.

    `final/` changes as a whole, at the end: killed before, it is as it was, and the next call begins anew with the
    same winner and the same seed. SweepFailed where no trial can win, the retraining diverges or the model cannot
    be saved.
    """
    winner = freeze_winner(store, space.goal, full_budget(space))
    with replacing(run.final) as folder:
        retrained = _retrain(space, winner, dataset_path, folder, runner, on_progress, store.facts.get("code"))
        evaluation = _evaluate_on_test(store, space, winner, dataset_path, folder, runner)
        metrics = {**evaluation, "winner": winner.to_json(), "retrain": retrained.to_json()}
        metrics["test_evaluations"] = count_test_evaluations(store)
        write_json(folder / METRICS, metrics)
    return metrics


def evaluate_again(
    run: RunDirectory, store: Store, space: Space, dataset_path: Path, runner: Runner = inline
) -> dict[str, Any]:
    """Evaluate the saved model on test once more, and count it. InputError where no model has been saved."""
    restore(run.final)
    metrics, winner = read_metrics(run), frozen_winner(store)
    if metrics is None or winner is None or not is_zipfile(run.final / MODEL):
        raise InputError(f"{run.name} has no whole final model to evaluate; make one: {run.command('retrain-best')}")
    metrics |= _evaluate_on_test(store, space, winner, dataset_path, run.final, runner)
    metrics["test_evaluations"] = count_test_evaluations(store)
    write_json(run.final / METRICS, metrics)
    return metrics


def _retrain(
    space: Space,
    winner: Winner,
    dataset_path: Path,
    folder: Path,
    runner: Runner,
    on_progress: Callable[[RetrainEpoch], object],
    code: str | None,
) -> Retrained:
    seed = derive_seed(space.seed, "retrain")
    request = RetrainRequest(space, winner.config, winner.best_epoch, seed, dataset_path, folder, code)
    for report in _events(f"retraining trial {winner.id}", runner, request):
        if not isinstance(report, Retrained):
            on_progress(report)
    return report


def _evaluate_on_test(
    store: Store, space: Space, winner: Winner, dataset_path: Path, folder: Path, runner: Runner
) -> dict[str, Any]:
    """The scores of `folder`'s model. Counted before the images are opened: an evaluation cut short was a look, too."""
    store.record_event("test_evaluation", trial=winner.id)
    request = EvaluateRequest(space, dataset_path, folder / MODEL, store.facts.get("code"))
    (scores,) = _events("evaluating the final model", runner, request)
    return scores


def _events(what: str, runner: Runner, request: Any) -> Iterator[Any]:
    """What goes wrong in a worker reaches the user as one line; its traceback is a note of the error."""
    for event in runner(work, request):
        if isinstance(event, WorkerLost):
            raise SweepFailed(f"{what} failed: {event.reason}")
        if isinstance(event, WorkFailed):
            error = SweepFailed(f"{what} failed: {event.message}")
            error.add_note(event.traceback)
            raise error
        yield event
