import pytest

from sweep.model.build import build_model, require_small_cnn
from sweep.model.limits import TooLarge
from sweep.model.size import estimate

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


USER = """
    def build(hp):
        model = keras.Sequential([layers.Flatten(), layers.Dense(hp.Int("units", 1, 9)), layers.Dense(4)])
        model.compile("adam", "mse")
        return model
"""
UNITS = {"type": "int", "min": 1, "max": 9}


def test_a_user_s_model_is_ready_to_train(image_input, make_space, user_module):
    space = make_space(f"{user_module(USER)}:build", units=UNITS)
    model = build_model(space, {"units": 5}, image_input)
    assert (model.built, model.optimizer.built) == (True, True)
    assert model.count_params() == 8 * 8 * 3 * 5 + 5 + 5 * 4 + 4


def test_a_user_s_model_above_a_limit_is_refused_before_its_optimizer_is_built(image_input, make_space, user_module):
    space = make_space(f"{user_module(USER)}:build", units=UNITS)
    size = estimate(space, {"units": 5}, image_input)
    for limits in ({"max_parameters": size.parameters}, {"max_memory": size.bytes}):
        assert build_model(space.model_copy(update=limits), {"units": 5}, image_input).built
    for limits in ({"max_parameters": size.parameters - 1}, {"max_memory": size.bytes - 1}):
        with pytest.raises(TooLarge, match=r"^989 parameters") as refused:
            build_model(space.model_copy(update=limits), {"units": 5}, image_input)
        assert refused.value.size == size


def test_the_built_in_model_above_a_limit_is_refused_before_it_is_built(image_input, make_space):
    size = estimate(make_space(), CONFIG, image_input)
    for limits in ({"max_parameters": size.parameters}, {"max_memory": size.bytes}):
        require_small_cnn(make_space().model_copy(update=limits), CONFIG, image_input)
    for limits in ({"max_parameters": size.parameters - 1}, {"max_memory": size.bytes - 1}):
        with pytest.raises(TooLarge):
            require_small_cnn(make_space().model_copy(update=limits), CONFIG, image_input)


def test_a_model_that_would_take_the_machine_down_is_refused_without_any_limit_in_the_file(image_input, make_space):
    with pytest.raises(TooLarge, match=r"^2,870,000,000,004 parameters and .* PB, above max_memory, 16 GB$"):
        require_small_cnn(make_space(), {**CONFIG, "filters": 10**10}, image_input)
