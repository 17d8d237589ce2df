"""A small sweep to write, and TensorBoard's own reader and HParams backend to read it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sweep.records import EpochReport, Objective, TrialRecord, TrialState
from sweep.space.definition import BooleanParameter, ChoiceParameter, FixedParameter, FloatParameter, IntParameter
from sweep.space.dimensions import Condition, Dimension
from sweep.tracking.tensorboard import TensorBoardTracker

DIMENSIONS = (
    Dimension("dense_units", FixedParameter(type="fixed", value=128)),
    Dimension("conv_layers", IntParameter(type="int", min=2, max=5)),
    Dimension("filters_0", ChoiceParameter(type="choice", values=(32, 64, 128))),
    Dimension("optimizer", ChoiceParameter(type="choice", values=("adam", "sgd"))),
    Dimension("momentum", FloatParameter(type="float", min=0.5, max=0.99), (Condition("optimizer", ("sgd",)),)),
    Dimension("learning_rate", FloatParameter(type="float", min=1e-4, max=1e-2, sampling="log")),
    Dimension("batch_norm", BooleanParameter(type="boolean")),
)
ADAM = {
    "dense_units": 128,
    "conv_layers": 3,
    "filters_0": 64,
    "optimizer": "adam",
    "learning_rate": 0.003,
    "batch_norm": True,
}
GOAL = Objective("val_accuracy", "max")


@dataclass(frozen=True)
class Loaded:
    """What TensorBoard's backend answers about a log directory."""

    experiment: Any
    rows: list[Any]
    reader: Any

    def columns(self) -> dict[str, Any]:
        return {column.name: column for column in self.experiment.hparam_infos}

    def metrics(self, row: int) -> dict[str, float]:
        """The shown name of each metric of a row, and its value."""
        shown = {metric.name.tag: metric.display_name for metric in self.experiment.metric_infos}
        return {shown[value.name.tag]: value.value for value in self.rows[row].metric_values}

    def statuses(self) -> list[int]:
        return [row.sessions[0].status for row in self.rows]

    def runs(self) -> list[str]:
        return sorted(self.reader.Runs())

    def points(self, run: str, tag: str) -> list[tuple[int, float]]:
        """Step and value of each point of a curve."""
        return [(event.step, float(event.tensor_proto.float_val[0])) for event in self.reader.Tensors(run, tag)]


@pytest.fixture
def load() -> Callable[..., Loaded]:
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

    def load(logdir: Path, context: type = backend_context.Context) -> Loaded:
        reader = plugin_event_multiplexer.EventMultiplexer()
        reader.AddRunsFromDirectory(str(logdir))
        reader.Reload()
        provider = data_provider.MultiplexerDataProvider(reader, str(logdir))
        backend = context(TBContext(data_provider=provider))
        every = api_pb2.ListSessionGroupsRequest(slice_size=1000, allowed_statuses=[0, 1, 2, 3])
        experiment = get_experiment.Handler(RequestContext(), backend, "", api_pb2.GetExperimentRequest()).run()
        groups = list_session_groups.Handler(RequestContext(), backend, "", every).run()
        return Loaded(experiment, list(groups.session_groups), reader)

    return load


@pytest.fixture
def new_tracker(tmp_path: Path) -> Callable[..., TensorBoardTracker]:
    """A tracker of the sweep `digits-001` under tmp_path, or of another."""

    def new(
        name: str = "digits-001",
        dimensions: tuple[Dimension, ...] = DIMENSIONS,
        goal: Objective = GOAL,
        sweep_id: str = "3fa9c1b2d4",
    ) -> TensorBoardTracker:
        return TensorBoardTracker(tmp_path / name / "tensorboard", name, sweep_id, dimensions, goal)

    return new


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    return tmp_path / "digits-001" / "tensorboard"


@pytest.fixture
def record() -> Callable[..., TrialRecord]:
    """A trial that has trained `epochs` epochs, the first of which was the best."""

    def new(
        trial: int = 0,
        state: TrialState = TrialState.COMPLETED,
        config: Mapping[str, Any] = ADAM,
        epochs: int = 3,
        rung: int | None = None,
    ) -> TrialRecord:
        trained = {"best_epoch": 1, "objective": 0.875, "parameter_count": 5000} if epochs else {}
        return TrialRecord(trial, state, config, 9, epochs, rung=rung, seconds=2.0 * epochs, **trained)

    return new


@pytest.fixture
def report() -> Callable[..., EpochReport]:
    """An epoch of two seconds, with numbers that float32 holds; the validation accuracy falls from 7/8."""

    def new(epoch: int, trial: int = 0, **metrics: float | None) -> EpochReport:
        usual = {"loss": 0.5**epoch, "accuracy": 0.5, "val_loss": 2 * 0.5**epoch, "val_accuracy": 1 - 0.125 * epoch}
        return EpochReport(trial, epoch, usual | metrics, 2.0)

    return new
