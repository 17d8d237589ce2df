"""The HParams plugin's messages: an experiment's columns, the start of a trial's row, and its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from google.protobuf.struct_pb2 import ListValue
from google.protobuf.struct_pb2 import Value as ProtoValue
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.api_pb2 import (
    DATA_TYPE_BOOL,
    DATA_TYPE_FLOAT64,
    DATA_TYPE_STRING,
    STATUS_FAILURE,
    STATUS_SUCCESS,
    Experiment,
    HParamInfo,
    Interval,
    MetricInfo,
    MetricName,
)
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo

from sweep.records import Config, Value
from sweep.space.definition import FloatParameter, IntParameter
from sweep.space.dimensions import Dimension
from sweep.space.domains import Domain, finite_values


def experiment(name: str, dimensions: Sequence[Dimension], metrics: Mapping[str, str]) -> Summary.Value:
    """The columns of the table: `dimensions` with their true domains, then `metrics`, tag to the name that is shown."""
    message = Experiment(
        name=name,
        hparam_infos=[_column(dimension.name, dimension.domain) for dimension in dimensions],
        metric_infos=[MetricInfo(name=MetricName(tag=tag), display_name=shown) for tag, shown in metrics.items()],
    )
    return _value(metadata.EXPERIMENT_TAG, HParamsPluginData(experiment=message))


def session_start(group: str, config: Config, time: float) -> Summary.Value:
    """A row named `group` with the active hyperparameters only. `time` is in seconds since the epoch."""
    message = SessionStartInfo(group_name=group, start_time_secs=time)
    for name, value in config.items():
        message.hparams[name].CopyFrom(_proto(value))
    return _value(metadata.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=message))


def session_end(success: bool, time: float) -> Summary.Value:
    """The end of a row. TensorBoard believes the first one it reads of a run: write it when the end is certain."""
    message = SessionEndInfo(status=STATUS_SUCCESS if success else STATUS_FAILURE, end_time_secs=time)
    return _value(metadata.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=message))


def _column(name: str, domain: Domain) -> HParamInfo:
    if isinstance(domain, IntParameter | FloatParameter):
        interval = Interval(min_value=domain.min, max_value=domain.max)
        return HParamInfo(name=name, type=DATA_TYPE_FLOAT64, domain_interval=interval, differs=domain.min < domain.max)
    values = finite_values(domain) or ()
    discrete = ListValue(values=[_proto(value) for value in values])
    # The plugin sorts the columns by `differs`, then by name: what varies comes first, what is fixed last.
    return HParamInfo(name=name, type=_type(values[0]), domain_discrete=discrete, differs=len(values) > 1)


def _type(value: Value) -> int:
    if isinstance(value, bool):
        return DATA_TYPE_BOOL
    return DATA_TYPE_STRING if isinstance(value, str) else DATA_TYPE_FLOAT64


def _proto(value: Value) -> ProtoValue:
    if isinstance(value, bool):
        return ProtoValue(bool_value=value)
    return ProtoValue(string_value=value) if isinstance(value, str) else ProtoValue(number_value=value)


def _value(tag: str, data: HParamsPluginData) -> Summary.Value:
    return Summary.Value(tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR)
