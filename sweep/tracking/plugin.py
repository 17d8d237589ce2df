"""TensorBoard's HParams plugin, corrected where it is wrong about several sweeps and about trials that go on.

Its own shows every row, but takes the first experiment it meets, at random where its data server reads the files, and
drops the columns and metrics of all others; a trial that has not ended has the status "unknown"; and of many columns it
shows the first of the alphabet.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.struct_pb2 import Value
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams.api_pb2 import DATA_TYPE_STRING, STATUS_RUNNING, Experiment, HParamInfo, Interval
from tensorboard.plugins.hparams.backend_context import Context
from tensorboard.plugins.hparams.hparams_plugin import HParamsPlugin
from tensorboard.plugins.hparams.metadata import (
    EXPERIMENT_TAG,
    SESSION_END_INFO_TAG,
    SESSION_START_INFO_TAG,
    create_summary_metadata,
    parse_experiment_plugin_data,
)
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo

Tags = Mapping[str, bytes]
"""A run's HParams messages by their tags."""


class SweepsContext(Context):  # type: ignore[misc]
    """Answers as if all sweeps had written one experiment, and every trial without an end were running."""

    def hparams_metadata(self, ctx: Any, experiment_id: str, run_tag_filter: Any = None) -> dict[str, Tags]:
        runs: dict[str, Tags] = super().hparams_metadata(ctx, experiment_id, run_tag_filter)
        experiments = [tags[EXPERIMENT_TAG] for _, tags in sorted(runs.items()) if EXPERIMENT_TAG in tags]
        answer = {run: _with_status(tags) for run, tags in runs.items()}
        if len(experiments) < 2:
            return answer
        merged = merge(parse_experiment_plugin_data(content) for content in experiments)
        # The plugin takes the first experiment there is, and no run can have an empty name.
        return {"": {EXPERIMENT_TAG: _content(HParamsPluginData(experiment=merged))}, **answer}

    def experiment_from_metadata(self, *arguments: Any, **options: Any) -> Experiment:
        """Columns that are ranges come first: the page shows five at once, and a learning rate is worth one."""
        experiment: Experiment = super().experiment_from_metadata(*arguments, **options)
        experiment.hparam_infos.sort(key=lambda one: (not one.differs, not one.HasField("domain_interval"), one.name))
        return experiment


class SweepsPlugin(HParamsPlugin):  # type: ignore[misc]
    """TensorBoard's own plugin on a `SweepsContext`."""

    def __init__(self, context: TBContext) -> None:
        super().__init__(context)
        self._context = SweepsContext(context)


def merge(experiments: Iterable[Experiment]) -> Experiment:
    """One experiment with every metric and every hyperparameter, each on the smallest domain that holds all its own."""
    experiments = list(experiments)
    columns: dict[str, HParamInfo] = {}
    for column in itertools.chain.from_iterable(one.hparam_infos for one in experiments):
        columns[column.name] = _union(columns[column.name], column) if column.name in columns else column
    # Rank by rank, so that each sweep's first metric, its objective, stays among the first.
    ranks = itertools.zip_longest(*(one.metric_infos for one in experiments))
    metrics = {metric.name.tag: metric for rank in ranks for metric in rank if metric is not None}
    return Experiment(hparam_infos=columns.values(), metric_infos=metrics.values())


def _union(a: HParamInfo, b: HParamInfo) -> HParamInfo:
    if a.type != b.type or a.WhichOneof("domain") is None:
        return HParamInfo(name=a.name, type=DATA_TYPE_STRING, differs=True)  # no domain holds both
    union = HParamInfo(name=a.name, type=a.type)
    if a.HasField("domain_discrete") and b.HasField("domain_discrete"):
        values = {value.SerializeToString(): value for value in (*a.domain_discrete.values, *b.domain_discrete.values)}
        union.domain_discrete.values.extend(sorted(values.values(), key=_order))
        union.differs = len(values) > 1
    else:
        numbers = [*_numbers(a), *_numbers(b)]
        union.domain_interval.CopyFrom(Interval(min_value=min(numbers), max_value=max(numbers)))
        union.differs = min(numbers) < max(numbers)
    return union


def _numbers(column: HParamInfo) -> list[float]:
    if column.HasField("domain_discrete"):
        return [value.number_value for value in column.domain_discrete.values]
    return [column.domain_interval.min_value, column.domain_interval.max_value]


def _order(value: Value) -> tuple[bool, float, str]:
    return value.bool_value, value.number_value, value.string_value


def _with_status(tags: Tags) -> Tags:
    if SESSION_START_INFO_TAG not in tags or SESSION_END_INFO_TAG in tags:
        return tags
    running = HParamsPluginData(session_end_info=SessionEndInfo(status=STATUS_RUNNING))
    return {**tags, SESSION_END_INFO_TAG: _content(running)}


def _content(data: HParamsPluginData) -> bytes:
    return bytes(create_summary_metadata(data).plugin_data.content)
