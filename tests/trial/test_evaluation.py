from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from sweep.errors import InputError
from sweep.model import evaluation_batch
from sweep.trial.evaluation import Evaluator, evaluate
from sweep.trial.metrics import classification_metrics
from tests.trial.tiny import CLASSES, SHAPE, compiled, images, one_hot, small_model, stateful_model


def test_loss_and_accuracy_are_what_keras_measures():
    x, y = images()
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    regularized = keras.layers.Dense(5, kernel_regularizer="l2")
    model = small_model(extra=[regularized], loss=loss, metrics=["accuracy", "precision"])
    metrics, probabilities = evaluate(model, x, y, CLASSES)
    expected = model.evaluate(x, one_hot(y), batch_size=len(x), verbose=0, return_dict=True)
    assert metrics["loss"] == pytest.approx(expected["loss"], rel=1e-6)
    assert metrics["accuracy"] == pytest.approx(expected["accuracy"])
    np.testing.assert_allclose(probabilities, model.predict(x, verbose=0), rtol=1e-5)
    ours = classification_metrics(y, probabilities)
    assert {name: metrics[name] for name in ours} == ours  # `precision` is the macro average, not the model's own


def test_a_smaller_last_batch_weighs_as_much_as_its_images(monkeypatch: pytest.MonkeyPatch):
    x, y = images()
    model = small_model()
    whole, probabilities = evaluate(model, x, y, CLASSES)
    monkeypatch.setattr(evaluation_batch, "IMAGES", 25)  # 61 images: 25, 25, 11
    parts, in_parts = evaluate(model, x, y, CLASSES)
    assert parts["loss"] == pytest.approx(whole["loss"], rel=1e-6)
    np.testing.assert_allclose(in_parts, probabilities, rtol=1e-5)


def test_the_models_own_metrics_are_measured_anew_each_time():
    x, y = images()
    model = small_model(metrics=[keras.metrics.TopKCategoricalAccuracy(2, name="top_two")])
    evaluator = Evaluator(model, CLASSES)
    first, probabilities = evaluator(x, y)
    top_two = np.mean([label in row.argsort()[-2:] for label, row in zip(y, probabilities, strict=True)])
    assert first["top_two"] == pytest.approx(top_two, abs=1e-6)
    assert evaluator(x, y)[0] == first
    assert evaluator(x[:20], y[:20])[0] == evaluate(model, x[:20], y[:20], CLASSES)[0]


def test_measuring_changes_nothing_in_the_model():
    x, y = images()
    model = stateful_model()
    before = [variable.numpy() for variable in model.variables]
    evaluate(model, x, y, CLASSES)
    assert all(np.array_equal(old, new.numpy()) for old, new in zip(before, model.variables, strict=True))


@pytest.mark.parametrize(
    ("units", "activation", "loss", "classes"),
    [
        (1, "sigmoid", "binary_crossentropy", 2),
        (2, "softmax", "sparse_categorical_crossentropy", 2),
        (3, None, keras.losses.CategoricalCrossentropy(from_logits=True), 3),
    ],
)
def test_labels_reach_any_loss_as_it_wants_them(units: int, activation: str | None, loss: Any, classes: int):
    x, y = images(classes=classes)
    head = keras.layers.Dense(units, activation=activation)
    model = compiled(
        keras.Sequential(
            [keras.Input(SHAPE, dtype="uint8"), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), head]
        ),
        loss=loss,
    )
    metrics, probabilities = evaluate(model, x, y, classes)
    assert probabilities.shape == (len(x), classes)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    assert metrics["loss"] == pytest.approx(-np.mean(np.log(probabilities[np.arange(len(y)), y])), rel=1e-5)


def test_a_model_without_a_loss_gets_the_cross_entropy():
    class Untaught(keras.Model):
        def train_step(self, data: Any) -> dict[str, Any]:
            return {}

    x, y = images()
    base = small_model()
    model = Untaught(base.inputs[0], base.outputs[0])
    model.compile("sgd")
    metrics, probabilities = evaluate(model, x, y, CLASSES)
    assert metrics["loss"] == pytest.approx(-np.mean(np.log(probabilities[np.arange(len(y)), y])))


def test_a_compute_loss_of_the_users_own_is_asked_also_in_its_older_form():
    class OwnLoss(keras.Model):
        def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None) -> Any:
            return keras.ops.mean(y_pred[:, 0] * 0) + 0.25

    x, y = images()
    base = small_model()
    model = OwnLoss(base.inputs[0], base.outputs[0])
    model.compile("sgd")
    assert evaluate(model, x, y, CLASSES)[0]["loss"] == 0.25


def test_outputs_that_do_not_fit_the_classes_are_refused():
    with pytest.raises(InputError, match="3 outputs for 4 classes"):
        Evaluator(small_model(), 4)
