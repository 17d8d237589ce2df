"""The optimizer of a built-in model."""

from __future__ import annotations

import keras

from sweep.model.parameters import parameter
from sweep.records import Config

NOT_DECAYED = ("bias", "gamma", "beta")
"""Weight decay is for kernels: shrinking a bias or the scale of a batch norm does not simplify a network."""


def build_optimizer(config: Config) -> keras.Optimizer:
    """The configuration's optimizer. Its weight decay is decoupled from the gradient (Loshchilov and Hutter, 2019)."""
    name = parameter(config, "optimizer")
    decay = float(parameter(config, "weight_decay"))
    options = {"learning_rate": float(parameter(config, "learning_rate"))}
    if name in ("sgd", "rmsprop"):
        options["momentum"] = float(parameter(config, "momentum"))
    if decay or name == "adamw":  # AdamW's own default is not 0
        options["weight_decay"] = decay
    optimizer = _CLASSES[str(name)](**options)
    optimizer.exclude_from_weight_decay(var_names=list(NOT_DECAYED))
    return optimizer


_CLASSES = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "nadam": keras.optimizers.Nadam,
}
