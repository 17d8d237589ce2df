import keras
import numpy as np
import pytest

from sweep.errors import InputError
from sweep.model import size as size_module
from sweep.model.build import build_model
from sweep.model.image_input import ImageInput
from sweep.model.limits import TooLarge
from sweep.model.size import estimate, model_size

DENSE = {"conv_layers": 1, "filters": 2, "kernel_size": 3, "pooling": "none", "dense_layers": 0}
CONVOLUTION, CLASSIFIER = 3 * 3 * 3 * 2 + 2, 8 * 8 * 2 * 4 + 4
PARAMETERS = CONVOLUTION + CLASSIFIER


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    monkeypatch.setattr(size_module, "SAFETY", 1)


def bytes_of(make_space, image_input, **config):
    return estimate(make_space(), {**DENSE, **config}, image_input).bytes


def test_weights_are_counted_trainable_or_not(image_input, make_space):
    assert estimate(make_space(), DENSE, image_input).parameters == PARAMETERS
    config = {**DENSE, "batch_norm": True}
    expected = build_model(make_space(), config, image_input).count_params()
    assert estimate(make_space(), config, image_input).parameters == expected == PARAMETERS - 2 + 4 * 2


def test_measuring_takes_the_largest_output_of_many_images_twice(image_input, make_space):
    state = 3 * 4 * PARAMETERS  # with Adam's two numbers for each weight
    largest = 8 * 8 * 3 * 4  # the scaled pixels
    assert bytes_of(make_space, image_input, batch_size=1) == state + 2 * 256 * largest


def test_an_update_takes_the_outputs_of_all_layers_for_a_batch_twice_and_three_times_the_gradients(
    image_input, make_space
):
    pixels, scaled, feature_maps, outputs = 8 * 8 * 3, 8 * 8 * 3 * 4, 8 * 8 * 2 * 4, 4 * 4
    batch = pixels + scaled + 3 * feature_maps + outputs  # the convolution's, the activation's and the flattened ones
    expected = (3 + 3) * 4 * PARAMETERS + 2 * 1000 * batch
    assert bytes_of(make_space, image_input, batch_size=1000) == expected


def test_a_checkpoint_takes_the_state_twice(make_space):
    tiny = ImageInput((1, 1, 1), 4, (0.0,), (1.0,))
    config = {**DENSE, "filters": 30_000, "kernel_size": 1, "optimizer": "adam", "batch_size": 1}
    size = estimate(make_space(), config, tiny)
    measure = 2 * 256 * 30_000 * 4
    assert size.bytes == 3 * 4 * size.parameters + max(3 * 4 * size.parameters, measure)


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        ({"optimizer": "sgd", "momentum": 0.0}, 0),
        ({"optimizer": "sgd", "momentum": 0.9}, 1),
        ({"optimizer": "rmsprop", "momentum": 0.9}, 2),
        ({"optimizer": "adam"}, 2),
        ({"optimizer": "adamw", "weight_decay": 0.1}, 2),
        ({"optimizer": "nadam"}, 2),
    ],
)
def test_an_optimizer_keeps_numbers_for_each_weight(optimizer, slots, image_input, make_space):
    state = (1 + slots) * 4 * PARAMETERS
    assert bytes_of(make_space, image_input, batch_size=1, **optimizer) == state + 2 * 256 * 8 * 8 * 3 * 4


def test_a_model_too_large_for_any_memory_can_be_estimated(make_space):
    photo = ImageInput((128, 128, 3), 10, (0.0,) * 3, (1.0,) * 3)
    config = {"conv_layers": 12, "filters": 512, "growth": "doubling", "kernel_size": 7}
    size = estimate(make_space(), config, photo)
    assert size.parameters > 10**12
    assert size.bytes > 12 * size.parameters


def test_estimating_leaves_nothing_behind_that_changes_a_later_model(image_input, make_space):
    def weights():
        keras.utils.set_random_seed(5)
        return build_model(make_space(), DENSE, image_input).get_weights()

    before = weights()
    estimate(make_space(), {**DENSE, "filters": 10**9}, image_input)
    with keras.StatelessScope():  # leaving it, Keras gives a value to every weight that waits for one
        pass
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(), strict=True))


NETWORK = """
    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.convolution = layers.Conv2D(5, 3)

        def build(self, shape):
            self.convolution.build(shape)

        def call(self, x):
            return self.convolution(x)

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.flat, self.last = layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(4)

        def call(self, x):
            return self.last(self.flat(keras.ops.relu(self.first(x))))

    class Odd(keras.optimizers.SGD):
        def get_config(self):
            raise NotImplementedError

    def build(hp):
        kind = hp.Choice("kind", ["nested", "own", "block", "odd"])
        if kind == "own":
            model = Own()
        else:
            inside = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(3, 3), layers.ReLU()])
            body = Block() if kind == "block" else inside
            model = keras.Sequential([keras.Input((8, 8, 3)), body, layers.Flatten(), layers.Dense(4)])
        model.compile(Odd(0.1) if kind == "odd" else "adam", "mse")
        return model

    def large(hp):
        model = keras.Sequential([layers.Flatten(), layers.Dense(10**10), layers.Dense(4)])
        model.compile("adam", "mse")
        return model

    def broken(hp):
        raise ValueError("no such thing")
"""


@pytest.fixture
def of_user(user_module, make_space, image_input):
    name = user_module(NETWORK)

    def measured(kind, scaling="none"):
        space = make_space(
            f"{name}:build", scaling, kind={"type": "choice", "values": ["nested", "own", "block", "odd"]}
        )
        return estimate(space, {"kind": kind, "batch_size": 1000}, image_input)

    return measured


def test_layers_inside_of_models_count_as_others_do(of_user):
    parameters = 3 * 3 * 3 * 3 + 3 + 6 * 6 * 3 * 4 + 4
    map_ = 6 * 6 * 3 * 4
    expected = 6 * 4 * parameters + 2 * 1000 * (3 * map_ + 4 * 4)  # convolution, activation, flattened, outputs
    assert (of_user("nested").parameters, of_user("nested").bytes) == (parameters, expected)
    pixels, scaled = 8 * 8 * 3, 8 * 8 * 3 * 4
    assert of_user("nested", "unit").bytes == expected + 2 * 1000 * (pixels + scaled)


def test_of_a_class_of_ones_own_the_layers_with_weights_and_build_shapes_count(of_user):
    parameters = 3 * 3 * 3 * 3 + 3 + 6 * 6 * 3 * 4 + 4
    pixels, scaled, maps, outputs = 8 * 8 * 3, 8 * 8 * 3 * 4, 6 * 6 * 3 * 4, 4 * 4
    counted = pixels + scaled + 2 * maps + outputs  # convolution and flattened; ops.relu is no layer
    assert (of_user("own").parameters, of_user("own").bytes) == (parameters, 6 * 4 * parameters + 2 * 1000 * counted)


def test_a_layer_of_ones_own_counts_with_its_output(of_user):
    parameters = 3 * 3 * 3 * 5 + 5 + 6 * 6 * 5 * 4 + 4
    assert of_user("block").bytes == 6 * 4 * parameters + 2 * 1000 * (2 * 6 * 6 * 5 * 4 + 4 * 4)


def test_an_optimizer_that_cannot_be_copied_is_taken_for_a_usual_one(of_user):
    assert of_user("odd") == of_user("nested")


def test_an_optimizer_stays_as_it_is(image_input):
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(4)])
    model.compile("adam", "mse")
    model_size(model, model.optimizer, {}, image_input)
    assert (model.optimizer.built, len(model.optimizer.variables)) == (False, 2)


def test_a_user_s_model_that_is_too_large_is_not_built(user_module, make_space, image_input):
    name = user_module(NETWORK)
    with pytest.raises(TooLarge, match="above max_memory, 16 GB, while it was built"):
        estimate(make_space(f"{name}:large"), {}, image_input)


def test_a_build_that_raises_does_so_here_too(user_module, make_space, image_input):
    name = user_module(NETWORK)
    with pytest.raises(InputError, match="build\\(hp\\) raised ValueError: no such thing"):
        estimate(make_space(f"{name}:broken"), {}, image_input)
