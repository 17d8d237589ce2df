from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sweep.trial.step import draws_outside, state_variables, stray_variables, trace_train_step
from tests.trial.tiny import images, one_hot, small_model


def step_of(call: Any) -> tuple[keras.Model, Any]:
    class Noise(keras.layers.Layer):
        def call(self, x: Any, training: bool = False) -> Any:
            return x + call(x) if training else x

    x, y = images()
    keras.utils.set_random_seed(1)
    model = small_model(extra=[Noise()])
    return model, trace_train_step(model, x, one_hot(y))


@pytest.mark.parametrize(
    ("call", "strays", "draws"),
    [
        (lambda x: 0.0, 0, False),
        (lambda x: tf.random.normal(tf.shape(x)), 0, True),
        (lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: tf.random.uniform(()), lambda: 0.0), 0, True),
        (
            lambda x: tf.ensure_shape(tf.numpy_function(lambda: np.float32(np.random.rand()), [], tf.float32), ()),
            0,
            True,
        ),
        (lambda x: keras.random.normal(keras.ops.shape(x)), 1, False),
        (lambda x: tf.random.stateless_uniform((), [1, 2]), 0, False),
    ],
    ids=["none", "tf.random", "nested", "python", "keras.random", "stateless"],
)
def test_randomness_outside_of_the_model_is_noticed(call: Any, strays: int, draws: bool):
    model, step = step_of(call)
    assert len(stray_variables(model, step)) == strays
    assert draws_outside(step) is draws


def test_metrics_are_neither_state_nor_strays_and_begin_at_nothing():
    x, y = images()
    model = small_model(metrics=["accuracy", "auc"])
    step = trace_train_step(model, x, one_hot(y))
    known = {id(variable) for variable in state_variables(model)}
    assert not known & {id(variable) for variable in model.metrics_variables}
    assert stray_variables(model, step) == []
    assert [float(np.sum(variable.numpy())) for variable in model.metrics_variables] == [0.0] * len(
        model.metrics_variables
    )
    assert len(model.metrics_variables) > 4
