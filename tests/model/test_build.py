import keras
import numpy as np
import pytest

from sweep.model.build import build_model, count_parameters
from sweep.model.image_input import ImageInput

CONFIG = {"conv_layers": 1, "filters": 2, "kernel_size": 3, "pooling": "none", "dense_layers": 0, "batch_norm": True}


def test_the_built_in_model_is_ready_to_train(image_input, make_space):
    model = build_model(make_space(), CONFIG, image_input)
    assert (model.built, model.compiled, model.optimizer.built) == (True, True, True)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "Normalization", "Conv2D", "BatchNormalization", "Activation", "Flatten", "Dense"]
    assert model.input.dtype == "uint8"


@pytest.mark.parametrize(("scaling", "layer"), [("unit", "Rescaling"), ("none", "Rescaling"), (None, "Normalization")])
def test_the_data_say_how_pixels_are_scaled(image_input, make_space, scaling, layer):
    assert type(build_model(make_space(scaling=scaling), CONFIG, image_input).get_layer("scaling")).__name__ == layer


def test_weights_are_counted_trainable_or_not(image_input, make_space):
    convolution, batch_norm, classifier = 3 * 3 * 3 * 2, 4 * 2, 8 * 8 * 2 * 4 + 4
    assert count_parameters(make_space(), CONFIG, image_input) == convolution + batch_norm + classifier
    assert build_model(make_space(), CONFIG, image_input).count_params() == convolution + batch_norm + classifier


def test_a_model_too_large_for_any_memory_can_be_counted(make_space):
    photo = ImageInput((128, 128, 3), 10, (0.0,) * 3, (1.0,) * 3)
    config = {"conv_layers": 12, "filters": 512, "growth": "doubling", "kernel_size": 7}
    assert count_parameters(make_space(), config, photo) > 10**12


def test_counting_leaves_nothing_behind_that_changes_a_later_model(image_input, make_space):
    def weights():
        keras.utils.set_random_seed(5)
        return build_model(make_space(), CONFIG, image_input).get_weights()

    before = weights()
    count_parameters(make_space(), CONFIG, image_input)
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(), strict=True))


def test_a_user_s_model_is_built_and_counted_the_same_way(image_input, make_space, user_module):
    name = user_module("""
        def build(hp):
            model = keras.Sequential([layers.Flatten(), layers.Dense(hp.Int("units", 1, 9)), layers.Dense(4)])
            model.compile("adam", "mse")
            return model
    """)
    space = make_space(f"{name}:build", units={"type": "int", "min": 1, "max": 9})
    model = build_model(space, {"units": 5}, image_input)
    assert (model.built, model.optimizer.built) == (True, True)
    assert count_parameters(space, {"units": 5}, image_input) == model.count_params() == 8 * 8 * 3 * 5 + 5 + 5 * 4 + 4
