from __future__ import annotations

import pytest

from sweep.records import Objective, TrialState
from sweep.space.definition import ChoiceParameter, FixedParameter, FloatParameter
from sweep.space.dimensions import Dimension
from sweep.tracking.plugin import SweepsContext, SweepsPlugin

OTHER = (
    Dimension("learning_rate", FloatParameter(type="float", min=1e-3, max=1e-1, sampling="log")),
    Dimension("optimizer", ChoiceParameter(type="choice", values=("nadam", "adam"))),
    Dimension("conv_layers", FixedParameter(type="fixed", value=7)),
    Dimension("batch_norm", ChoiceParameter(type="choice", values=("before", "after"))),
    Dimension("batch_size", ChoiceParameter(type="choice", values=(16, 32))),
)
CONFIG = {"learning_rate": 0.05, "optimizer": "nadam", "conv_layers": 7, "batch_norm": "after", "batch_size": 16}


@pytest.fixture
def two_sweeps(new_tracker, record, report, tmp_path):
    """`digits-001` and `photos-001` with trials of the same numbers, different parameters and objectives."""
    new_tracker().rebuild([record(0), record(1)], {0: [report(1)]}, finished=True)
    photos = new_tracker("photos-001", OTHER, Objective("val_loss", "min"), "77bb00aa")
    photos.rebuild([record(0, config=CONFIG), record(1, TrialState.RUNNING, CONFIG)])
    return tmp_path


def test_equally_numbered_trials_of_two_sweeps_are_rows_of_their_own(two_sweeps, load):
    rows = load(two_sweeps).rows  # TensorBoard's own plugin
    assert [(row.name, len(row.sessions)) for row in rows] == [
        ("0000 digits-001-3fa9c1", 1),
        ("0000 photos-001-77bb00", 1),
        ("0001 digits-001-3fa9c1", 1),
        ("0001 photos-001-77bb00", 1),
    ]
    assert rows[1].hparams["batch_size"].number_value == 16


def test_equally_named_sweeps_keep_their_rows_apart(new_tracker, record, load, tmp_path, logdir):
    new_tracker().rebuild([record()])
    logdir.rename(tmp_path / "elsewhere")
    new_tracker(sweep_id="00ff00ff").rebuild([record()])
    assert [row.name for row in load(tmp_path).rows] == ["0000 digits-001-00ff00", "0000 digits-001-3fa9c1"]


def test_the_columns_of_all_sweeps_show(two_sweeps, load):
    own = load(two_sweeps)
    merged = load(two_sweeps, SweepsContext)
    assert set(own.columns()) < set(merged.columns())
    assert list(merged.columns()) == [
        "conv_layers",  # ranges first
        "learning_rate",
        "momentum",
        "batch_norm",
        "batch_size",
        "filters_0",
        "optimizer",
        "dense_units",
    ]
    assert [row.name for row in merged.rows] == [row.name for row in own.rows]


def test_a_shared_column_has_the_smallest_domain_for_all(two_sweeps, load):
    columns = load(two_sweeps, SweepsContext).columns()
    rate, layers = columns["learning_rate"].domain_interval, columns["conv_layers"].domain_interval
    assert (rate.min_value, rate.max_value) == (1e-4, 1e-1)
    assert (layers.min_value, layers.max_value) == (2, 7)
    assert [value.string_value for value in columns["optimizer"].domain_discrete.values] == ["adam", "nadam", "sgd"]


def test_a_column_of_two_types_has_no_domain(two_sweeps, new_tracker, record, load):
    new_tracker("third", OTHER).rebuild([record(0, config=CONFIG)])
    assert load(two_sweeps, SweepsContext).columns()["batch_norm"].WhichOneof("domain") is None


def test_the_objectives_of_all_sweeps_come_first_and_keep_their_values(two_sweeps, load):
    loaded = load(two_sweeps, SweepsContext)
    assert [metric.display_name for metric in loaded.experiment.metric_infos][:2] == [
        "best val_accuracy",
        "best val_loss",
    ]
    assert loaded.metrics(0)["best val_accuracy"] == 0.875
    assert loaded.metrics(1)["best val_loss"] == 0.875
    assert "best val_loss" not in loaded.metrics(0)


def test_a_trial_that_goes_on_is_running(two_sweeps, load):
    assert load(two_sweeps, SweepsContext).statuses() == [1, 1, 1, 3]


def test_one_sweep_is_shown_as_it_was_written(two_sweeps, load, logdir):
    shown, written = load(logdir, SweepsContext).experiment, load(logdir).experiment
    assert shown.metric_infos == written.metric_infos
    assert sorted(shown.hparam_infos, key=lambda one: one.name) == sorted(
        written.hparam_infos, key=lambda one: one.name
    )


def test_the_plugin_answers_from_the_corrected_context(two_sweeps, load):
    from tensorboard.plugins.base_plugin import TBContext

    assert isinstance(SweepsPlugin(TBContext())._context, SweepsContext)
    assert SweepsPlugin.plugin_name == "hparams"
