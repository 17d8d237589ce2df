"""The winner built anew and trained on train and validation together, then saved so that plain Keras can load it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import keras

from sweep.data.dataset import Dataset
from sweep.errors import SweepFailed
from sweep.final.folder import LABELS, MODEL, write_json, write_whole
from sweep.final.requests import Retrained, RetrainEpoch, RetrainRequest
from sweep.final.saved_model import image_input_of, load_saved
from sweep.model.build import build_model
from sweep.model.labels import encode_labels, label_encoding
from sweep.model.user import fit_override
from sweep.seeds import derive_seed
from sweep.space.budget import batch_size_of
from sweep.space.definition import Retrain
from sweep.space.hyperparameters import bind
from sweep.trial.fit_trainer import FitTrainer
from sweep.trial.keras_session import keras_session
from sweep.trial.trainer import EpochTrainer, Trainer


def retrain_epochs(settings: Retrain, best_epoch: int, train_size: int, development_size: int, batch_size: int) -> int:
    """How many epochs to train on the `development_size` images of train and validation.

    `best`: as many as the winner's best epoch. `same_updates`: as many optimizer updates as it had had by then, which
    are fewer epochs of more images, rounded half up, at least 1. A number is that number. Sizes are in images.
    """
    if settings.epochs == "best":
        return best_epoch
    if settings.epochs == "same_updates":
        updates = best_epoch * math.ceil(train_size / batch_size)
        updates_an_epoch = math.ceil(development_size / batch_size)
        return max(1, math.floor(updates / updates_an_epoch + 0.5))
    return settings.epochs


def retrain(request: RetrainRequest) -> Iterator[RetrainEpoch | Retrained]:
    """Train and save `model.keras` and `labels.json` in `request.folder`; a report for each epoch, then one Retrained.

    The model still standardises with the statistics of the training images alone, as it did in the sweep. Raises
    SweepFailed where the loss is not finite, or where the model is of a kind that could not be loaded again.
    """
    with keras_session():
        yield from _retrain(request)


def _retrain(request: RetrainRequest) -> Iterator[RetrainEpoch | Retrained]:
    started = time.perf_counter()
    dataset = Dataset.open(request.dataset)
    images = dataset.train_size + dataset.validation_size
    batch_size = batch_size_of(request.config)
    epochs = retrain_epochs(request.space.retrain, request.best_epoch, dataset.train_size, images, batch_size)
    model, trainer = _start(request, dataset, batch_size)
    for epoch in range(1, epochs + 1):
        yield _epoch(trainer, epoch, epochs)
    write_whole(request.folder / MODEL, model.save)
    write_json(request.folder / LABELS, {"classes": list(dataset.classes)})
    yield Retrained(epochs, images, time.perf_counter() - started)


def _start(request: RetrainRequest, dataset: Dataset, batch_size: int) -> tuple[keras.Model, EpochTrainer]:
    space, config = request.space, request.config
    image_input = image_input_of(dataset)
    keras.utils.set_random_seed(derive_seed(request.seed, "build"))
    model = build_model(space, config, image_input)
    if not space.is_builtin:
        _require_loadable(model, request, dataset)
    images, numbers = dataset.development()
    labels = encode_labels(numbers, label_encoding(model, image_input.classes), image_input.classes)
    hypermodel = fit_override(space, image_input)
    if hypermodel is None:
        return model, Trainer(model, images, labels, batch_size, request.seed)
    # Such a `fit` asks for validation data. There are no unseen images to give it but the test images, so it gets some
    # that it trains on: its validation metrics mean nothing here, and are left out of the reports.
    validation = images[dataset.train_size :], labels[dataset.train_size :]
    hp = bind(space, config)
    return model, FitTrainer(hypermodel, hp, model, images, labels, validation, batch_size, request.seed)


def _require_loadable(model: keras.Model, request: RetrainRequest, dataset: Dataset) -> None:
    """A user's model may hold what cannot be saved or loaded: better to know that before it is trained for hours."""
    write_whole(request.folder / MODEL, model.save)
    load_saved(request.folder / MODEL, request.space, dataset)


def _epoch(trainer: EpochTrainer, epoch: int, epochs: int) -> RetrainEpoch:
    started = time.perf_counter()
    metrics = trainer.run_epoch(epoch)
    loss = metrics.get("loss")
    if loss is not None and not math.isfinite(loss):
        raise SweepFailed(f"the loss became {loss} in epoch {epoch} of {epochs}; set another `retrain: {{epochs: N}}`")
    return RetrainEpoch(epoch, epochs, metrics, time.perf_counter() - started)
