"""One trial from its request to its result."""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from sweep.data.dataset import Dataset
from sweep.errors import SweepFailed
from sweep.model.build import build_model, require_small_cnn
from sweep.model.graph_key import graph_key
from sweep.model.image_input import ImageInput
from sweep.model.limits import TooLarge
from sweep.records import Config, EpochReport, KnownTraining, TrialRequest, TrialResult, TrialState
from sweep.seeds import derive_seed
from sweep.space.definition import Space
from sweep.text import one_line, shorten
from sweep.trial.checkpoint import Checkpoint, CheckpointFile
from sweep.trial.context import TrialContext
from sweep.trial.history import end_state, trial_result
from sweep.trial.kept import KeptTrainings
from sweep.trial.keras_session import keras_session
from sweep.trial.step import state_variables
from sweep.trial.training import Training

Build = Callable[[Space, Config, ImageInput], keras.Model]

CHECKPOINT_SECONDS = 10.0
"""At most about this much training is lost when a worker is killed, or as much as CHECKPOINT_SHARE asks for."""

CHECKPOINT_SHARE = 0.02
"""Of the time of training, at most about this part is spent on checkpoints between epochs: one that takes a second to
write is written every 50 seconds."""

TRACEBACK_LENGTH = 20_000
"""Characters of a traceback that are kept: its beginning and its end."""


def run_trial(
    context: TrialContext, request: TrialRequest, build: Build = build_model, kept: KeptTrainings | None = None
) -> Iterator[EpochReport | TrialResult]:
    """Train the trial to the end of `request.last_epoch`, from its checkpoint where it has a whole one.

    Gives a report for every epoch, those that the checkpoint holds first, as they were: a report may have been lost
    on its way to the store. Then, unless it is closed before, exactly one result. Closing it between two epochs keeps
    what was trained. The reports and the result depend on context and request only, not on checkpoints, on closings, or
    on what earlier trials of the same context have left in `kept`; `configure_runtime` must have been called in this
    process, as `sweep.trial.task` does.

    An exception of the model or of its training becomes a result, here and nowhere else, SystemExit included; a model
    that is above a limit of the definition is skipped. What is no fault of the trial is raised: DataError where there
    is no whole dataset; SweepFailed for a checkpoint of another model or dataset, a disk that is full, an objective
    that is not reported; KeyboardInterrupt.
    """
    run = _Run(context, request, build, kept or KeptTrainings())
    with keras_session():
        try:
            result = yield from run.events()
        except (SweepFailed, KeyboardInterrupt, GeneratorExit):
            raise
        except TooLarge as exc:
            result = run.skipped(exc)
        except BaseException as exc:  # a user's code may call `sys.exit`, which is to end neither worker nor sweep
            result = run.failure(exc)
    yield result


class _Run:
    """The state of one call of `run_trial`: above all the reports of all the epochs of the trial so far."""

    def __init__(self, context: TrialContext, request: TrialRequest, build: Build, kept: KeptTrainings) -> None:
        self._space, self._request, self._build, self._kept = context.space, request, build, kept
        self._reports: list[EpochReport] = []
        self._dataset = open_dataset(context.dataset)
        self._file = CheckpointFile.of(context.checkpoints, request.trial)
        self._saved_at, self._save_seconds = time.monotonic(), 0.0

    def events(self) -> Generator[EpochReport, None, TrialResult]:
        checkpoint = self._checkpoint()
        if checkpoint is not None:
            for epoch, facts in enumerate(checkpoint.facts["reports"], start=1):
                self._reports.append(EpochReport.of_facts(self._request.trial, epoch, *facts))
            del self._reports[self._request.last_epoch :]  # a promotion may have gone further
            yield from tuple(self._reports)
        elif (known := self._known_result()) is not None:
            yield from tuple(self._reports)
            return known
        state = self._state()
        if checkpoint is not None and state is not None:
            return self._result(state, parameter_count=checkpoint.facts["parameter_count"])
        key = graph_key(self._space, self._request.config)
        training = self._start(self._kept.take(key), checkpoint)
        del checkpoint  # all the state once more
        while state is None:
            yield from self._epoch(training)
            state = self._state()
            if state is not None or self._save_is_due:
                self._save(training)
        self._kept.keep(key, training)
        return self._result(state, parameter_count=training.parameter_count)

    def _known_result(self) -> TrialResult | None:
        """What is known goes as far as it has to, or counts as nothing: nobody has a checkpoint to go on from."""
        known = self._request.known or KnownTraining((), None)
        for report in known.reports[: self._request.last_epoch]:
            self._reports.append(replace(report, trial=self._request.trial))
            state = self._state()
            if state is not None and self._has_hits:
                return self._result(state, parameter_count=known.parameter_count)
            if state is not None:
                break
        self._reports.clear()
        return None

    def _start(self, kept: Training | None, checkpoint: Checkpoint | None) -> Training:
        """The model and what trains it, as the checkpoint has it, or else before its first epoch."""
        config, seed = self._request.config, self._request.seed
        image_input = ImageInput(
            self._dataset.image_shape, len(self._dataset.classes), self._dataset.mean, self._dataset.variance
        )
        if kept is not None and checkpoint is not None:
            training = kept
            training.reuse(config, seed)
        else:
            require_small_cnn(self._space, config, image_input)
            keras.utils.set_random_seed(derive_seed(seed, "build"))
            model = self._build(self._space, config, image_input)
            if kept is None:
                training = Training(self._space, config, seed, model, self._dataset, image_input)
            else:
                training = kept
                training.reuse(config, seed, state_variables(model))
        if checkpoint is not None:
            checkpoint.restore(training.variables)
        return training

    def _epoch(self, training: Training) -> Iterator[EpochReport]:
        started = time.perf_counter()
        epoch = len(self._reports) + 1
        metrics = training.run_epoch(epoch)
        report = EpochReport(self._request.trial, epoch, metrics, time.perf_counter() - started)
        self._reports.append(report)
        if self._best_epoch == epoch:
            report = self._reports[-1] = replace(report, hits=training.hits)
        try:
            yield report
        except GeneratorExit:
            self._save(training)
            raise

    @property
    def _best_epoch(self) -> int | None:
        goal = self._space.goal
        return goal.best_epoch([report.metrics.get(goal.metric) for report in self._reports])

    @property
    def _has_hits(self) -> bool:
        """Another objective has other best epochs, whose hits nobody kept."""
        best = self._best_epoch
        return best is not None and self._reports[best - 1].hits is not None

    @property
    def _save_is_due(self) -> bool:
        pause = max(CHECKPOINT_SECONDS, self._save_seconds / CHECKPOINT_SHARE)
        return time.monotonic() - self._saved_at >= pause

    def _save(self, training: Training) -> None:
        started = time.monotonic()
        reports = [report.facts() for report in self._reports]
        facts = {"of": self._identity(), "parameter_count": training.parameter_count, "reports": reports}
        self._file.save(training.variables, facts)
        self._saved_at = time.monotonic()
        self._save_seconds = self._saved_at - started

    def _checkpoint(self) -> Checkpoint | None:
        checkpoint = self._file.load()
        if checkpoint is None or not checkpoint.facts.keys() >= {"of", "reports", "parameter_count"}:
            return None  # what another version of sweep may have written counts as nothing
        if checkpoint.facts["of"] != self._identity():
            raise SweepFailed(
                f"{self._file.path} belongs to another seed, configuration, model or dataset than trial "
                f"{self._request.trial} has now; delete it to train the trial anew"
            )
        return checkpoint

    def _identity(self) -> dict[str, Any]:
        return {
            "seed": self._request.seed,
            "config": dict(self._request.config),
            "model": self._space.model,
            "dataset": self._dataset.digest,
        }

    def _state(self) -> TrialState | None:
        return end_state(self._space, self._reports, self._request.last_epoch)

    def skipped(self, exc: TooLarge) -> TrialResult:
        parameter_count = None if exc.size is None else exc.size.parameters
        return self._result(TrialState.SKIPPED, error=str(exc), parameter_count=parameter_count)

    def failure(self, exc: BaseException) -> TrialResult:
        told = shorten("".join(traceback.format_exception(exc)), TRACEBACK_LENGTH)
        return self._result(TrialState.FAILED, error=one_line(exc), traceback=told)

    def _result(self, state: TrialState, **facts: Any) -> TrialResult:
        return trial_result(self._space, self._request.trial, state, self._reports, **facts)


@functools.lru_cache(maxsize=1)
def open_dataset(path: Path) -> Dataset:
    """The dataset, opened once in a process; its arrays are mapped, not read."""
    return Dataset.open(path)
