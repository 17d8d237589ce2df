import keras
import pytest

from sweep.errors import InputError
from sweep.model.user_checks import check_compiled, check_input, check_output, trains_itself


class OwnStep(keras.Model):
    def train_step(self, data):
        return {}


def model_with(*shape, units=4):
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(units)])


def compiled(model, loss="mse"):
    model.compile("adam", loss)
    return model


def message_of(check, *arguments):
    with pytest.raises(InputError) as error:
        check(*arguments)
    return str(error.value)


def test_only_a_compiled_model_with_a_loss_can_be_trained():
    assert message_of(check_compiled, None, "m:f") == "model m:f: build(hp) returned None, not a compiled Keras model"
    assert message_of(check_compiled, 3, "m:f") == "model m:f: build(hp) returned a int, not a compiled Keras model"
    assert "is not compiled; end it with model.compile(...)" in message_of(check_compiled, model_with(2), "m:f")
    assert "compiled its model without a loss" in message_of(check_compiled, compiled(model_with(2), None), "m:f")
    check_compiled(compiled(model_with(2)), "m:f")


def test_a_model_with_a_training_step_of_its_own_needs_no_loss():
    assert trains_itself(OwnStep())
    assert not trains_itself(model_with(2))
    check_compiled(compiled(OwnStep(), None), "m:f")


def test_inputs_must_have_the_shape_of_the_images(image_input):
    check_input(model_with(8, 8, 3), image_input, "m:f")
    check_input(keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(1, 1)]), image_input, "m:f")
    assert message_of(check_input, model_with(8, 8, 1), image_input, "m:f") == (
        "model m:f: its model takes inputs of shape (8, 8, 1), but the images have the shape (8, 8, 3)"
    )
    assert "takes inputs of shape (192,)" in message_of(check_input, model_with(192), image_input, "m:f")


def test_a_model_has_one_input(image_input):
    two = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    model = keras.Model(two, keras.layers.Add()(two))
    assert "has 2 inputs; it must have one" in message_of(check_input, model, image_input, "m:f")


def test_what_is_wrong_with_outputs_is_told_with_the_model_s_name(image_input):
    check_output(compiled(model_with(8, 8, 3)), image_input, "m:f")
    model = compiled(model_with(8, 8, 3, units=5))
    assert message_of(check_output, model, image_input, "m:f").startswith("model m:f: the model has 5 outputs for 4")
