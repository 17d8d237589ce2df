from __future__ import annotations

import json
import math
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sweep.data.dataset import Dataset
from sweep.data.prepare import prepare
from sweep.errors import DataError, InputError, SweepFailed
from sweep.final.work import preload
from sweep.model.build import build_model
from sweep.model.image_input import ImageInput
from sweep.model.limits import TooLarge
from sweep.model.size import estimate
from sweep.records import METRICS, EpochReport, KnownTraining, TrialRequest, TrialState
from sweep.space.data_settings import DataSettings
from sweep.trial import run as run_module
from sweep.trial.checkpoint import CheckpointFile
from sweep.trial.training import Training
from tests.trial.tiny import (
    SHAPE,
    TRAIN,
    Runner,
    TinyDataset,
    build_small,
    build_stateful,
    compiled,
    equal,
    run_in_process,
    small_layers,
    small_model,
)

pytestmark = pytest.mark.usefixtures("tiny_data")
OPEN_DATASET = run_module.open_dataset


class TensorFlowNoise(keras.layers.Layer):
    """Its state is in the op's kernel."""

    def call(self, x: Any, training: bool = False) -> Any:
        return x + tf.random.normal(tf.shape(x), stddev=0.1) if training else x


class KerasNoise(keras.layers.Layer):
    """Its state is in Keras' global generator, which no model owns."""

    def call(self, x: Any, training: bool = False) -> Any:
        return x + keras.random.normal(keras.ops.shape(x), stddev=0.1) if training else x


def with_tensorflow_noise(*_: Any) -> keras.Model:
    return small_model(extra=[TensorFlowNoise()])


def with_keras_noise(*_: Any) -> keras.Model:
    return small_model(extra=[KerasNoise()])


def eager(*_: Any) -> keras.Model:
    return small_model(extra=[TensorFlowNoise(), KerasNoise()], run_eagerly=True)


def refuse(*_: Any) -> keras.Model:
    raise AssertionError("nothing was to be built")


@pytest.mark.parametrize(
    ("build", "ends"),
    [(build_stateful, [1, 2, 3]), (with_tensorflow_noise, [1, 2]), (with_keras_noise, [1, 2]), (eager, [1, 2])],
)
def test_a_trial_trained_in_one_go_equals_one_trained_in_rungs_to_the_bit(
    dataset: Path, tmp_path: Path, build: Any, ends: list[int]
):
    whole, rungs = Runner(dataset, tmp_path / "whole", build), Runner(dataset, tmp_path / "rungs", build)
    whole_reports, whole_result = whole(ends[-1])
    for last_epoch in ends:
        reports, result = rungs(last_epoch)
    assert [epoch for epoch, _ in reports] == list(range(1, ends[-1] + 1))
    assert reports == whole_reports
    assert result == whole_result
    assert equal(rungs.state(), whole.state())


def test_epochs_differ_in_their_order_and_their_noise(dataset: Path, tmp_path: Path):
    reports, _ = Runner(dataset, tmp_path)(3)
    assert len({metrics["loss"] for _, metrics in reports}) == 3


def test_a_spawned_process_gives_the_same_bits_as_this_one(dataset: Path, tmp_path: Path):
    here = Runner(dataset, tmp_path / "here", build_stateful)
    Runner(dataset, tmp_path / "before")(1, optimizer="sgd")  # what ran here before does not matter
    reports, result = here(3)
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), preload, (True,)) as pool:
        there = pool.submit(run_in_process, dataset, tmp_path / "there", threads, 3).result()
    assert there[:2] == (reports, result)
    assert equal(there[2], here.state())


def test_closing_between_epochs_keeps_what_was_trained(dataset: Path, tmp_path: Path):
    whole, closed = Runner(dataset, tmp_path / "whole"), Runner(dataset, tmp_path / "closed")
    expected = whole(4)
    events = closed.events(4)
    assert [next(events).epoch, next(events).epoch] == [1, 2]
    events.close()
    checkpoint = closed.file.load()
    assert checkpoint is not None and len(checkpoint.facts["reports"]) == 2
    assert closed(4) == expected
    assert equal(closed.state(), whole.state())


def test_checkpoints_are_written_between_epochs_once_enough_time_has_passed(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    runner = Runner(dataset, tmp_path)
    events = runner.events(3)
    next(events)
    assert runner.file.load() is None
    next(events)
    checkpoint = runner.file.load()
    assert checkpoint is not None and len(checkpoint.facts["reports"]) == 1
    events.close()


def saves_of_epochs(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, epochs: int, *, epoch_seconds: float, save_seconds: float
) -> list[int]:
    """After which epochs of such a length a trial saves, where a save takes so long."""
    now, saved = 0.0, []

    def train(self: Training, epoch: int) -> dict[str, float | None]:
        nonlocal now
        now += epoch_seconds
        return dict.fromkeys(METRICS, 0.5)

    def save(self: CheckpointFile, variables: Any, facts: dict[str, Any]) -> None:
        nonlocal now
        now += save_seconds
        saved.append(len(facts["reports"]))

    monkeypatch.setattr(run_module, "time", SimpleNamespace(monotonic=lambda: now, perf_counter=lambda: now))
    monkeypatch.setattr(Training, "run_epoch", train)
    monkeypatch.setattr(CheckpointFile, "save", save)
    runner(epochs)
    return saved


@pytest.mark.parametrize(
    ("epochs", "epoch_seconds", "save_seconds", "expected"),
    [
        (3, 60.0, 1.0, [1, 2, 3]),  # each once, the last one too
        (12, 4.0, 0.1, [3, 6, 9, 12]),
        (12, 1.0, 0.1, [10, 12]),
        (26, 4.0, 0.5, [3, 10, 17, 24, 26]),  # 25 seconds apart: a fiftieth of them
    ],
)
def test_saves_between_epochs_take_a_small_part_of_the_time(
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    epochs: int,
    epoch_seconds: float,
    save_seconds: float,
    expected: list[int],
):
    runner = Runner(dataset, tmp_path)
    saved = saves_of_epochs(runner, monkeypatch, epochs, epoch_seconds=epoch_seconds, save_seconds=save_seconds)
    assert saved == expected


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    return prepare(DataSettings(source="digits", limit=200), cache=folder).dataset.path


@pytest.mark.parametrize(
    "config",
    [
        {"conv_layers": 1, "filters": 8, "dense_layers": 0, "optimizer": "sgd", "momentum": 0.9},
        {"conv_layers": 2, "filters": 32, "batch_norm": True, "dropout": 0.2, "dense_units": 64, "optimizer": "adam"},
    ],
    ids=["small", "larger"],
)
def test_a_checkpoint_is_as_large_as_the_plan_says(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: dict[str, Any]
):
    monkeypatch.setattr(run_module, "open_dataset", OPEN_DATASET)
    runner, epochs = Runner(digits, tmp_path, build_model), 2
    runner.request = lambda last_epoch: TrialRequest(7, config, 11, last_epoch)  # type: ignore[method-assign]
    assert runner(epochs)[1].state is TrialState.COMPLETED
    data = Dataset.open(digits)
    planned = estimate(runner.context.space, config, ImageInput(data.image_shape, 10, data.mean, data.variance))
    more = runner.file.path.stat().st_size - planned.checkpoint_bytes
    # Besides the numbers: type and shape of each array, the metrics of each epoch with their names, what the checkpoint
    # is of, the headers of a zip file, and a few numbers that are no weights (steps, learning rate, random states).
    assert 0 < more < 50 * len(runner.state()) + 400 * epochs + 1000


def test_a_torn_checkpoint_is_trained_anew_with_the_same_result(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    expected, state = runner(2), runner.state()
    whole = runner.file.path.read_bytes()
    runner.file.path.write_bytes(whole[: len(whole) // 2])
    assert runner(2) == expected
    assert equal(runner.state(), state)


def test_a_checkpoint_in_the_form_of_an_older_version_counts_as_none(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    expected, facts = runner(2), json.dumps({"of": {}, "layout": []}).encode()
    with runner.file.path.open("wb") as file:
        np.savez(file, facts=np.frombuffer(facts, np.uint8))
    assert runner(2) == expected


def test_a_trial_that_is_done_reports_again_and_trains_nothing(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    expected = runner(2)
    runner.build = refuse
    assert runner(2) == expected


def test_a_checkpoint_beyond_the_request_serves_its_first_epochs(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    first = runner(1)
    runner(3)
    runner.build = refuse
    assert runner(1) == first


def test_epochs_that_are_the_best_so_far_say_which_validation_images_they_had_right(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    first = [event for event in runner.events(4) if isinstance(event, EpochReport)]
    images = len(TinyDataset(dataset).validation()[1])
    best = 0.0
    for report in first:
        accuracy = report.metrics["val_accuracy"]
        assert (report.hits is not None) == (accuracy > best)
        if report.hits is not None:
            right = np.unpackbits(np.frombuffer(report.hits, np.uint8), count=images)
            assert right.mean() == pytest.approx(accuracy)
        best = max(best, accuracy)
    again = [event for event in runner.events(4) if isinstance(event, EpochReport)]
    assert [report.hits for report in again] == [report.hits for report in first]


def test_a_checkpoint_of_an_earlier_version_has_no_hits(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    first, _ = runner(2)
    checkpoint = runner.file.load()
    assert checkpoint is not None
    reports = [facts[:2] for facts in checkpoint.facts.pop("reports")]
    runner.file.save([tf.Variable(array) for array in checkpoint.arrays], {**checkpoint.facts, "reports": reports})
    again = [event for event in runner.events(2) if isinstance(event, EpochReport)]
    assert [report.hits for report in again] == [None, None]
    assert [(report.epoch, report.metrics) for report in again] == first


def with_known(runner: Runner, known: KnownTraining, last_epoch: int) -> list[Any]:
    request = replace(runner.request(last_epoch), known=known)
    return list(run_module.run_trial(runner.context, request, runner.build))


def test_what_is_known_of_an_equal_training_is_not_trained_again(dataset: Path, tmp_path: Path):
    *reports, _ = Runner(dataset, tmp_path / "first").events(3)
    runner = Runner(dataset, tmp_path / "second")
    runner.build = refuse
    known = KnownTraining(tuple(reports), 321)
    *again, result = with_known(runner, known, 2)
    assert again == reports[:2]
    assert (result.state, result.epochs_trained, result.parameter_count) == (TrialState.COMPLETED, 2, 321)
    assert not runner.file.path.exists()


def test_beyond_what_is_known_all_is_trained_with_the_same_result(dataset: Path, tmp_path: Path):
    expected = Runner(dataset, tmp_path / "first")(3)
    *reports, _ = Runner(dataset, tmp_path / "known").events(2)
    runner = Runner(dataset, tmp_path / "second")
    known = KnownTraining(tuple(reports), None)
    with_known(runner, known, 2)
    *again, result = with_known(runner, known, 3)
    assert ([(one.epoch, one.metrics) for one in again], result) == expected


def test_a_known_training_ends_where_this_sweep_stops_it(dataset: Path, tmp_path: Path):
    hits = [b"\x80", None, None, None, None]
    reports = tuple(
        EpochReport(7, epoch, dict.fromkeys(METRICS, 1.0 / epoch), 0.0, kept)
        for epoch, kept in enumerate(hits, start=1)
    )
    runner = Runner(dataset, tmp_path, refuse, early_stopping={"patience": 2})
    *again, result = with_known(runner, KnownTraining(reports, 1), 5)
    assert (len(again), result.epochs_trained, result.best_epoch) == (3, 3, 1)


def test_a_known_training_without_the_hits_of_its_best_epoch_is_done_again(dataset: Path, tmp_path: Path):
    expected = Runner(dataset, tmp_path / "first")(2)
    *reports, _ = Runner(dataset, tmp_path / "known").events(2)
    known = KnownTraining(tuple(replace(report, hits=None) for report in reports), None)
    *again, result = with_known(Runner(dataset, tmp_path / "second"), known, 2)
    assert ([(one.epoch, one.metrics) for one in again], result) == expected
    assert again[0].hits is not None


def test_reports_have_all_metrics_first_and_then_the_models_own(dataset: Path, tmp_path: Path):
    def with_top_two(*_: Any) -> keras.Model:
        return small_model(metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(2, name="top_two")])

    reports, result = Runner(dataset, tmp_path, with_top_two, objective={"metric": "val_top_two", "direction": "max"})(
        2
    )
    for _, metrics in reports:
        assert tuple(metrics) == (*METRICS, "top_two", "val_top_two")
        assert metrics["val_top_two"] >= metrics["val_accuracy"]
    assert result.objective == max(metrics["val_top_two"] for _, metrics in reports)


def test_the_result_has_the_best_epoch_over_all_rungs_and_the_size_of_the_model(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path, objective="val_loss")
    runner(2)
    reports, result = runner(5)
    losses = [metrics["val_loss"] for _, metrics in reports]
    assert (result.state, result.epochs_trained) == (TrialState.COMPLETED, 5)
    assert result.objective == min(losses)
    assert result.best_epoch == losses.index(min(losses)) + 1
    assert result.parameter_count == small_model().count_params()


def test_a_loss_that_is_no_number_ends_the_trial_as_diverged(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    reports, result = runner(5, optimizer="sgd", learning_rate=1e38)
    assert result.state is TrialState.DIVERGED
    assert result.epochs_trained == len(reports) < 5
    assert not math.isfinite(reports[-1][1]["loss"] + reports[-1][1]["val_loss"])
    runner.build = refuse
    again, result_again = runner(5, optimizer="sgd", learning_rate=1e38)
    assert result_again == result
    assert repr(again) == repr(reports)  # NaN is not equal to itself


def test_an_exception_while_building_becomes_a_failed_result(dataset: Path, tmp_path: Path):
    def broken(*_: Any) -> keras.Model:
        raise ValueError("the kernel is larger than the image\nsecond line")

    reports, result = Runner(dataset, tmp_path, broken)(2)
    assert reports == []
    assert (result.state, result.epochs_trained) == (TrialState.FAILED, 0)
    assert result.error == "ValueError: the kernel is larger than the image"
    assert result.traceback is not None and "second line" in result.traceback and "in broken" in result.traceback


def fail_at(monkeypatch: pytest.MonkeyPatch, failing_epoch: int, exception: BaseException) -> None:
    run_epoch = Training.run_epoch

    def run_or_raise(self: Training, epoch: int) -> Any:
        if epoch == failing_epoch:
            raise exception
        return run_epoch(self, epoch)

    monkeypatch.setattr(Training, "run_epoch", run_or_raise)


def test_an_exception_while_training_becomes_a_failed_result_after_the_epochs_before(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fail_at(monkeypatch, 3, RuntimeError())
    reports, result = Runner(dataset, tmp_path)(4)
    assert [epoch for epoch, _ in reports] == [1, 2]
    assert (result.state, result.epochs_trained, result.error) == (TrialState.FAILED, 2, "RuntimeError")


def test_ctrl_c_passes_through(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fail_at(monkeypatch, 1, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        Runner(dataset, tmp_path)(1)


class Abandon(BaseException):
    """What somebody thought nobody would catch."""


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise self


def without_end(depth: int) -> int:
    return without_end(depth + 1) + 1


def too_deep(*_: Any) -> keras.Model:
    without_end(0)
    raise AssertionError


ODD = [
    (SystemExit(3), "SystemExit: 3"),
    (SystemExit(), "SystemExit"),
    (Abandon("all hope"), "Abandon: all hope"),
    (MemoryError(), "MemoryError"),
    (tf.errors.ResourceExhaustedError(None, None, "OOM when\nallocating"), "ResourceExhaustedError: OOM when"),
    (StopIteration(), "RuntimeError: generator raised StopIteration"),
    (EOFError("no more"), "EOFError: no more"),
    (BrokenPipeError(32, "Broken pipe"), "BrokenPipeError: [Errno 32] Broken pipe"),
    (InputError("model a:b: no"), "model a:b: no"),
    (ValueError("\n \n"), "ValueError"),
    (ValueError(None, {"a": 1}), "ValueError: (None, {'a': 1})"),
    (ValueError("\x1b[31mred\x00\udcff"), r"ValueError: red\x00\udcff"),
    (Unspeakable(), "Unspeakable"),
]


@pytest.mark.parametrize(("exception", "error"), ODD, ids=[str(number) for number in range(len(ODD))])
def test_whatever_a_build_raises_becomes_a_failed_result_with_one_line(
    dataset: Path, tmp_path: Path, exception: BaseException, error: str
):
    def broken(*_: Any) -> keras.Model:
        raise exception

    reports, result = Runner(dataset, tmp_path, broken)(2)
    assert (reports, result.state, result.epochs_trained) == ([], TrialState.FAILED, 0)
    assert result.error == error
    assert result.traceback is not None and "in broken" in result.traceback


@pytest.mark.parametrize("number", [0, 2, 4])
def test_and_so_does_whatever_training_raises(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    exception, error = ODD[number]
    fail_at(monkeypatch, 2, exception)
    reports, result = Runner(dataset, tmp_path)(2)
    assert (len(reports), result.state, result.error) == (1, TrialState.FAILED, error)


def test_a_recursion_without_end_fails_its_trial_only(dataset: Path, tmp_path: Path):
    _, result = Runner(dataset, tmp_path, too_deep)(1)
    assert result.state is TrialState.FAILED
    assert result.error is not None and result.error.startswith("RecursionError: maximum recursion depth exceeded")


def test_a_message_of_a_megabyte_is_kept_short(dataset: Path, tmp_path: Path):
    def broken(*_: Any) -> keras.Model:
        raise ValueError("begin " + "x" * 10**6 + " end")

    _, result = Runner(dataset, tmp_path, broken)(1)
    assert result.error is not None and result.traceback is not None
    assert result.error.startswith("ValueError: begin xxx") and result.error.endswith("xxx end")
    assert len(result.error) < 600
    assert len(result.traceback) < 21_000
    assert result.traceback.startswith("Traceback") and result.traceback.endswith("xxx end\n")


def test_a_trial_after_failed_ones_is_the_same_to_the_bit(dataset: Path, tmp_path: Path):
    expected = Runner(dataset, tmp_path / "before")(2)
    for broken in (too_deep, refuse):
        assert Runner(dataset, tmp_path / "broken", broken)(2)[1].state is TrialState.FAILED
    assert Runner(dataset, tmp_path / "after")(2) == expected


def test_outputs_that_do_not_fit_the_classes_fail_the_trial(dataset: Path, tmp_path: Path):
    def five(*_: Any) -> keras.Model:
        return compiled(keras.Sequential([keras.Input(SHAPE, dtype="uint8"), *small_layers(), keras.layers.Dense(5)]))

    def a_map(*_: Any) -> keras.Model:
        return compiled(keras.Sequential([keras.Input(SHAPE, dtype="uint8"), keras.layers.Rescaling(1 / 255)]))

    for build, error in (
        (five, "the model has 5 outputs for 3 classes; its last layer needs 3 units"),
        (a_map, "the model's output has the shape (None, 8, 8, 1); it must be one row of outputs for each image"),
    ):
        reports, result = Runner(dataset, tmp_path, build)(2)
        assert (reports, result.state, result.error) == ([], TrialState.FAILED, error)


def test_inputs_that_do_not_fit_the_images_fail_the_trial(dataset: Path, tmp_path: Path):
    def for_others(*_: Any) -> keras.Model:
        layers = [keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dense(3)]
        return compiled(keras.Sequential([keras.Input((9, 9, 1)), *layers]))

    reports, result = Runner(dataset, tmp_path, for_others)(2)
    assert (reports, result.state) == ([], TrialState.FAILED)
    assert result.error is not None and "expected axis -1 of input shape to have value 81" in result.error


def one_class_to_validate(path: Path, *classes: int) -> Any:
    whole = TinyDataset(path)
    x, y = whole.validation()
    chosen = np.isin(y, classes)
    return SimpleNamespace(**vars(whole), train=whole.train, validation=lambda: (x[chosen], y[chosen]))


def test_a_class_that_validation_lacks_is_left_out_of_its_metrics(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "open_dataset", lambda path: one_class_to_validate(path, 0, 2))
    reports, result = Runner(dataset, tmp_path, objective="val_auc")(2)
    assert result.state is TrialState.COMPLETED
    assert result.objective == max(metrics["val_auc"] for _, metrics in reports)


def test_a_trial_whose_objective_cannot_be_computed_has_failed(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "open_dataset", lambda path: one_class_to_validate(path, 1))
    reports, result = Runner(dataset, tmp_path, objective="val_auc")(2)
    assert [metrics["val_auc"] for _, metrics in reports] == [None, None]
    assert (result.state, result.objective, result.epochs_trained) == (TrialState.FAILED, None, 2)
    assert (
        result.error == "val_auc could not be computed in 2 epochs; it needs validation images of two classes or more"
    )
    reports, result = Runner(dataset, tmp_path / "other", objective="val_accuracy")(2)
    assert (result.state, result.objective is None) == (TrialState.COMPLETED, False)


@pytest.mark.parametrize("build", [build_small, eager])
def test_a_batch_larger_than_the_data_is_one_update_of_all_of_it(dataset: Path, tmp_path: Path, build: Any):
    larger, exact = (Runner(dataset, tmp_path / name, build) for name in ("larger", "exact"))
    assert larger(2, batch_size=4 * TRAIN) == exact(2, batch_size=TRAIN)
    checkpoint = larger.file.load()
    assert checkpoint is not None
    assert [int(one) for one in checkpoint.arrays if one.dtype == np.int64 and not one.ndim] == [
        2
    ]  # the optimizer's iterations


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"max_parameters": 1000}, r"[\d,]+ parameters are above max_parameters, 1,000"),
        (
            {"max_memory": 1000},
            r"[\d,]+ parameters and the activations of a batch need about .* MB, above max_memory, 1 kB",
        ),
    ],
)
def test_a_model_above_a_limit_is_skipped_before_any_of_it_is_built(
    dataset: Path, tmp_path: Path, limits: dict[str, int], error: str
):
    runner = Runner(dataset, tmp_path, refuse, **limits)
    reports, result = runner(2)
    assert (reports, result.state, result.epochs_trained) == ([], TrialState.SKIPPED, 0)
    assert result.error is not None and re.fullmatch(error, result.error)
    assert result.parameter_count is not None and result.parameter_count > 1000
    assert (result.objective, result.best_epoch, result.traceback) == (None, None, None)
    assert not runner.file.path.exists()


def test_a_model_that_only_its_build_finds_too_large_is_skipped_too(dataset: Path, tmp_path: Path):
    def grow(*_: Any) -> keras.Model:
        raise TooLarge("the weights of its model went above max_memory, 16 GB, while it was built")

    reports, result = Runner(dataset, tmp_path, grow)(2)
    assert (reports, result.state, result.parameter_count) == ([], TrialState.SKIPPED, None)
    assert result.error == "the weights of its model went above max_memory, 16 GB, while it was built"


def test_the_look_at_its_size_changes_nothing_about_a_trial(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    looked = Runner(dataset, tmp_path / "looked")
    expected = looked(1)
    monkeypatch.setattr(run_module, "require_small_cnn", lambda *_: None)
    blind = Runner(dataset, tmp_path / "blind")
    assert blind(1) == expected
    assert equal(blind.state(), looked.state())


def test_early_stopping_does_not_depend_on_promotions(dataset: Path, tmp_path: Path):
    stopping = {"early_stopping": {"patience": 2}, "objective": {"metric": "val_loss", "direction": "max"}}
    whole, rungs = Runner(dataset, tmp_path / "whole", **stopping), Runner(dataset, tmp_path / "rungs", **stopping)
    reports, result = whole(20)
    values = [metrics["val_loss"] for _, metrics in reports]
    assert result.state is TrialState.COMPLETED
    assert result.epochs_trained == len(reports) < 20
    assert result.best_epoch == len(reports) - 2 == values.index(max(values)) + 1
    rungs(len(reports) - 1)
    assert rungs(20) == (reports, result)
    rungs.build = refuse
    assert rungs(30) == (reports, result)  # a later promotion finds it ended


def test_a_checkpoint_of_another_configuration_is_refused(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    runner(1)
    with pytest.raises(SweepFailed, match=r"trial-0007\.ckpt belongs to another seed, configuration.*; delete it"):
        runner(1, optimizer="sgd")


def test_a_checkpoint_of_a_changed_model_is_refused(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path)
    runner(1)
    runner.build = lambda *_: small_model(extra=[keras.layers.Dense(2)])
    with pytest.raises(SweepFailed, match=r"trial-0007\.ckpt was written by another model"):
        runner(2)


def test_an_objective_that_is_not_reported_fails_the_sweep_after_one_epoch(dataset: Path, tmp_path: Path):
    runner = Runner(dataset, tmp_path, objective={"metric": "val_top5", "direction": "max"})
    events = runner.events(9)
    assert next(events).epoch == 1
    with pytest.raises(SweepFailed, match=r"no trial reports the objective 'val_top5'; choose one of: loss, accuracy"):
        next(events)


def test_a_dataset_that_is_not_there_is_no_fault_of_the_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run_module, "open_dataset", OPEN_DATASET)
    with pytest.raises(DataError):
        Runner(tmp_path / "nothing", tmp_path)(1)


def test_nothing_is_printed(dataset: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    Runner(dataset, tmp_path)(2)
    assert capfd.readouterr() == ("", "")


BUILD = """
def build(hp):
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), *first, layers.Flatten(), *last])
    model.add(layers.Dense(3, activation="softmax", kernel_initializer=initial))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=[metric])
    return model
"""
MADE_ONCE = {
    "seed": "import random; keras.utils.set_random_seed(1); random.random(); last = [layers.Dropout(0.5)]",
    "layers": """
generator = keras.random.SeedGenerator(2)

class Noise(layers.Layer):
    def call(self, x, training=False):
        return x + keras.random.normal(keras.ops.shape(x), seed=generator) if training else x

augmentation = keras.Sequential([layers.RandomFlip(), layers.RandomRotation(0.1)])
statistics = layers.Normalization()
statistics.adapt(np.eye(64))
frozen, trained = layers.Dense(5, trainable=False), layers.Dense(5)
frozen.build((None, 64))
first = [augmentation]
last = [statistics, Noise(), layers.Dropout(0.5), layers.Dropout(0.1, seed=3), frozen, trained]
initial, metric = keras.initializers.RandomNormal(), keras.metrics.SparseCategoricalAccuracy()
""",
    "floatx": """
def build(hp):
    if hp.get("optimizer") == "sgd":
        keras.config.set_floatx("float64")
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=[metric])
    return model
""",
}


@pytest.fixture
def user_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The `module:build` of a module with these objects, another one each time: as the same one in another process."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(objects: str) -> str:
        name = f"made_once_{len(list(tmp_path.glob('*.py')))}_{abs(hash(tmp_path))}"
        header = "import keras\nimport numpy as np\nfrom keras import layers\n\n"
        defaults = 'first, last, metric, initial = [], [], "accuracy", "glorot_uniform"\n'
        build = "" if "def build" in objects else BUILD
        (tmp_path / f"{name}.py").write_text(f"{header}{defaults}{objects}\n{build}")
        return f"{name}:build"

    return write


@pytest.mark.parametrize("objects", MADE_ONCE.values(), ids=MADE_ONCE.keys())
def test_a_trial_is_the_same_whatever_a_user_s_module_makes_once_and_what_ran_before(
    dataset: Path, tmp_path: Path, user_module: Any, objects: str
):
    def runner(name: str, model: str) -> Runner:
        return Runner(dataset, tmp_path / name, build_model, model=model)

    one, other = user_module(objects), user_module(objects)
    first = runner("first", one)
    reports, result = first(2)
    assert result.state is TrialState.COMPLETED
    runner("before", other)(1, optimizer="sgd")
    second = runner("second", other)
    second(1)
    assert second(2) == (reports, result)
    assert equal(second.state(), first.state())
    assert keras.config.floatx() == "float32"
