"""What a worker does for the answer of a sweep, and what any worker of a sweep imports. Importing this module is cheap:
TensorFlow comes in where it runs."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterator
from typing import Any

from sweep.final.requests import EvaluateRequest, Retrained, RetrainEpoch, RetrainRequest, WorkFailed
from sweep.text import one_line, os_error_line
from sweep.trial.runtime import configure_runtime, import_tensorflow

_WORKPLACE = ("sweep.search.oracle_searcher", "sweep.trial.run", "sweep.final.retrain", "sweep.final.evaluate")


def preload() -> None:
    """Import all that searching, training and evaluating need."""
    import_tensorflow()
    for module in _WORKPLACE:
        importlib.import_module(module)


def work(request: RetrainRequest | EvaluateRequest) -> Iterator[RetrainEpoch | Retrained | dict[str, Any] | WorkFailed]:
    """The function to give to an executor, or to call where one process is enough. It never raises: WorkFailed is the
    last event instead. A retraining ends with Retrained, an evaluation is the one event `scores`."""
    try:
        space = request.space
        configure_runtime(space.retrain_threads or space.threads_per_trial, space.deterministic)
        from sweep.model.user_code import expect_code

        expect_code(space.model, request.code)
        if isinstance(request, RetrainRequest):
            from sweep.final.retrain import retrain

            yield from retrain(request)
        else:
            from sweep.final.evaluate import evaluate

            yield evaluate(request)
    except OSError as exc:
        yield WorkFailed(os_error_line(exc), traceback.format_exc())
    except Exception as exc:
        yield WorkFailed(one_line(exc), traceback.format_exc())
