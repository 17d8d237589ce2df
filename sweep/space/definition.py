"""The search-space file as frozen pydantic models, from which its JSON Schema and its reference are generated. What
they cannot say is in `meaning`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sweep.records import METRICS, Objective
from sweep.seeds import derive_seed
from sweep.space.data_settings import DataSettings
from sweep.space.quantities import Duration, Size
from sweep.space.section import Positive, Scalar, Section, as_tuple


def _tuple_or_single(value: Any) -> Any:
    return as_tuple(value) if isinstance(value, list | tuple) else (value,)


def _module_and_name(value: str) -> str:
    if value != "cnn" and not re.fullmatch(r"[\w.]+:\w+", value):
        raise ValueError(f"{value!r} is neither 'cnn' nor 'package.module:name'")
    return value


Values = Annotated[tuple[Scalar, ...], BeforeValidator(_tuple_or_single, json_schema_input_type=Scalar | list[Scalar])]
When = dict[str, Values]


class _Parameter(Section):
    per: str | None = Field(
        default=None, description="an `int` parameter that counts layers: one parameter for each of them"
    )
    when: When | None = Field(default=None, description="active only where these parameters have these values")


_STEP = "from one value to the next; a distance, and under the other samplings than `linear` a factor above 1"
Sampling = Annotated[
    Literal["linear", "log", "reverse_log"],
    Field(description="`log`: 1 to 2 is as likely as 10 to 20; `reverse_log`: the same, seen from `max`"),
]


class IntParameter(_Parameter):
    type: Literal["int"] = Field(description="whole numbers, both ends included")
    min: int = Field(description="the smallest value")
    max: int = Field(description="the largest value")
    step: Positive | None = Field(default=None, description=_STEP)
    sampling: Sampling = "linear"


class FloatParameter(_Parameter):
    type: Literal["float"] = Field(description="numbers, both ends included")
    min: float = Field(description="the smallest value")
    max: float = Field(description="the largest value")
    step: Annotated[float, Field(gt=0)] | None = Field(default=None, description=_STEP)
    sampling: Sampling = "linear"


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
    type: Literal["choice"] = Field(description="one of a list")
    values: Annotated[
        tuple[Scalar, ...],
        Field(min_length=1),
        BeforeValidator(as_tuple, json_schema_input_type=Annotated[list[Scalar], Field(min_length=1)]),
        AfterValidator(_one_type),
    ] = Field(description="all numbers, all texts or all booleans, each once")


class BooleanParameter(_Parameter):
    type: Literal["boolean"] = Field(description="`true` or `false`")


class FixedParameter(_Parameter):
    type: Literal["fixed"] = Field(description="one value; `32` is short for `{type: fixed, value: 32}`")
    value: Scalar = Field(description="the only value")


def _plain_value_is_fixed(value: Any) -> Any:
    return {"type": "fixed", "value": value} if isinstance(value, bool | int | float | str) else value


Domain = IntParameter | FloatParameter | ChoiceParameter | BooleanParameter | FixedParameter
Parameter = Annotated[
    Annotated[Domain, Field(discriminator="type")],
    BeforeValidator(_plain_value_is_fixed, json_schema_input_type=Domain | Scalar),
]


class _Search(Section):
    max_time: Duration | None = Field(
        default=None,
        description="no new training is started after this long, over all resumes; what runs then ends, and the winner "
        "is chosen",
    )


_MAX_TRIALS = "configurations at most; `sweep resume --set` may raise it, and `max_time`, before the winner is frozen"


class RandomSearch(_Search):
    method: Literal["random"] = Field(description="random configurations, none twice")
    max_trials: Positive = Field(default=20, description=_MAX_TRIALS)


class HyperbandSearch(_Search):
    method: Literal["hyperband"] = Field(description="random configurations; those that do well get more epochs")
    max_trials: Positive | None = Field(default=None, description=_MAX_TRIALS)
    factor: Annotated[int, Field(ge=2)] = Field(
        default=3, description="one of so many goes on to the next rung, with so many times the epochs"
    )
    iterations: Positive = Field(default=1, description="how often all brackets are run")


class BayesianSearch(_Search):
    method: Literal["bayesian"] = Field(
        description="first random configurations, then those that a model of the results expects most of"
    )
    max_trials: Positive = Field(default=20, description=_MAX_TRIALS)
    generation: Positive = Field(
        default=4, description="trials proposed at a time, from the results of all earlier generations"
    )
    initial_points: Positive | None = Field(
        default=None,
        description="trials at random before the model of the results is used; left out: 3 for each dimension, at most "
        "half of `max_trials`",
    )
    alpha: Annotated[float, Field(gt=0)] = Field(default=1e-4, description="noise expected in the results")
    beta: Annotated[float, Field(ge=0)] = Field(default=2.6, description="larger explores more")


class GridSearch(_Search):
    method: Literal["grid"] = Field(description="every configuration once, in the order of the file")
    max_trials: Positive | None = Field(default=None, description=_MAX_TRIALS)


Search = Annotated[RandomSearch | HyperbandSearch | BayesianSearch | GridSearch, Field(discriminator="method")]

_METRIC = {"type": "string", "enum": list(METRICS)}
"""What editors know; the models take any text, and `meaning` says which metric is near to one that no run reports."""


class ObjectiveSettings(Section):
    metric: Annotated[str, WithJsonSchema(_METRIC)] = Field(
        description="what is optimised; of a trial, the best value over all of its epochs"
    )
    direction: Literal["max", "min"] = Field(description="`min` for a loss, `max` for all others")


class EarlyStopping(Section):
    patience: Positive = Field(description="a trial ends after so many epochs in a row without a better objective")
    min_delta: Annotated[float, Field(ge=0)] = Field(default=0.0, description="how much better counts as better")


class Retrain(Section):
    epochs: Literal["best", "same_updates"] | Positive = Field(
        default="best",
        description="`best`: the winner's best epoch; `same_updates`: as many optimizer updates as it had had by then; "
        "or a number",
    )


_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def _name(value: str) -> str:
    if not re.fullmatch(_NAME, value):
        raise ValueError(f"{value!r} must begin with a letter or digit and have only letters, digits, '.', '_' and '-'")
    return value


RunName = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"})]


TrialSeed = Annotated[int, Field(ge=0, lt=2**63)]


class Space(Section):
    """What may vary, on which data, and how it is searched."""

    name: RunName = Field(description="letters, digits, `.`, `_` and `-`; runs are called `NAME-001`, `NAME-002`, ...")
    data: DataSettings = Field(description="the images, and how they are split")
    model: Annotated[str, AfterValidator(_module_and_name)] = Field(
        default="cnn",
        description="the built-in `cnn`, or `package.module:name` of your own: a `build(hp)` function or a "
        "`kt.HyperModel`",
    )
    objective: Annotated[str, WithJsonSchema(_METRIC | {"title": "metric"})] | ObjectiveSettings = Field(
        default="val_accuracy", description="what the search optimises: a metric, or one with its direction"
    )
    search: Search = Field(default=RandomSearch(method="random"), description="how configurations are chosen")
    seed: int = Field(
        default=0,
        ge=0,
        description="of configurations, weights, sample order and retraining; 0 is a seed like any other",
    )
    parameters: dict[str, Parameter] = Field(
        default_factory=dict, max_length=200, description="the hyperparameters; a plain value is fixed"
    )
    enqueue: Annotated[
        tuple[dict[str, Scalar], ...], BeforeValidator(as_tuple, json_schema_input_type=list[dict[str, Scalar]])
    ] = Field(default=(), description="configurations that are tried first")
    enqueue_seeds: Annotated[
        tuple[TrialSeed | None, ...], BeforeValidator(as_tuple, json_schema_input_type=list[TrialSeed | None])
    ] = Field(
        default=(),
        description="seeds of the first trials of `enqueue`, null: by `seed`; `sweep run --warm-start` writes them",
    )
    early_stopping: EarlyStopping | None = Field(default=None, description="when a trial has trained enough")
    retrain: Retrain = Field(default=Retrain(), description="how long the winner is retrained")
    threads_per_trial: Positive = Field(
        default=1,
        description="threads of one training; part of the definition, as it changes the last bits of a result",
    )
    retrain_threads: Positive | None = Field(
        default=None, description="threads of the retraining and the evaluation; left out: as `threads_per_trial`"
    )
    deterministic: bool = Field(
        default=True, description="TensorFlow's deterministic ops; without them results differ from run to run"
    )
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        default="float32", description="what layers compute in; weights stay float32"
    )
    jit: bool = Field(
        default=False, description="compile training and evaluation with XLA; needs `deterministic: false`"
    )
    retries: Annotated[int, Field(ge=0)] = Field(
        default=2, description="how often a trial is tried again after its worker died (not: raised an error)"
    )
    trial_timeout: Duration | None = Field(
        default=None, description="one training of a trial that takes longer has failed"
    )
    max_failures: Positive = Field(
        default=10, description="so many failed trials in a row end the sweep; diverged and skipped ones do not count"
    )
    max_parameters: Positive | None = Field(
        default=None, description="a trial whose model has more weights is skipped, before it is trained"
    )
    max_memory: Size = Field(
        default=16_000_000_000,
        description="a trial that is estimated to need more is skipped; `sweep plan --json` shows the estimate "
        "(`memory_bytes`)",
    )

    @property
    def goal(self) -> Objective:
        """The objective with its direction; a plain name's direction is what its metric says."""
        if isinstance(self.objective, ObjectiveSettings):
            return Objective(self.objective.metric, self.objective.direction)
        return Objective(self.objective, "min" if self.objective.endswith("loss") else "max")

    def trial_seed(self, trial: int) -> int:
        """Of all randomness in the training of one trial; they count from 0, those of `enqueue` first."""
        given = self.enqueue_seeds[trial] if trial < len(self.enqueue_seeds) else None
        return derive_seed(self.seed, "trial", trial) if given is None else given

    @property
    def is_builtin(self) -> bool:
        return self.model == "cnn"

    @property
    def scaling(self) -> str:
        return self.data.scaling or ("standardize" if self.is_builtin else "none")
