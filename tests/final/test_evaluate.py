from __future__ import annotations

import importlib
import json
import math
import sys

import keras
import numpy as np
import pytest

from sweep.errors import SweepFailed
from sweep.final.evaluate import evaluate, evaluate_model
from sweep.final.predictions import read_predictions
from sweep.final.requests import EvaluateRequest
from sweep.space.definition import Space

SPACE = Space.model_validate({"name": "s", "data": {"source": "colours.npz"}})
LN3 = math.log(3)


def pixel_model(kernel: float = LN3) -> keras.Model:
    """One pixel: 0 gives the classes 1/2 and 1/2, 1 gives them 1/4 and 3/4."""
    pixels = keras.Input((1, 1, 1), dtype="uint8")
    x = keras.layers.Rescaling(1.0)(pixels)
    dense = keras.layers.Dense(2, "softmax")
    model = keras.Model(pixels, dense(keras.layers.Flatten()(x)))
    dense.set_weights([np.array([[0, kernel]]), np.zeros(2)])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def colour_model(**compiled) -> keras.Model:
    """The softmax of each channel's mean: right on every image of the dataset, and not too sure."""
    pixels = keras.Input((8, 8, 3), dtype="uint8")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(0.02)(pixels))
    model = keras.Model(pixels, keras.layers.Softmax()(x))
    model.compile(**{"optimizer": "sgd", "loss": "categorical_crossentropy", **compiled})
    return model


def test_accuracy_and_loss_are_those_worked_out_by_hand():
    images = np.array([1, 1, 0], np.uint8).reshape(3, 1, 1, 1)
    metrics, probabilities = evaluate_model(pixel_model(), images, np.array([1, 0, 0], np.int32), ("no", "yes"))
    assert metrics["classes"] == ["no", "yes"]
    assert metrics["test"]["n"] == 3
    assert metrics["test"]["accuracy"] == pytest.approx(2 / 3)
    assert metrics["test"]["loss"] == pytest.approx((math.log(4 / 3) + math.log(4) + math.log(2)) / 3)
    assert metrics["confusion_matrix"] == [[1, 1], [0, 1]]
    assert probabilities == pytest.approx(np.array([[0.25, 0.75], [0.25, 0.75], [0.5, 0.5]]))


def test_outputs_that_are_not_numbers_are_an_error_and_no_scores():
    images = np.array([1, 1, 0], np.uint8).reshape(3, 1, 1, 1)
    with pytest.raises(SweepFailed, match="output is not a number for 3 of the 3 test images"):
        evaluate_model(pixel_model(math.nan), images, np.array([1, 0, 0], np.int32), ("no", "yes"))


def test_the_saved_model_is_evaluated_on_the_test_images(dataset, tmp_path):
    colour_model().save(tmp_path / "model.keras")
    metrics = evaluate(EvaluateRequest(SPACE, dataset.path, tmp_path / "model.keras"))
    assert metrics["test"]["n"] == 30
    assert metrics["test"]["accuracy"] == 1.0
    assert [(row["name"], row["support"]) for row in metrics["per_class"]] == [("blue", 10), ("green", 10), ("red", 10)]
    assert metrics["confusion_matrix"] == [[10, 0, 0], [0, 10, 0], [0, 0, 10]]
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics
    kept = read_predictions(tmp_path)
    assert kept is not None
    assert kept.labels.tolist() == kept.predicted.tolist() == dataset.test()[1].tolist()
    assert kept.worst.size == 0


def test_the_models_own_loss_is_taken(dataset, tmp_path):
    smooth = keras.losses.CategoricalCrossentropy(label_smoothing=0.3)
    colour_model(loss=smooth).save(tmp_path / "model.keras")
    metrics = evaluate(EvaluateRequest(SPACE, dataset.path, tmp_path / "model.keras"))
    images, labels = dataset.test()
    one_hot, outputs = np.eye(3, dtype=np.float32)[labels], colour_model().predict(images, verbose=0)
    assert metrics["test"]["loss"] == pytest.approx(float(smooth(one_hot, outputs)), rel=1e-4)
    assert metrics["test"]["loss"] > 1.5 * keras.losses.CategoricalCrossentropy()(one_hot, outputs)


def test_a_model_with_code_in_it_is_refused(dataset, tmp_path):
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x), keras.layers.Flatten()])
    model.save(tmp_path / "model.keras")
    with pytest.raises(SweepFailed, match=r"^the model of cnn cannot be loaded from .*model\.keras: ValueError: "):
        evaluate(EvaluateRequest(SPACE, dataset.path, tmp_path / "model.keras"))


OWN_LOSS = """
import keras


def penalty(y_true, y_pred):
    return keras.losses.categorical_crossentropy(y_true, y_pred) + 5


def build(hp, loss=penalty):
    pixels = keras.Input((8, 8, 3), dtype="uint8")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1.0)(pixels))
    model = keras.Model(pixels, keras.layers.Softmax()(x))
    model.compile("sgd", loss)
    return model


def build_with_closure(hp):
    def hidden(y_true, y_pred):
        return penalty(y_true, y_pred)

    return build(hp, hidden)
"""


@pytest.mark.parametrize(
    ("function", "loss"),
    [
        ("build", 5),  # 0 from the cross-entropy, 5 from the user's loss
        ("build_with_closure", 0),  # its loss cannot be found by any name: the cross-entropy alone
    ],
)
def test_a_users_own_loss_comes_from_the_users_module(dataset, tmp_path, monkeypatch, function, loss):
    name = f"own_loss_{function}"
    (tmp_path / f"{name}.py").write_text(OWN_LOSS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    getattr(importlib.import_module(name), function)(None).save(tmp_path / "model.keras")
    space = SPACE.model_copy(update={"model": f"{name}:{function}"})
    metrics = evaluate(EvaluateRequest(space, dataset.path, tmp_path / "model.keras"))
    assert metrics["test"]["loss"] == pytest.approx(loss, abs=0.01)
    assert metrics["test"]["accuracy"] == 1.0


MIXED = """
import keras

keras.config.set_dtype_policy("mixed_bfloat16")


class Block(keras.layers.Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.hidden = keras.layers.Dense(32, "tanh")
        self.last = keras.layers.Dense(3, "softmax", dtype="float32")

    def build(self, shape):
        self.hidden.build(shape)
        self.last.build((*shape[:-1], 32))

    def call(self, x):
        return self.last(self.hidden(x))


def build(hp):
    pixels = keras.Input((8, 8, 3), dtype="uint8")
    x = keras.layers.Flatten()(keras.layers.Rescaling(0.05)(pixels))
    model = keras.Model(pixels, Block()(x))
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model
"""


def test_the_scores_are_the_same_whether_or_not_the_users_module_was_imported_before(dataset, tmp_path, monkeypatch):
    (tmp_path / "mixed_block.py").write_text(MIXED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("mixed_block").build(None).save(tmp_path / "model.keras")
    del sys.modules["mixed_block"]
    keras.utils.clear_session()
    space = SPACE.model_copy(update={"model": "mixed_block:build"})
    request = EvaluateRequest(space, dataset.path, tmp_path / "model.keras")
    assert evaluate(request) == evaluate(request)
    assert keras.config.dtype_policy().name == "float32"
