"""What an executor is handed for trials: light to import and to pickle; what is heavy is imported where it runs."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sweep.records import EpochReport, TrialRequest, TrialResult
from sweep.trial.context import TrialContext
from sweep.trial.runtime import configure_runtime, import_tensorflow

if TYPE_CHECKING:
    from sweep.trial.kept import KeptTrainings


class TrialTask:
    """As `run_trial` in this context, in a process that need not know TensorFlow yet, with its runtime configured as
    the space says; what trials can use of earlier ones is kept in between."""

    def __init__(self, context: TrialContext) -> None:
        self._context = context
        self._kept: KeptTrainings | None = None

    def __call__(self, request: TrialRequest) -> Iterator[EpochReport | TrialResult]:
        self._configure()
        from sweep.model.user_code import expect_code
        from sweep.trial.kept import KeptTrainings
        from sweep.trial.run import run_trial

        expect_code(self._context.space.model, self._context.code)
        if self._kept is None:
            self._kept = KeptTrainings()
        yield from run_trial(self._context, request, kept=self._kept)

    def warm_up(self) -> None:
        """TensorFlow and its devices come up, which takes a moment that a first trial need not wait for."""
        self._configure()
        import_tensorflow().config.list_logical_devices()

    def _configure(self) -> None:
        space = self._context.space
        configure_runtime(space.threads_per_trial, space.deterministic)

    def __reduce__(self) -> tuple[object, tuple[TrialContext]]:
        return _arrive, (self._context,)


def _arrive(context: TrialContext) -> TrialTask:
    """Unpickled in a worker, which imports now what it has not: before any request, beside what others do."""
    import_tensorflow()
    importlib.import_module("sweep.trial.run")
    gc.freeze()  # after each trial its garbage is looked for, among its own objects and not among all of TensorFlow's
    task = TrialTask(context)
    task.warm_up()
    return task
