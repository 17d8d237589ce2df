"""What an executor is handed for trials: light to import and to pickle; what is heavy is imported where it runs."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator

from sweep.records import EpochReport, TrialRequest, TrialResult
from sweep.trial.context import TrialContext
from sweep.trial.runtime import configure_runtime, import_tensorflow


class _RunTask:
    """As `run_trial`, in a process that need not know TensorFlow yet, with its runtime configured as the space says."""

    def __call__(self, context: TrialContext, request: TrialRequest) -> Iterator[EpochReport | TrialResult]:
        configure_runtime(context.space.threads_per_trial, context.space.deterministic)
        from sweep.model.user_code import expect_code
        from sweep.trial.run import run_trial

        expect_code(context.space.model, context.code)
        yield from run_trial(context, request)

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return _arrive, ()


def _arrive() -> _RunTask:
    """Unpickled in a worker: its long imports begin at once, beside those of the orchestrator, before any request."""
    import_tensorflow()
    importlib.import_module("sweep.trial.run")
    gc.freeze()  # after each trial its garbage is looked for, among its own objects and not among all of TensorFlow's
    return run_task


run_task = _RunTask()
