"""The hyperparameters of the built-in `cnn`: domain, default and meaning. `validate` and the model read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from sweep.records import Value

Kind = Literal["int", "float", "choice", "boolean"]


@dataclass(frozen=True, kw_only=True)
class CnnParameter:
    """One hyperparameter of the built-in model.

    `values` are the allowed ones of a choice. `minimum` and `maximum` are None where open; `excludes_minimum` and
    `excludes_maximum` say that the bound itself is not allowed. `per_layer` is the count whose layers may each have a
    value of their own (`per:` in the file), None where one value serves the whole model.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    values: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    excludes_minimum: bool = False
    excludes_maximum: bool = False
    per_layer: str | None = None

    @property
    def domain(self) -> str:
        """The allowed values in words: `an integer from 1 to 12`, `a number above 0`, `one of max, average, none`."""
        if self.values is not None:
            return f"one of {', '.join(self.values)}"
        if self.kind == "boolean":
            return "true or false"
        noun = "an integer" if self.kind == "int" else "a number"
        return " ".join(part for part in (noun, self._lower(), self._upper()) if part)

    def accepts(self, value: Any) -> str | None:
        """What is wrong with `value`, in words; None where it is allowed. An int is a float too, a bool is neither."""
        return None if self._allows(value) else f"{self.name} is {self.domain}, not {_shown(value)}"

    def _allows(self, value: Any) -> bool:
        if self.values is not None:
            return isinstance(value, str) and value in self.values
        if self.kind == "boolean" or isinstance(value, bool):
            return self.kind == "boolean" and isinstance(value, bool)
        types = (int,) if self.kind == "int" else (int, float)
        return isinstance(value, types) and math.isfinite(value) and self._within(value)

    def _within(self, value: float) -> bool:
        if self.minimum is not None and (value < self.minimum or (self.excludes_minimum and value == self.minimum)):
            return False
        return self.maximum is None or value < self.maximum or (value == self.maximum and not self.excludes_maximum)

    def _lower(self) -> str:
        if self.minimum is None:
            return ""
        if self.excludes_minimum:
            return f"above {self.minimum:g}"
        return f"{'of at least' if self.maximum is None else 'from'} {self.minimum:g}"

    def _upper(self) -> str:
        if self.maximum is None:
            return ""
        return f"to below {self.maximum:g}" if self.excludes_maximum else f"to {self.maximum:g}"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _integer(
    name: str, default: int, help: str, minimum: int = 1, maximum: int | None = None, per_layer: str | None = None
) -> CnnParameter:
    return CnnParameter(
        name=name, kind="int", default=default, help=help, minimum=minimum, maximum=maximum, per_layer=per_layer
    )


def _choice(name: str, values: tuple[str, ...], default: str, help: str, per_layer: str | None = None) -> CnnParameter:
    return CnnParameter(name=name, kind="choice", default=default, help=help, values=values, per_layer=per_layer)


def _fraction(name: str, default: float, help: str, per_layer: str | None = None) -> CnnParameter:
    return CnnParameter(
        name=name,
        kind="float",
        default=default,
        help=help,
        minimum=0,
        maximum=1,
        excludes_maximum=True,
        per_layer=per_layer,
    )


ACTIVATIONS = ("relu", "gelu", "elu", "selu", "silu", "mish", "tanh", "leaky_relu")

_PARAMETERS = (
    _integer("conv_layers", 3, "convolution blocks", maximum=12),
    _integer("filters", 32, "filters of a convolution; of the first one where growth is set", per_layer="conv_layers"),
    _choice(
        "growth",
        ("equal", "doubling", "halving"),
        "equal",
        "filters from one block to the next, at least 1; only where filters is not per layer",
    ),
    _integer("kernel_size", 3, "height and width of a convolution, in pixels", per_layer="conv_layers"),
    _choice(
        "activation",
        ACTIVATIONS,
        "relu",
        "after each convolution and dense layer; where per layer, dense layers use the last block's",
        "conv_layers",
    ),
    CnnParameter(name="batch_norm", kind="boolean", default=False, help="between a convolution and its activation"),
    _choice("pooling", ("max", "average", "none"), "max", "halves the map after each block", "conv_layers"),
    _choice("global_pooling", ("none", "average", "max"), "none", "one value a filter; none flattens the map"),
    _integer("dense_layers", 1, "dense layers before the classifier", minimum=0, maximum=6),
    _integer("dense_units", 128, "units of a dense layer", per_layer="dense_layers"),
    _fraction("dropout", 0.0, "after each dense layer; with none of them, before the classifier", "dense_layers"),
    _fraction("conv_dropout", 0.0, "part of the filters dropped after each block (spatial dropout)"),
    CnnParameter(
        name="weight_decay",
        kind="float",
        default=0.0,
        help="decoupled weight decay of the optimizer, whichever it is; biases and batch norm are left out",
        minimum=0,
    ),
    _choice(
        "augmentation",
        ("none", "flip", "light", "strong"),
        "none",
        "in training only: left-right flips; light adds small shifts, turns and zooms; strong larger ones and contrast",
    ),
    _choice("optimizer", ("adam", "adamw", "sgd", "rmsprop", "nadam"), "adam", "the update rule"),
    CnnParameter(
        name="learning_rate",
        kind="float",
        default=1e-3,
        help="step size of the optimizer",
        minimum=0,
        excludes_minimum=True,
    ),
    _fraction("momentum", 0.9, "of sgd and rmsprop; the other optimizers do not read it"),
    _fraction("label_smoothing", 0.0, "part of a label spread evenly over the classes"),
    _integer("batch_size", 32, "images in an update"),
    _integer("epochs", 10, "times the training images are gone through"),
)

CNN_PARAMETERS: Mapping[str, CnnParameter] = MappingProxyType({parameter.name: parameter for parameter in _PARAMETERS})
"""Every hyperparameter the built-in model reads, by name."""
