from __future__ import annotations

import gc
from pathlib import Path

import keras
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops

from sweep.trial.keras_session import keras_session
from tests.trial.tiny import Runner


def graphs() -> int:
    return sum(isinstance(one, tf.Graph) for one in gc.get_objects())


@pytest.mark.usefixtures("tiny_data")
def test_a_trial_leaves_no_graph_and_no_gradient_behind(dataset: Path, tmp_path: Path):
    Runner(dataset, tmp_path / "first")(1)
    before = graphs(), len(ops.gradient_registry.list())
    for name in ("second", "third"):
        Runner(dataset, tmp_path / name)(1)
    assert (graphs(), len(ops.gradient_registry.list())) == before


def test_the_session_begins_as_in_a_new_process_and_ends_so():
    keras.config.disable_interactive_logging()
    first = keras.layers.Dense(1).name
    with keras_session():
        assert keras.config.is_interactive_logging_enabled()
        assert keras.layers.Dense(1).name == "dense"
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("mixed_bfloat16")
    assert keras.config.dtype_policy().name == "float32"
    assert keras.layers.Dense(1).name == "dense"
    assert first.startswith("dense")


def test_gradients_that_were_there_before_are_kept():
    kept = "CustomGradient-before-the-session"
    ops.RegisterGradient(kept)(lambda op, grad: grad)
    with keras_session(), pytest.raises(ZeroDivisionError), keras_session():
        ops.RegisterGradient("CustomGradient-inside")(lambda op, grad: grad)
        raise ZeroDivisionError
    assert kept in ops.gradient_registry.list()
    assert "CustomGradient-inside" not in ops.gradient_registry.list()
