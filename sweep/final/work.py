"""What a worker does for the answer of a sweep, and what any worker of a sweep imports. Importing this module is cheap:
TensorFlow comes in where it runs."""

from __future__ import annotations

import contextlib
import importlib
import traceback
from collections.abc import Iterator
from typing import Any

from sweep.final.requests import EvaluateRequest, Retrained, RetrainEpoch, RetrainRequest, WorkFailed
from sweep.space.definition import BayesianSearch, Space
from sweep.text import one_line, os_error_line
from sweep.trial.runtime import configure_runtime, import_tensorflow, spared_imports

_WORKPLACE = ("sweep.search.oracle_searcher", "sweep.trial.run", "sweep.final.retrain")


def preload(lean: bool) -> None:
    """Import all that searching and training need; `lean` without what Keras and KerasTuner import for others."""
    with spared_imports() if lean else contextlib.nullcontext():
        import_tensorflow()
        importlib.import_module("keras_tuner")
    for module in _WORKPLACE:
        importlib.import_module(module)


def can_be_lean(space: Space) -> bool:
    """A model of one's own may use any part of Keras, and KerasTuner's Gaussian process is scikit-learn's."""
    return space.is_builtin and not isinstance(space.search, BayesianSearch)


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
