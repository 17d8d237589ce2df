"""Which configurations have the same compiled graph. Importing this imports no Keras."""

from __future__ import annotations

from collections.abc import Hashable

from sweep.records import Config
from sweep.space.definition import Space

_NOT_IN_THE_GRAPH = frozenset({"learning_rate", "batch_size", "epochs"})
"""A variable of the optimizer, an argument of the epoch, and how often it is called. Every other hyperparameter is a
constant of the graph, or its shape."""


def graph_key(space: Space, config: Config) -> Hashable | None:
    """Equal for configurations of this space whose models differ in the values of their variables only.

    None for a user's model: what its code keeps in Python, between two epochs or two models, nobody can know.
    """
    if not space.is_builtin:
        return None
    return tuple(sorted((name, value) for name, value in config.items() if name not in _NOT_IN_THE_GRAPH))
