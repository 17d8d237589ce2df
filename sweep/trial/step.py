"""A model's own `train_step` as one compiled function, and what that function uses besides the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

_PYTHON_OPS = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})


ConcreteFunction: TypeAlias = tf.types.experimental.ConcreteFunction


def compile_function(
    function: Callable[..., Any], signature: list[tf.TensorSpec], jit: bool = False
) -> ConcreteFunction:
    """`function` as one graph, traced here and never again. As in `fit`, Python's `if` and `for` stay Python's."""
    compiled = tf.function(function, input_signature=signature, autograph=False, jit_compile=jit)
    return compiled.get_concrete_function()


def batch_signature(*arrays: np.ndarray) -> list[tf.TensorSpec]:
    """What a compiled function takes: slices of these arrays, of any length, so that it is traced only once."""
    return [tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in arrays]


def train_step(model: keras.Model, images: Any, labels: Any) -> dict[str, tf.Tensor]:
    """One update on a batch. Gives what the model's `train_step` returns, the metrics of the epoch so far, as far as
    they are single numbers."""
    logs = model.train_step((images, labels))
    tensors = {name: tf.convert_to_tensor(value) for name, value in logs.items()}
    return {name: tensor for name, tensor in tensors.items() if tensor.shape.rank == 0}


def trace_train_step(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> ConcreteFunction:
    """`train_step` of this model as a compiled function of a batch of these images and labels."""
    _build_metrics(model, images[:1], labels[:1])
    signature = batch_signature(images, labels)
    return compile_function(lambda x, y: train_step(model, x, y), signature, jit=model.jit_compile)


def _build_metrics(model: keras.Model, image: np.ndarray, label: np.ndarray) -> None:
    """Make the variables of the compiled metrics. Made while tracing, they would cost a second trace."""
    model.compute_metrics(image, label, model(image, training=False), sample_weight=None)
    model.reset_metrics()


def state_variables(model: keras.Model) -> list[Any]:
    """The variables that `model` knows it has: weights, batch statistics, seed generators, and the optimizer's."""
    return [*model.variables, *(model.optimizer.variables if model.optimizer is not None else ())]


def stray_variables(model: keras.Model, step: ConcreteFunction) -> list[tf.Variable]:
    """Variables that the step uses and the model does not own: a second optimizer's, Keras' global seed generator."""
    owned = {id(variable.value) for variable in (*state_variables(model), *model.metrics_variables)}
    return [variable for variable in step.graph.variables if id(variable) not in owned]


def draws_outside(step: ConcreteFunction) -> bool:
    """Whether the step has random numbers whose state no variable holds: `tf.random.uniform` and the like, or Python's.

    Such an op counts its calls inside its kernel, where no checkpoint reaches.
    """
    graph = step.graph.as_graph_def()
    nodes = itertools.chain(graph.node, *(function.node_def for function in graph.library.function))
    return any(node.op in _PYTHON_OPS or {"seed", "seed2"} <= node.attr.keys() for node in nodes)
