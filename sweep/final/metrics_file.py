"""`final/metrics.json` as it is read back: whole, or one line on what is wrong with it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sweep.errors import SweepFailed
from sweep.final.folder import METRICS
from sweep.store.layout import RunDirectory


def read_metrics(run: RunDirectory) -> dict[str, Any] | None:
    """The contents of `final/metrics.json`, None before the winner was retrained and evaluated. SweepFailed where the
    file is damaged."""
    path = run.final / METRICS
    try:
        metrics: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _Metrics.model_validate(metrics)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as exc:
        raise SweepFailed(f"{path}: is damaged{_where(exc)}; make it anew with: {run.command('retrain-best')}") from exc
    return metrics


class _Part(BaseModel):
    """What others read. Keys that are not named here may be there, and come and go with versions."""

    model_config = ConfigDict(strict=True)


class _Test(_Part):
    n: int
    accuracy: float
    accuracy_ci95: Annotated[list[float], Field(min_length=2, max_length=2)]
    loss: float | None = None
    macro_f1: float | None = None
    weighted_f1: float | None = None
    macro_auc: float | None = None


class _Class(_Part):
    name: str
    support: int
    precision: float | None
    recall: float | None
    f1: float | None
    auc: float | None


class _Curve(_Part):
    auc: float
    fpr: list[float]
    tpr: list[float]


class _ClassCurve(_Curve):
    name: str


class _Roc(_Part):
    per_class: list[_ClassCurve]
    micro: _Curve | None
    macro: _Curve | None


class _Retrain(_Part):
    epochs: int
    images: int
    seconds: float = 0.0


class _Counts(_Part):
    name: str
    tp: list[int]
    fp: list[int]


class _PrecisionRecall(_Part):
    thresholds: list[float]
    per_class: list[_Counts]


class _Winner(_Part):
    id: int


class _Metrics(_Part):
    classes: list[str]
    test: _Test
    per_class: list[_Class]
    confusion_matrix: list[list[int]]
    roc: _Roc
    precision_recall: _PrecisionRecall | None = None
    winner: _Winner
    retrain: _Retrain


def _where(exc: Exception) -> str:
    """The first part that is not as it has to be."""
    if not isinstance(exc, ValidationError):
        return ""
    first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f" ({place}: {first['msg'].lower()})" if place else ""
