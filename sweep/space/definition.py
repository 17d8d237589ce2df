"""The search-space file as frozen pydantic models, which its JSON Schema is generated from. What they cannot say is
in `meaning`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sweep.records import Objective
from sweep.space.quantities import Duration, Size

Scalar = bool | int | float | str
Positive = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _tuple_or_single(value: Any) -> Any:
    return _tuple(value) if isinstance(value, list | tuple) else (value,)


def _module_and_name(value: str) -> str:
    if value != "cnn" and not re.fullmatch(r"[\w.]+:\w+", value):
        raise ValueError(f"{value!r} is neither 'cnn' nor 'package.module:name'")
    return value


Values = Annotated[tuple[Scalar, ...], BeforeValidator(_tuple_or_single, json_schema_input_type=Scalar | list[Scalar])]
When = dict[str, Values]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class _Parameter(_Section):
    per: str | None = Field(
        default=None, description="an int parameter that counts layers: one parameter for each of them"
    )
    when: When | None = Field(default=None, description="active only where these parameters have these values")


class IntParameter(_Parameter):
    type: Literal["int"]
    min: int
    max: int
    step: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="a distance; with log sampling a multiplier"
    )
    sampling: Literal["linear", "log", "reverse_log"] = "linear"


class FloatParameter(_Parameter):
    type: Literal["float"]
    min: float
    max: float
    step: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="a distance; with log sampling a multiplier"
    )
    sampling: Literal["linear", "log", "reverse_log"] = "linear"


def _one_type(values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
    """Whole numbers beside fractions become floats; any other mix has no order and no column type."""
    kinds = {type(value) for value in values}
    if kinds == {int, float}:
        values = tuple(float(value) for value in values)
    elif len(kinds) > 1:
        raise ValueError("values must be all numbers, all texts or all booleans; put quotes around those meant as text")
    if len(set(values)) < len(values):
        raise ValueError(f"values has {next(value for value in values if values.count(value) > 1)!r} twice")
    return values


class ChoiceParameter(_Parameter):
    type: Literal["choice"]
    values: Annotated[
        tuple[Scalar, ...],
        BeforeValidator(_tuple, json_schema_input_type=list[Scalar]),
        Field(min_length=1),
        AfterValidator(_one_type),
    ]


class BooleanParameter(_Parameter):
    type: Literal["boolean"]


class FixedParameter(_Parameter):
    type: Literal["fixed"]
    value: Scalar


def _plain_value_is_fixed(value: Any) -> Any:
    return {"type": "fixed", "value": value} if isinstance(value, bool | int | float | str) else value


Domain = IntParameter | FloatParameter | ChoiceParameter | BooleanParameter | FixedParameter
Parameter = Annotated[
    Annotated[Domain, Field(discriminator="type")],
    BeforeValidator(_plain_value_is_fixed, json_schema_input_type=Domain | Scalar),
]


class Splits(_Section):
    """Which folders (or CSV split names) of the source play which part."""

    train: str = "train"
    validation: str | None = None
    test: str | None = None


DEFAULT_MAX_UNPACKED = 20 * 2**30


class DataSettings(_Section):
    source: str = Field(
        description="class folders, .zip/.tar.gz of them, .csv of path,label, .npz, digits, keras:NAME, module:function"
    )
    splits: Splits | None = Field(
        default=None, description="which folders play which part; a missing part is carved out of train"
    )
    validation: Fraction = Field(
        default=0.2, description="part of the training images held out, where none ship with the data"
    )
    test: Fraction = Field(
        default=0.2, description="part of all images held out, where no test split ships with the data"
    )
    seed: int = Field(default=0, ge=0, description="seed of the splits and of `limit`; apart from the sweep's own seed")
    image_size: Annotated[
        tuple[Positive, Positive] | None, BeforeValidator(_tuple, json_schema_input_type=list[Positive] | None)
    ] = Field(default=None, description="[height, width]; may be left out where all images have one size")
    channels: Literal[1, 3] | None = Field(
        default=None, description="1 grey, 3 RGB; left out: 1 where every image is grey, else 3"
    )
    fit: Literal["stretch", "crop", "pad"] = "stretch"
    limit: Annotated[int, Field(ge=2)] | None = Field(
        default=None, description="a stratified, seeded subset of this many images"
    )
    on_bad_file: Literal["stop", "skip"] = "stop"
    max_unpacked: Size = Field(
        default=DEFAULT_MAX_UNPACKED,
        description="bytes (or 500MB, 20GB, 20GiB) that an archive or .npz may unpack to; left out: 20GiB",
    )
    leaks: Literal["warn", "drop", "error"] = Field(default="warn", description="the same image in train and test")
    scaling: Literal["standardize", "unit", "none"] | None = Field(
        default=None,
        description="a layer inside the model; left out: standardize for cnn, none for a model of one's own",
    )


class _Search(_Section):
    max_time: Duration | None = Field(
        default=None, description="no new training is started after this long, over all resumes"
    )


class RandomSearch(_Search):
    method: Literal["random"]
    max_trials: Positive = 20


class HyperbandSearch(_Search):
    method: Literal["hyperband"]
    max_trials: Positive | None = None
    factor: Annotated[int, Field(ge=2)] = 3
    iterations: Positive = 1


class BayesianSearch(_Search):
    method: Literal["bayesian"]
    max_trials: Positive = 20
    generation: Positive = Field(
        default=4, description="trials proposed at a time from the results of all earlier generations"
    )
    initial_points: Positive | None = Field(
        default=None, description="random trials first; left out: 3 for each parameter, at most half of max_trials"
    )
    alpha: Annotated[float, Field(gt=0)] = 1e-4
    beta: Annotated[float, Field(ge=0)] = 2.6


class GridSearch(_Search):
    method: Literal["grid"]
    max_trials: Positive | None = None


Search = Annotated[RandomSearch | HyperbandSearch | BayesianSearch | GridSearch, Field(discriminator="method")]


class ObjectiveSettings(_Section):
    metric: str
    direction: Literal["max", "min"]


class EarlyStopping(_Section):
    patience: Positive
    min_delta: Annotated[float, Field(ge=0)] = 0.0


class Retrain(_Section):
    epochs: Literal["best", "same_updates"] | Positive = Field(
        default="best",
        description="best: the winner's best epoch; same_updates: as many optimizer steps as that was; or a number",
    )


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", value):
        raise ValueError(f"{value!r} must begin with a letter or digit and have only letters, digits, '.', '_' and '-'")
    return value


RunName = Annotated[str, AfterValidator(_name)]


class Space(_Section):
    """A validated search space: what may vary, on which data, and how it is searched. Frozen and picklable."""

    name: RunName
    data: DataSettings
    model: Annotated[str, AfterValidator(_module_and_name)] = Field(
        default="cnn", description="cnn, or package.module:name of a build(hp) function or a kt.HyperModel"
    )
    objective: str | ObjectiveSettings = "val_accuracy"
    search: Search = RandomSearch(method="random")
    seed: int = Field(default=0, ge=0)
    parameters: dict[str, Parameter] = Field(default_factory=dict, max_length=200)
    enqueue: Annotated[
        tuple[dict[str, Scalar], ...], BeforeValidator(_tuple, json_schema_input_type=list[dict[str, Scalar]])
    ] = Field(default=(), description="configurations that are tried first")
    early_stopping: EarlyStopping | None = None
    retrain: Retrain = Retrain()
    threads_per_trial: Positive = Field(
        default=1, description="part of the definition: it changes the last bits of a result"
    )
    retrain_threads: Positive | None = Field(default=None, description="left out: as threads_per_trial")
    deterministic: bool = True
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        default="float32", description="what layers compute in; weights and the classifier stay float32"
    )
    jit: bool = Field(default=False, description="compile training and evaluation with XLA; needs deterministic: false")
    retries: Annotated[int, Field(ge=0)] = Field(default=2, description="new attempts for a trial whose worker died")
    trial_timeout: Duration | None = Field(default=None, description="a training that takes longer has failed")
    max_failures: Positive = Field(
        default=10, description="so many failed trials in a row end the sweep; diverged and skipped ones do not count"
    )
    max_parameters: Positive | None = Field(default=None, description="a trial with more weights is skipped")
    max_memory: Size = Field(
        default=16_000_000_000,
        description="a trial that is estimated to need more is skipped; bytes, or 500MB, 2GB, 2GiB",
    )

    @property
    def goal(self) -> Objective:
        """The objective with its direction; a plain name's direction is what its metric says."""
        if isinstance(self.objective, ObjectiveSettings):
            return Objective(self.objective.metric, self.objective.direction)
        return Objective(self.objective, "min" if self.objective.endswith("loss") else "max")

    @property
    def is_builtin(self) -> bool:
        return self.model == "cnn"

    @property
    def scaling(self) -> str:
        return self.data.scaling or ("standardize" if self.is_builtin else "none")
