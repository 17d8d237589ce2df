"""A built-in model's hyperparameters read from a configuration; what it leaves out has its default."""

from __future__ import annotations

from sweep.records import Config, Value
from sweep.space.builtin import CNN_PARAMETERS


def parameter(config: Config, name: str) -> Value:
    """The value of one that the whole model shares."""
    return config.get(name, CNN_PARAMETERS[name].default)


def layer_value(config: Config, name: str, index: int, default: Value) -> Value:
    """The value of one in layer `index` (from 0): its own `name_0`, `name_1`, ... or else the `name` of all layers."""
    return config.get(f"{name}_{index}", config.get(name, default))


def layer_parameter(config: Config, name: str, index: int) -> Value:
    """As `layer_value`, with the default that `cnn` documents."""
    return layer_value(config, name, index, CNN_PARAMETERS[name].default)


def layer_filters(config: Config, index: int) -> int:
    """The filters of convolution `index`: its own number, or the first one's grown by `growth`, at least 1."""
    filters = int(layer_parameter(config, "filters", index))
    growth = parameter(config, "growth")
    if growth == "equal" or f"filters_{index}" in config:
        return filters
    return filters * 2**index if growth == "doubling" else max(1, filters // 2**index)
