import functools

import keras
import numpy as np
import pytest

from sweep.errors import InputError
from sweep.model.labels import encode_labels, label_encoding, probabilities


def model_with(loss, units=4):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, name="out")])
    model.compile(loss=loss)
    return model


class Renamed(keras.losses.SparseCategoricalCrossentropy):
    pass


@pytest.mark.parametrize(
    "loss",
    [
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        keras.losses.SparseCategoricalCrossentropy(from_logits=True, name="mine"),
        keras.losses.sparse_categorical_crossentropy,
        functools.partial(keras.losses.sparse_categorical_crossentropy, from_logits=True),
        Renamed(),
        ["sparse_categorical_crossentropy"],
        {"out": "sparse_categorical_crossentropy"},
    ],
)
def test_a_sparse_loss_takes_integers_however_it_is_given(loss):
    assert label_encoding(model_with(loss), 4) == "integer"


@pytest.mark.parametrize(
    "loss",
    ["categorical_crossentropy", keras.losses.CategoricalFocalCrossentropy(), "mse", lambda y, p: keras.ops.sum(p)],
)
def test_every_other_loss_takes_one_hot_labels(loss):
    assert label_encoding(model_with(loss), 4) == "one_hot"


def test_one_output_serves_two_classes():
    assert label_encoding(model_with("binary_crossentropy", units=1), 2) == "binary"
    assert label_encoding(model_with("binary_crossentropy", units=2), 2) == "one_hot"


@pytest.mark.parametrize(
    ("loss", "units", "classes", "message"),
    [
        ("mse", 3, 4, "the model has 3 outputs for 4 classes; its last layer needs 4 units"),
        ("binary_crossentropy", 1, 3, "the model has 1 output for 3 classes; its last layer needs 3 units; one output"),
        ("sparse_categorical_crossentropy", 1, 2, "the model has 1 output for 2 classes; its last layer needs 2 units"),
        ("no_such_loss", 4, 4, "the model is compiled with the loss 'no_such_loss', which Keras does not know"),
        (["mse", "mse"], 4, 4, "the model has 2 losses; it must have one"),
    ],
)
def test_outputs_and_losses_that_do_not_fit_are_told_so(loss, units, classes, message):
    with pytest.raises(InputError) as error:
        label_encoding(model_with(loss, units), classes)
    assert str(error.value).startswith(message)


def test_an_output_that_is_no_row_for_each_image_is_told_so():
    model = keras.Sequential([keras.Input((2, 2)), keras.layers.Dense(4)])
    model.compile(loss="mse")
    with pytest.raises(InputError, match=r"shape \(None, 2, 4\); it must be one row of outputs for each image"):
        label_encoding(model, 4)


def test_labels_are_encoded_with_their_types():
    y = np.array([1, 0, 1], np.int32)
    integer, binary, one_hot = (encode_labels(y, encoding, 2) for encoding in ("integer", "binary", "one_hot"))
    assert (integer.dtype, integer.tolist()) == (np.int32, [1, 0, 1])
    assert (binary.dtype, binary.tolist()) == (np.float32, [[1.0], [0.0], [1.0]])
    assert (one_hot.dtype, one_hot.tolist()) == (np.float32, [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])


def test_probabilities_stay_as_they_are_but_add_up_to_one():
    outputs = np.array([[0.2, 0.3, 0.5], [1.0000005, 0.0, 0.0]], np.float32)
    result = probabilities(outputs, 3)
    assert np.allclose(result, [[0.2, 0.3, 0.5], [1, 0, 0]])
    assert np.abs(result.sum(axis=1) - 1).max() < 1e-12


def test_logits_become_their_softmax_without_overflow():
    result = probabilities(np.array([[0.0, np.log(3.0)], [-1e4, 1e4]]), 2)
    assert np.allclose(result, [[0.25, 0.75], [0, 1]])


def test_independent_sigmoids_are_put_in_proportion():
    result = probabilities(np.array([[0.9, 0.9, 0.0], [0.0, 0.0, 0.0]]), 3)
    assert np.allclose(result, [[0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]])


def test_one_output_is_the_second_class_as_a_probability_or_a_logit():
    assert np.allclose(probabilities(np.array([[0.25], [1.0]]), 2), [[0.75, 0.25], [0, 1]])
    assert np.allclose(probabilities(np.array([[0.0], [-np.log(3.0)], [1e4]]), 2), [[0.5, 0.5], [0.75, 0.25], [0, 1]])


def test_nan_stays_nan_in_its_own_row():
    result = probabilities(np.array([[np.nan, 0.5], [0.5, 0.5]]), 2)
    assert np.isnan(result[0]).all()
    assert result[1].tolist() == [0.5, 0.5]
