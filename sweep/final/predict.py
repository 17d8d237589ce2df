"""What the final model says of images that it has never seen, prepared as those that it was trained on."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from sweep.data.cache import entries_folder
from sweep.data.dataset import Dataset
from sweep.data.fitting import fit
from sweep.data.images import look
from sweep.data.reduction import Use
from sweep.data.sources.source import Item, read_regular
from sweep.errors import DataError, SweepFailed
from sweep.final.classes import make_anew, read_classes
from sweep.final.folder import LABELS, MODEL
from sweep.final.saved_model import load_saved
from sweep.model.evaluation_batch import evaluation_batch
from sweep.model.labels import probabilities
from sweep.model.numerics import set_precision
from sweep.space.definition import Space
from sweep.store.layout import RunDirectory
from sweep.text import counted, one_line
from sweep.trial.keras_session import keras_session


@dataclass(frozen=True)
class Prediction:
    """Of one image: the `probabilities` of all classes by name, the greatest first; or `error`, why there are none."""

    path: Path
    probabilities: dict[str, float]
    error: str | None = None

    @property
    def label(self) -> str | None:
        return next(iter(self.probabilities), None)


def predict(run: RunDirectory, space: Space, digest: str | None, paths: Sequence[Path]) -> Iterator[Prediction]:
    """One for each path, in their order, as soon as its batch is done. `digest` is that of the run's images, whose
    cache entry a model with layers of a user's own may need.

    Raises InputError where the run has no final model, SweepFailed where it is damaged or answers no numbers.
    """
    classes = read_classes(run)
    with keras_session():
        set_precision(space)
        model = _load(run, space, digest)
        _require_names(run, classes, model)
        height, width, channels = _input_shape(model, space)
        read = partial(_read, size=(height, width), channels=channels, how=space.data.fit)
        size = evaluation_batch(height, width)
        for start in range(0, len(paths), size):
            yield from _batch(model, classes, paths[start : start + size], read)


def _load(run: RunDirectory, space: Space, digest: str | None) -> keras.Model:
    path = run.final / MODEL
    with contextlib.suppress(Exception):
        return keras.models.load_model(path, safe_mode=True)
    try:
        return keras.models.load_model(path, safe_mode=True, compile=False)
    except Exception as exc:
        if space.is_builtin or digest is None:
            raise SweepFailed(f"{path}: cannot be loaded: {one_line(exc)}; {make_anew(run)}") from exc
        try:
            return load_saved(path, space, Dataset.open(entries_folder(None) / digest))
        except SweepFailed as failure:
            raise SweepFailed(f"{failure}; {make_anew(run)}") from exc
        except DataError:
            raise SweepFailed(
                f"{path}: cannot be loaded without {space.model}, which wants to know the images of {run.name}, and "
                f"those are in the cache no more: {one_line(exc)}; {make_anew(run)}"
            ) from exc


def _require_names(run: RunDirectory, classes: Sequence[str], model: keras.Model) -> None:
    """Raises SweepFailed where there is not one name for each output, or two for one output alone."""
    outputs = model.output_shape[-1]
    different = len(set(classes))
    if len(classes) != different or outputs != (1 if outputs == 1 and different == 2 else different):
        what = f"{counted(different, 'class', 'classes')} are no names for {counted(outputs, 'output')}"
        raise SweepFailed(f"{run.final / LABELS}: is damaged: {what}; {make_anew(run)}")


def _input_shape(model: keras.Model, space: Space) -> tuple[int, int, int]:
    """(height, width, channels); a model that takes any size gets that of the definition."""
    shape: Any = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 4:
        raise SweepFailed(f"the final model takes {shape}, which is no batch of images")
    height, width = (shape[1], shape[2]) if shape[1] and shape[2] else space.data.image_size or (None, None)
    if not height or not width or not shape[3]:
        raise SweepFailed(f"the final model takes images of any size, {shape}; set data.image_size")
    return int(height), int(width), int(shape[3])


def _read(path: Path, size: tuple[int, int], channels: int, how: str) -> np.ndarray | str:
    """The pixels as in training, or why there are none."""
    item = Item(str(path), "", None, str(path))
    facts, picture = look(item, partial(read_regular, path), Use(size, how))
    if picture is None:
        return facts.error or "cannot be decoded"
    return fit(picture.image, size, channels, how, picture.box)


def _activated(model: keras.Model, outputs: np.ndarray) -> np.ndarray:
    """Where the loss says that it takes logits, they are made probabilities here: those of one image may happen to lie
    in 0..1, which among many would not be taken for probabilities."""
    if not isinstance(model.loss, keras.Loss) or not model.loss.get_config().get("from_logits"):
        return outputs
    activation = keras.ops.sigmoid if outputs.shape[1] == 1 else keras.ops.softmax
    return np.asarray(keras.ops.convert_to_numpy(activation(outputs)), dtype=np.float64)


def _batch(model: keras.Model, classes: Sequence[str], paths: Sequence[Path], read: Any) -> Iterator[Prediction]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")  # of odd EXIF data and the like, without a file's name
        pixels = [read(path) for path in paths]
    sound = [one for one in pixels if not isinstance(one, str)]
    rows: Iterator[np.ndarray] = iter(())
    if sound:
        outputs = np.asarray(keras.ops.convert_to_numpy(model(np.stack(sound), training=False)), dtype=np.float64)
        found = probabilities(_activated(model, outputs), len(classes))
        if not np.isfinite(found).all():
            raise SweepFailed("the final model's output is not a number for some of the images")
        rows = iter(found)
    for path, one in zip(paths, pixels, strict=True):
        if isinstance(one, str):
            yield Prediction(path, {}, one)
            continue
        row = next(rows)
        order = np.argsort(-row, kind="stable")
        yield Prediction(path, {classes[index]: float(row[index]) for index in order})
