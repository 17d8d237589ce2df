"""A dataset, a space and models so small that an epoch takes milliseconds, with everything in them that has state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from sweep.model.image_input import ImageInput
from sweep.records import Config, EpochReport, TrialRequest, TrialResult
from sweep.space.definition import Space
from sweep.trial import run
from sweep.trial.checkpoint import CheckpointFile
from sweep.trial.context import TrialContext

TRAIN, VALIDATION, CLASSES, SHAPE = 61, 24, 3, (8, 8, 1)
CONFIG = {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 16}


def images(count: int = TRAIN, seed: int = 0, classes: int = CLASSES) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright row that tells the class."""
    generator = np.random.default_rng(seed)
    labels = (np.arange(count) % classes).astype(np.int32)
    pixels = generator.integers(0, 200, (count, *SHAPE), dtype=np.uint8)
    pixels[np.arange(count), labels * 2] += 40
    return pixels, labels


@dataclass(frozen=True)
class TinyDataset:
    """What a trial uses of `sweep.data.dataset.Dataset`. It has no test images that a trial could look at."""

    path: Path
    digest: str = "tiny"
    classes: tuple[str, ...] = ("a", "b", "c")
    image_shape: tuple[int, int, int] = SHAPE
    mean: tuple[float, ...] = (100.0,)
    variance: tuple[float, ...] = (3000.0,)

    def train(self) -> tuple[np.ndarray, np.ndarray]:
        x, y = self._development()
        return x[:TRAIN], y[:TRAIN]

    def validation(self) -> tuple[np.ndarray, np.ndarray]:
        x, y = self._development()
        return x[TRAIN:], y[TRAIN:]

    def _development(self) -> tuple[np.ndarray, np.ndarray]:
        return np.load(self.path / "x.npy", mmap_mode="r"), np.load(self.path / "y.npy")


def write_dataset(folder: Path) -> Path:
    x, y = images(TRAIN + VALIDATION)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    return folder


def space(**settings: Any) -> Space:
    return Space.model_validate({"name": "tiny", "data": {"source": "digits"}, **settings})


def optimizer(config: Config) -> keras.optimizers.Optimizer:
    rate = config.get("learning_rate", 0.01)
    if config.get("optimizer") == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9)
    return keras.optimizers.Adam(rate)


def small_layers() -> list[keras.Layer]:
    """As quick to compile as a model with dropout can be."""
    return [keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dropout(0.3)]


def stateful_layers() -> list[keras.Layer]:
    """Augmentation, batch statistics and dropout: each has state besides the weights."""
    return [
        keras.layers.Rescaling(1 / 255),
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomBrightness(0.2, value_range=(0, 1)),
        keras.layers.Conv2D(4, 3),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
    ]


def compiled(model: keras.Model, config: Config = CONFIG, **settings: Any) -> keras.Model:
    defaults = {"optimizer": optimizer(config), "loss": "categorical_crossentropy", "metrics": ["accuracy"]}
    model.compile(**{**defaults, **settings})
    model.optimizer.build(model.trainable_variables)
    return model


def small_model(config: Config = CONFIG, extra: Iterable[keras.Layer] = (), **settings: Any) -> keras.Model:
    return compiled(_stack([*small_layers(), *extra]), config, **settings)


def stateful_model(config: Config = CONFIG, **settings: Any) -> keras.Model:
    return compiled(_stack(stateful_layers()), config, **settings)


def _stack(body: Iterable[keras.Layer]) -> keras.Model:
    return keras.Sequential(
        [keras.Input(SHAPE, dtype="uint8"), *body, keras.layers.Dense(CLASSES, activation="softmax")]
    )


def build_small(space: Space, config: Config, image_input: ImageInput) -> keras.Model:
    return small_model(config)


def build_stateful(space: Space, config: Config, image_input: ImageInput) -> keras.Model:
    return stateful_model(config)


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(CLASSES, dtype=np.float32)[labels]


def values(model: keras.Model) -> list[np.ndarray]:
    return [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]


def equal(some: Iterable[np.ndarray], others: Iterable[np.ndarray]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


class Runner:
    """Runs requests for one trial, and keeps what can be compared: everything but seconds."""

    def __init__(self, dataset: Path, checkpoints: Path, build: Any = build_small, **settings: Any) -> None:
        self.context = TrialContext(space(**settings), dataset, checkpoints)
        self.build = build
        self.file = CheckpointFile.of(checkpoints, 7)

    def request(self, last_epoch: int, **config: Any) -> TrialRequest:
        return TrialRequest(trial=7, config={**CONFIG, **config}, seed=11, last_epoch=last_epoch)

    def events(self, last_epoch: int, **config: Any) -> Any:
        return run.run_trial(self.context, self.request(last_epoch, **config), self.build)

    def __call__(self, last_epoch: int, **config: Any) -> tuple[list[tuple[int, Any]], TrialResult]:
        *reports, result = self.events(last_epoch, **config)
        assert all(isinstance(report, EpochReport) and report.trial == 7 for report in reports)
        assert isinstance(result, TrialResult)
        return [(report.epoch, report.metrics) for report in reports], result

    def state(self) -> tuple[np.ndarray, ...]:
        checkpoint = self.file.load()
        assert checkpoint is not None
        return checkpoint.arrays


def run_in_process(dataset: Path, checkpoints: Path, threads: int, last_epoch: int) -> tuple[Any, Any, Any]:
    """The whole of a trial, to be called in a spawned process."""
    from sweep.trial.runtime import configure_runtime

    if threads:
        configure_runtime(threads, deterministic=True)
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    run.open_dataset = TinyDataset  # type: ignore[assignment]
    runner = Runner(dataset, checkpoints, build_stateful)
    reports, result = runner(last_epoch)
    return reports, result, runner.state()
