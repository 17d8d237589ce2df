from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from sweep.model.image_input import ImageInput
from sweep.records import METRICS
from sweep.trial import training as training_module
from sweep.trial.training import Training
from tests.trial.tiny import CLASSES, CONFIG, SHAPE, TinyDataset, small_model, space

IMAGE_INPUT = ImageInput(SHAPE, CLASSES, (100.0,), (3000.0,))


def training(dataset: Path, model: keras.Model, config: dict[str, Any] = CONFIG) -> Training:
    return Training(space(), config, 3, model, TinyDataset(dataset), IMAGE_INPUT)  # type: ignore[arg-type]


@pytest.mark.parametrize(("config", "updates"), [({"batch_size": 10}, 7), ({}, 2), ({"batch_size": 500}, 1)])
def test_the_batch_size_is_the_configurations_or_the_default_of_32(dataset: Path, config: dict[str, Any], updates: int):
    model = small_model()
    training(dataset, model, config).run_epoch(1)
    assert int(model.optimizer.iterations) == updates


@pytest.mark.parametrize("metric", ["acc", "categorical_accuracy"])
def test_accuracy_is_found_under_any_of_its_names(dataset: Path, metric: str):
    metrics = training(dataset, small_model(metrics=[metric])).run_epoch(1)
    assert tuple(metrics)[: len(METRICS)] == METRICS
    assert metrics["accuracy"] == metrics[metric]


def test_a_model_compiled_without_metrics_has_its_accuracy_measured_after_the_epoch(dataset: Path):
    model = small_model(metrics=None)
    metrics = training(dataset, model).run_epoch(1)
    assert tuple(metrics) == METRICS
    x, y = TinyDataset(dataset).train()
    assert metrics["accuracy"] == pytest.approx(float((model.predict(x, verbose=0).argmax(axis=1) == y).mean()))


def test_a_hypermodel_with_a_fit_of_its_own_trains_with_it(dataset: Path, monkeypatch: pytest.MonkeyPatch):
    class Silent:
        def fit(self, hp: Any, model: Any, x: Any, y: Any, **kwargs: Any) -> None:
            seen.append((dict(hp.values), len(x), len(kwargs["validation_data"][0])))

    seen: list[Any] = []
    monkeypatch.setattr(training_module, "fit_override", lambda space, image_input: Silent())
    metrics = training(dataset, small_model()).run_epoch(1)
    assert seen == [(CONFIG, 61, 24)]
    assert all(metrics[name] is not None for name in METRICS)  # measured, as this `fit` reports nothing
