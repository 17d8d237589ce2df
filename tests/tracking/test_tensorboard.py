from __future__ import annotations

import itertools
import math

import pytest

from sweep.records import Objective, TrialState

UNKNOWN, SUCCESS, FAILURE = 0, 1, 2


def three_epochs(tracker, record, report, **kwargs):
    tracker.rebuild()
    tracker.trial(record(state=TrialState.WAITING, epochs=0, **kwargs))
    for epoch in (1, 2, 3):
        tracker.epoch(report(epoch))
    tracker.trial(record(**kwargs))
    return tracker


def number(value):
    return value.number_value


def test_each_trial_is_one_row_with_its_active_hyperparameters(new_tracker, record, load, logdir):
    tracker = new_tracker()
    tracker.rebuild()
    tracker.trial(record(0))
    tracker.trial(record(1, config={**record(0).config, "optimizer": "sgd", "momentum": 0.9}))
    rows = load(logdir).rows
    assert [row.name for row in rows] == ["0000 digits-001-3fa9c1", "0001 digits-001-3fa9c1"]
    assert "momentum" not in rows[0].hparams
    assert number(rows[1].hparams["momentum"]) == 0.9
    assert number(rows[0].hparams["learning_rate"]) == 0.003
    assert number(rows[0].hparams["conv_layers"]) == 3
    assert rows[0].hparams["optimizer"].string_value == "adam"
    assert rows[0].hparams["batch_norm"].bool_value is True


def test_rows_sort_by_their_number(new_tracker, record, load, logdir):
    new_tracker().rebuild([record(trial) for trial in (10, 2, 1)])
    assert [row.name[:4] for row in load(logdir).rows] == ["0001", "0002", "0010"]


def test_the_columns_have_the_true_domains(new_tracker, record, load, logdir):
    new_tracker().rebuild([record()])
    columns = load(logdir).columns()
    interval = {name: columns[name].domain_interval for name in ("conv_layers", "learning_rate", "momentum")}
    assert (interval["conv_layers"].min_value, interval["conv_layers"].max_value) == (2, 5)
    assert (interval["learning_rate"].min_value, interval["learning_rate"].max_value) == (1e-4, 1e-2)
    assert (interval["momentum"].min_value, interval["momentum"].max_value) == (0.5, 0.99)
    assert [number(value) for value in columns["filters_0"].domain_discrete.values] == [32, 64, 128]
    assert [value.string_value for value in columns["optimizer"].domain_discrete.values] == ["adam", "sgd"]
    assert [value.bool_value for value in columns["batch_norm"].domain_discrete.values] == [False, True]
    assert [number(value) for value in columns["dense_units"].domain_discrete.values] == [128]


def test_varying_hyperparameters_come_before_fixed_ones(new_tracker, record, load, logdir):
    new_tracker().rebuild([record()])
    assert list(load(logdir).columns()) == [
        "batch_norm",
        "conv_layers",
        "filters_0",
        "learning_rate",
        "momentum",
        "optimizer",
        "dense_units",
    ]


def test_the_best_objective_is_the_first_metric_and_is_not_the_last_value(new_tracker, record, report, load, logdir):
    three_epochs(new_tracker(), record, report, rung=2)
    loaded = load(logdir)
    shown = [metric.display_name for metric in loaded.experiment.metric_infos]
    assert shown[:6] == ["best val_accuracy", "val_accuracy", "epochs trained", "seconds", "parameters", "rung"]
    assert loaded.metrics(0) == {
        "best val_accuracy": 0.875,
        "best epoch": 1,
        "val_accuracy": 0.625,
        "accuracy": 0.5,
        "loss": 0.125,
        "val_loss": 0.25,
        "epochs trained": 3,
        "seconds": 6,
        "parameters": 5000,
        "rung": 2,
    }


def test_every_reported_metric_has_a_column(new_tracker, record, load, logdir):
    new_tracker(goal=Objective("val_loss", "min")).rebuild([record()])
    tags = [metric.name.tag for metric in load(logdir).experiment.metric_infos]
    assert tags[:2] == ["trial/best_val_loss", "loss/validation"]
    wanted = {f"{name}/validation" for name in ("loss", "accuracy", "precision", "recall", "f1", "auc")}
    assert wanted | {"loss/train", "accuracy/train"} <= set(tags)
    assert len(tags) == len(set(tags))


def test_curves_of_train_and_validation_are_under_the_run_of_the_row(new_tracker, record, report, load, logdir):
    three_epochs(new_tracker(), record, report)
    loaded = load(logdir)
    assert loaded.runs() == ["trial-0000"] == [loaded.rows[0].sessions[0].name]
    assert loaded.points("trial-0000", "loss/train") == [(1, 0.5), (2, 0.25), (3, 0.125)]
    assert loaded.points("trial-0000", "loss/validation") == [(1, 1.0), (2, 0.5), (3, 0.25)]
    assert loaded.points("trial-0000", "accuracy/validation") == [(1, 0.875), (2, 0.75), (3, 0.625)]


def test_a_promotion_continues_the_curves_at_absolute_epochs(new_tracker, record, report, load, logdir):
    tracker = three_epochs(new_tracker(), record, report, rung=0)
    tracker.trial(record(state=TrialState.WAITING, rung=1))
    tracker.epoch(report(4))
    tracker.trial(record(epochs=4, rung=1))
    loaded = load(logdir)
    assert [step for step, _ in loaded.points("trial-0000", "loss/train")] == [1, 2, 3, 4]
    assert len(loaded.rows) == 1
    assert loaded.metrics(0)["rung"] == 1
    assert loaded.metrics(0)["epochs trained"] == 4


def test_an_epoch_that_is_trained_again_adds_no_point(new_tracker, record, report, load, logdir):
    tracker = three_epochs(new_tracker(), record, report)
    tracker.epoch(report(2))
    tracker.epoch(report(3))
    tracker.epoch(report(4))
    assert [step for step, _ in load(logdir).points("trial-0000", "loss/train")] == [1, 2, 3, 4]


def test_a_known_fact_adds_no_point(new_tracker, record, report, load, logdir):
    tracker = three_epochs(new_tracker(), record, report)
    tracker.trial(record())
    assert load(logdir).points("trial-0000", "trial/best_val_accuracy") == [(3, 0.875)]


def test_a_loss_that_is_no_number_shows_in_the_curve_and_a_missing_metric_does_not(
    new_tracker, record, report, load, logdir
):
    tracker = new_tracker()
    tracker.rebuild()
    tracker.trial(record(state=TrialState.RUNNING, epochs=0))
    tracker.epoch(report(1, loss=math.nan, val_auc=None))
    loaded = load(logdir)
    assert math.isnan(loaded.points("trial-0000", "loss/train")[0][1])
    assert "auc/validation" not in loaded.reader.AllSummaryMetadata()["trial-0000"]


def test_statuses_are_those_of_the_trials(new_tracker, record, load, logdir):
    failures = [TrialState.FAILED, TrialState.DIVERGED, TrialState.SKIPPED]
    states = [TrialState.COMPLETED, *failures, TrialState.RUNNING, TrialState.WAITING]
    new_tracker().rebuild([record(trial, state) for trial, state in enumerate(states)], finished=True)
    assert load(logdir).statuses() == [SUCCESS, FAILURE, FAILURE, FAILURE, UNKNOWN, UNKNOWN]


def test_a_completed_trial_that_may_be_promoted_has_not_succeeded_before_the_sweep_ends(
    new_tracker, record, report, load, logdir
):
    tracker = three_epochs(new_tracker(), record, report, rung=0)
    tracker.trial(record(1, TrialState.DIVERGED, rung=0))
    tracker.trial(record(2, TrialState.RUNNING, rung=0))
    assert load(logdir).statuses() == [UNKNOWN, FAILURE, UNKNOWN]
    tracker.finish()
    tracker.finish()
    assert load(logdir).statuses() == [SUCCESS, FAILURE, UNKNOWN]


def test_a_completed_trial_of_a_method_without_rungs_has_succeeded_at_once(new_tracker, record, report, load, logdir):
    three_epochs(new_tracker(), record, report)
    assert load(logdir).statuses() == [SUCCESS]


def test_rebuilding_shows_the_same_as_writing_along_the_way(new_tracker, record, report, load, logdir):
    def picture():
        loaded = load(logdir)
        curves = {tag: loaded.points("trial-0000", tag) for tag in ("loss/train", "accuracy/validation")}
        return loaded.experiment, loaded.rows[0].hparams, loaded.metrics(0), loaded.statuses(), curves

    three_epochs(new_tracker(), record, report)
    live = picture()
    new_tracker().rebuild([record()], {0: [report(1), report(2), report(3)]}, finished=True)
    assert picture() == live


def test_going_on_after_a_rebuild_doubles_nothing(new_tracker, record, report, load, logdir):
    three_epochs(new_tracker(), record, report, rung=0)
    resumed = new_tracker()
    resumed.rebuild([record(rung=0)], {0: [report(1), report(2), report(3)]})
    resumed.epoch(report(3))
    resumed.epoch(report(4))
    resumed.trial(record(epochs=4, rung=1))
    resumed.finish()
    loaded = load(logdir)
    assert len(loaded.rows) == 1
    assert [step for step, _ in loaded.points("trial-0000", "loss/train")] == [1, 2, 3, 4]
    assert [step for step, _ in loaded.points("trial-0000", "trial/epochs")] == [3, 4]
    assert loaded.statuses() == [SUCCESS]


def test_a_rebuild_leaves_nothing_of_what_was_there(new_tracker, record, load, logdir):
    new_tracker().rebuild([record(0), record(1)])
    (logdir / "final").mkdir()
    new_tracker().rebuild([record(1)])
    assert [path.name for path in logdir.iterdir()] == ["trial-0001"]
    assert load(logdir).columns().keys() >= {"optimizer", "momentum"}


def test_rebuilt_curves_take_the_time_that_training_took(new_tracker, record, report, load, logdir):
    new_tracker().rebuild([record()], {0: [report(1), report(2), report(3)]})
    times = [event.wall_time for event in load(logdir).reader.Tensors("trial-0000", "loss/train")]
    assert [later - earlier for earlier, later in itertools.pairwise(times)] == pytest.approx([2.0, 2.0])


def test_a_sweep_without_trials_is_an_empty_directory(new_tracker, logdir):
    new_tracker().rebuild()
    assert list(logdir.iterdir()) == []
