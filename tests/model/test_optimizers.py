import keras
import numpy as np
import pytest

from sweep.model.optimizers import build_optimizer

CLASSES = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop", "nadam": "Nadam"}


@pytest.mark.parametrize("name", CLASSES)
def test_the_optimizer_has_the_asked_for_class_and_learning_rate(name):
    optimizer = build_optimizer({"optimizer": name, "learning_rate": 0.02})
    assert type(optimizer).__name__ == CLASSES[name]
    assert float(optimizer.learning_rate) == pytest.approx(0.02)
    assert not optimizer.weight_decay


def test_the_default_is_adam_with_a_rate_of_one_thousandth():
    optimizer = build_optimizer({})
    assert (type(optimizer).__name__, round(float(optimizer.learning_rate), 9)) == ("Adam", 0.001)


def test_momentum_is_that_of_sgd_and_rmsprop_only():
    momenta = {
        name: getattr(build_optimizer({"optimizer": name, "momentum": 0.7}), "momentum", None) for name in CLASSES
    }
    assert momenta == {"adam": None, "adamw": None, "sgd": 0.7, "rmsprop": 0.7, "nadam": None}
    assert build_optimizer({"optimizer": "sgd"}).momentum == 0.9


@pytest.mark.parametrize("name", CLASSES)
def test_weight_decay_shrinks_kernels_and_leaves_biases_and_batch_norm(name):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.BatchNormalization()])
    for variable in model.trainable_variables:
        variable.assign(np.ones(variable.shape))
    optimizer = build_optimizer({"optimizer": name, "learning_rate": 0.5, "weight_decay": 0.1})
    optimizer.apply(
        [np.zeros(variable.shape, "float32") for variable in model.trainable_variables], model.trainable_variables
    )
    values = {variable.name: np.unique(variable.numpy()).tolist() for variable in model.trainable_variables}
    assert values == {"kernel": [pytest.approx(1 - 0.5 * 0.1)], "bias": [1.0], "gamma": [1.0], "beta": [1.0]}
