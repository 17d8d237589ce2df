"""scikit-learn's digits in the three parts that `sweep` makes of them, and the CNN that every tool trains on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIXED = Path(__file__).parents[1] / "fixed.yaml"


@dataclass(frozen=True)
class Digits:
    train: tuple[Any, Any]
    validation: tuple[Any, Any]


def load_digits() -> Digits:
    """Images float32 (n, 8, 8, 1) from 0 to 1 and class numbers; a fifth is left aside for test."""
    import sklearn.datasets
    from sklearn.model_selection import train_test_split

    found = sklearn.datasets.load_digits()
    images = (found.images / 16).astype("float32")[..., None]
    images, _, labels, _ = train_test_split(images, found.target, test_size=0.2, stratify=found.target, random_state=0)
    train, validation, *targets = train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=0)
    return Digits((train, targets[0]), (validation, targets[1]))


def fixed_configs() -> list[dict[str, Any]]:
    """Those that `fixed.yaml` enqueues, each with the values that are the same for all."""
    from ruamel.yaml import YAML

    definition = YAML(typ="safe").load(FIXED)
    same = {name: value for name, value in definition["parameters"].items() if not isinstance(value, dict)}
    return [same | config for config in definition["enqueue"]]


def build(config: Mapping[str, Any]) -> Any:
    """The compiled model of a configuration."""
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((8, 8, 1))])
    for index in range(config["conv_layers"]):
        filters, kernel_size = config[f"filters_{index}"], config[f"kernel_size_{index}"]
        model.add(layers.Conv2D(filters, kernel_size, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D(2, padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dense(config["dense_units"], activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=keras.optimizers.Adam(config["learning_rate"]),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def fit(config: Mapping[str, Any], digits: Digits) -> list[float]:
    """Train a configuration with `fit`, and give its accuracy on validation after each epoch."""
    history = build(config).fit(
        *digits.train,
        batch_size=config["batch_size"],
        epochs=config["epochs"],
        validation_data=digits.validation,
        verbose=0,
    )
    return history.history["val_accuracy"]
