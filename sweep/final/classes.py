"""What can be known of a final model without loading it: that its files are there and whole, and its class names."""

from __future__ import annotations

import json
from zipfile import is_zipfile

from sweep.errors import InputError, SweepFailed
from sweep.final.folder import LABELS, MODEL
from sweep.store.layout import RunDirectory


def read_classes(run: RunDirectory) -> list[str]:
    """The class names in the order of the model's outputs. Raises InputError where there is no final model, SweepFailed
    where a file of it is missing or damaged."""
    if not run.final.is_dir():
        raise InputError(f"{run.name} has no final model yet; make one: {run.command('retrain-best')}")
    model, labels = run.final / MODEL, run.final / LABELS
    for path in (model, labels):
        if not path.is_file():
            raise SweepFailed(f"{path}: is missing; {make_anew(run)}")
    if not is_zipfile(model):
        raise SweepFailed(f"{model}: is damaged; {make_anew(run)}")
    try:
        classes = json.loads(labels.read_text(encoding="utf-8"))["classes"]
        if not isinstance(classes, list) or not all(isinstance(one, str) for one in classes):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as exc:
        raise SweepFailed(f"{labels}: is damaged; {make_anew(run)}") from exc
    return classes


def make_anew(run: RunDirectory) -> str:
    """The end of a message on a final model that cannot be used."""
    return f"make it anew with: {run.command('retrain-best')}"
