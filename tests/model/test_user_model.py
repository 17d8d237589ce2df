import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from sweep.errors import InputError
from sweep.model.user_model import fit_to_images, run_build


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolution, self.flatten = layers.Conv2D(1, 3), layers.Flatten()
        self.dense = layers.Dense(4, activation="softmax")

    def call(self, images):
        return self.dense(self.flatten(self.convolution(images)))


class OwnStep(Subclassed):
    def train_step(self, data):
        return super().train_step(data)


class OwnStepAndCast(OwnStep):
    def call(self, images):
        return super().call(keras.ops.cast(images, "float32"))


def sequential(*first):
    return keras.Sequential([*first, layers.Flatten(), layers.Dense(4, activation="softmax", name="out")])


def compiled(model, optimizer="adam", loss="categorical_crossentropy", metrics=("accuracy",)):
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def adapt(model, image_input, scaling="none"):
    return fit_to_images(model, image_input, scaling, "m:f")


def unit_kernel(model):
    """All weights one: the outputs then show by how much pixels were scaled."""
    for variable in model.trainable_variables:
        variable.assign(np.ones(variable.shape))
    return model


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ValueError("no such depth\n\nmore"), "ValueError: no such depth"),
        (SystemExit("usage: build"), "SystemExit: usage: build"),
        (RecursionError(), "RecursionError"),
    ],
)
def test_a_build_that_raises_is_told_in_one_line(raised, told):
    class Failing:
        def build(self, hp):
            raise raised

    with pytest.raises(InputError) as error:
        run_build(Failing(), None, "m:f")
    assert str(error.value) == f"model m:f: build(hp) raised {told}"


def test_without_scaling_a_model_stays_the_very_object_and_takes_raw_pixels(image_input, images):
    model = compiled(sequential(keras.Input((8, 8, 3))))
    assert adapt(model, image_input) is model
    logs = tf.function(model.train_step)((tf.constant(images), tf.one_hot(np.arange(12) % 4, 4)))
    assert np.isfinite(float(logs["loss"]))
    assert np.array_equal(model(images), model(images.astype("float32")))


def test_a_model_without_an_input_layer_is_built_for_the_images(image_input):
    model = compiled(sequential())
    assert adapt(model, image_input) is model
    assert model.input_shape == (None, 8, 8, 3)


def test_a_model_too_deep_for_the_images_is_told_so(image_input):
    model = compiled(sequential(layers.Conv2D(2, 20)))
    with pytest.raises(
        InputError, match=r"^model m:f: building its model for images of shape \(8, 8, 3\) raised Value"
    ):
        adapt(model, image_input)


def test_scaling_stands_before_a_model_that_keeps_its_weights(image_input, images):
    user = compiled(keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(4)]), loss="mse")
    scaled = adapt(unit_kernel(user), image_input, "unit")
    assert [variable.path for variable in scaled.trainable_variables] == [one.path for one in user.trainable_variables]
    expected = images.reshape(12, -1).sum(axis=1) / 255 + 1
    assert np.allclose(scaled.predict(images, verbose=0), expected[:, np.newaxis], rtol=1e-5)
    assert scaled.input.dtype == "uint8"


def test_a_scaled_model_is_compiled_with_the_model_s_own_things(image_input, images):
    optimizer = keras.optimizers.SGD(0.5)

    def own_loss(y, outputs):
        return keras.losses.categorical_crossentropy(y, outputs)

    user = sequential(keras.Input((8, 8, 3)))
    user.compile(optimizer, {"out": own_loss}, metrics={"out": ["accuracy"]}, loss_weights={"out": 0.5})
    optimizer.learning_rate = 0.25
    scaled = adapt(user, image_input, "standardize")
    assert (scaled.optimizer, scaled.loss) == (optimizer, own_loss)
    assert float(scaled.optimizer.learning_rate) == 0.25
    y = np.eye(4, dtype="float32")[np.arange(12) % 4]
    crossentropy = float(np.mean(own_loss(y, scaled.predict(images, verbose=0))))
    history = scaled.fit(images, y, batch_size=12, verbose=0).history
    assert history["loss"] == [pytest.approx(crossentropy / 2, rel=1e-4)]
    assert "accuracy" in history


def test_a_scaled_model_is_saved_whole_and_loads_without_a_warning(image_input, images, tmp_path):
    scaled = adapt(compiled(sequential(keras.Input((8, 8, 3)))), image_input, "standardize")
    scaled.optimizer.build(scaled.trainable_variables)
    scaled.save(tmp_path / "model.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded.predict(images, verbose=0), scaled.predict(images, verbose=0))
    assert len(loaded.optimizer.variables) == len(scaled.optimizer.variables)


@pytest.mark.parametrize(("scaling", "factor"), [("none", 1.0), ("unit", 1 / 255)])
def test_a_subclassed_model_gets_floats(image_input, images, scaling, factor):
    class Sum(keras.Model):
        def __init__(self):
            super().__init__()
            self.flatten, self.dense = layers.Flatten(), layers.Dense(4)

        def call(self, pixels):
            return self.dense(self.flatten(pixels))

    model = unit_kernel(adapt(compiled(Sum(), loss="mse"), image_input, scaling))
    expected = images.reshape(12, -1).sum(axis=1) * factor + 1
    assert np.allclose(model.predict(images, verbose=0), expected[:, np.newaxis], rtol=1e-5)


def test_a_model_with_a_training_step_of_its_own_stays_itself(image_input):
    model = compiled(OwnStepAndCast())
    assert adapt(model, image_input) is model
    assert len(model.trainable_variables) == 4


def test_a_model_with_a_training_step_of_its_own_cannot_stand_behind_scaling(image_input):
    with pytest.raises(InputError, match=r"has a train_step or compute_loss of its own.*; set data\.scaling: none"):
        adapt(compiled(OwnStepAndCast()), image_input, "unit")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_model_with_a_training_step_of_its_own_must_take_raw_pixels(image_input):
    with pytest.raises(
        InputError, match=r"^model m:f: calling its model on raw uint8 pixels .* it has to cast them itself"
    ):
        adapt(compiled(OwnStep()), image_input)


def test_a_model_of_integers_cannot_stand_behind_scaling(image_input):
    model = compiled(sequential(keras.Input((8, 8, 3), dtype="uint8"), layers.Rescaling(1 / 255)))
    assert adapt(model, image_input) is model
    with pytest.raises(
        InputError, match=r"its model takes uint8, but scaled pixels are float32; set data\.scaling: none"
    ):
        adapt(model, image_input, "unit")
