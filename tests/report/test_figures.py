"""What the figures are drawn from, as values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sweep.records import TrialRecord, TrialState
from sweep.report.axes import Axis, varying_axes
from sweep.report.figures.classes import class_counts
from sweep.report.figures.curves import MOST, curves, drawn
from sweep.report.figures.final_scores import confusion, roc
from sweep.report.figures.history import history
from sweep.report.figures.parallel import parallel
from sweep.report.figures.parameters import parameters
from sweep.report.figures.style import literal, scale
from sweep.report.figures.times import times
from sweep.space.definition import Space
from tests.report.conftest import CLASSES, Made, config


def trace(figure: dict, name: str) -> dict:
    return next(one for one in figure["data"] if one.get("name") == name)


def test_the_history_has_each_result_and_the_best_so_far(make: Callable[..., Made]) -> None:
    run = make()
    for number, value in enumerate((0.5, 0.25, 0.75, 0.625)):
        run.trial(number, values=(value,), config=config(number))
    run.trial(4, TrialState.DIVERGED, (0.9,), config=config(4))
    figure = history(run.read())
    assert trace(figure, "results")["x"] == [1, 2, 3, 4]
    assert trace(figure, "results")["customdata"] == [[0, 1], [1, 1], [2, 1], [3, 1]]
    assert trace(figure, "best so far")["y"] == [0.5, 0.5, 0.75, 0.75]
    assert (trace(figure, "would win now")["x"], trace(figure, "would win now")["y"]) == ([3], [0.75])


def test_the_best_so_far_falls_where_less_is_better(make: Callable[..., Made]) -> None:
    run = make(objective={"metric": "val_accuracy", "direction": "min"})
    for number, value in enumerate((0.5, 0.75, 0.25)):
        run.trial(number, values=(value,), config=config(number))
    assert trace(history(run.read()), "best so far")["y"] == [0.5, 0.5, 0.25]
    assert scale("min")[0] == (0, scale("max")[2][1])


def test_a_promoted_trial_has_a_result_for_each_rung(halving: Made) -> None:
    figure = history(halving.read())
    assert trace(figure, "results")["customdata"] == [[0, 2], [1, 2], [1, 4]]
    assert trace(figure, "would win now")["x"] == [3]


def test_curves_have_gaps_between_trials_and_lines_at_the_rungs(halving: Made) -> None:
    figure = curves(halving.read())
    assert trace(figure, "trials")["x"] == [1, 2, None]
    assert trace(figure, "trials")["y"] == [0.26, 0.27, None]
    assert trace(figure, "trial 1, the best so far")["y"] == [0.51, 0.52, 0.53, 0.54, None]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [2, 4]
    assert trace(figure, "at a rung")["x"] == [2, None, 2, 4, None]
    assert trace(figure, "its best epoch")["x"] == [4]


def test_of_very_many_curves_the_best_are_drawn(make: Callable[..., Made], monkeypatch: pytest.MonkeyPatch) -> None:
    run = make()
    for number in range(12):
        run.trial(number, values=(number / 100,), config=config(number))
    assert len(drawn(run.read())) == 12 <= MOST
    monkeypatch.setattr("sweep.report.figures.curves.MOST", 6)
    assert drawn(run.read()) == [0, 3, 6, 9, 10, 11]


def test_of_many_curves_the_best_quarter_stands_out(make: Callable[..., Made]) -> None:
    run = make()
    for number in range(49):
        run.trial(number, values=(number / 100,), config=config(number % 12))
    figure = curves(run.read())
    assert [one for one in trace(figure, "the best quarter")["customdata"] if one is not None] == list(range(36, 48))
    assert len([one for one in trace(figure, "other trials")["customdata"] if one is not None]) == 36


def test_a_parameter_has_the_axis_of_its_domain(answered: Made) -> None:
    run = answered.read()
    assert run.axes == [
        Axis("conv_layers"),
        Axis("optimizer", categories=("adam", "sgd")),
        Axis("momentum"),
        Axis("learning_rate", log=True),
    ]
    figures = parameters(run)
    assert figures["learning_rate"]["layout"]["xaxis"]["type"] == "log"
    assert figures["optimizer"]["layout"]["xaxis"]["ticktext"] == ["adam", "sgd"]
    assert figures["conv_layers"]["layout"]["xaxis"]["dtick"] == 1
    points, winner = figures["learning_rate"]["data"]
    assert points["x"][:2] == pytest.approx([1e-4, 1.7783e-4]) and len(points["x"]) == 10
    assert points["y"][:2] == [0.5, 0.51]
    assert (winner["x"], winner["y"]) == ([pytest.approx(0.017783)], [0.59])


def test_trials_in_which_a_parameter_is_inactive_are_not_in_its_figure(answered: Made) -> None:
    points = parameters(answered.read())["momentum"]["data"][0]
    assert [about[0] for about in points["customdata"]] == [1, 3, 5, 7, 9]


def test_points_of_a_category_stand_beside_each_other(answered: Made) -> None:
    points = parameters(answered.read())["optimizer"]["data"][0]
    adam = [x for x, about in zip(points["x"], points["customdata"], strict=True) if about[1] == "adam"]
    assert all(-0.26 <= x <= 0.26 for x in adam) and len(set(adam)) == len(adam)


def test_parallel_coordinates_know_logarithms_categories_and_what_is_inactive(answered: Made) -> None:
    figure = parallel(answered.read())
    assert figure["trials"] == list(range(10))
    layers, optimizer, momentum, rate, objective = figure["data"][0]["dimensions"]
    assert (layers["tickvals"], layers["ticktext"]) == ([1, 2, 3], ["1", "2", "3"])
    assert optimizer["values"][:2] == [0, 1]
    assert optimizer["ticktext"] == ["adam", "sgd"]
    assert momentum["ticktext"][0] == "inactive"
    assert momentum["values"][0] == momentum["tickvals"][0] == momentum["range"][0] < momentum["values"][1]
    assert rate["values"][0] == -4 and rate["ticktext"][0] == "0.0001"
    assert objective["values"] == [round(0.5 + number / 100, 2) for number in range(10)]


def test_ticks_of_parallel_coordinates_are_no_html(make: Callable[..., Made]) -> None:
    run = make()
    for number, value in enumerate(("<b>a</b>", "a very long value")):
        run.trial(number, values=(0.5,), config=config(0) | {"mine": value})
    dimension = parallel(run.read())["data"][0]["dimensions"][0]
    assert dimension["ticktext"] == ["<b>a</b>", "a very long v…"]


def test_a_parameter_that_the_definition_lacks_has_an_axis_of_its_values(make: Callable[..., Made]) -> None:
    run = make()
    run.trial(0, values=(0.5,), config=config(0) | {"mine": "a", "size": 3})
    run.trial(1, values=(0.5,), config=config(0) | {"mine": "b", "size": 4})
    trials = run.read().result.trials
    assert varying_axes(run.read().space, trials) == [Axis("mine", categories=("a", "b")), Axis("size")]


def test_the_confusion_matrix_has_fractions_as_colours_and_counts_as_texts() -> None:
    figure = confusion({"classes": ["a", "b"], "confusion_matrix": [[3, 1], [0, 0]]})
    cells = figure["data"][0]
    assert cells["z"] == [[0.75, 0.25], [0, 0]]
    assert cells["text"] == [["3", "1"], ["", ""]]
    assert confusion({"classes": ["a"] * 300, "confusion_matrix": [[0] * 300] * 300}) is None


def test_of_many_roc_curves_those_with_the_smallest_areas_are_drawn() -> None:
    curve = {"fpr": [0, 0.123456, 1], "tpr": [0, 0.5, 1]}
    classes = [{"name": f"class {number}", "auc": number / 20, **curve} for number in range(20)]
    figure = roc({"roc": {"per_class": classes, "macro": {"auc": 0.5, **curve}, "micro": None}})
    names = [one["name"] for one in figure["data"]]
    assert names == [
        *(f"class {number} ({number / 20:.3f})" for number in range(10)),
        *("macro average (0.500)", "chance"),
    ]
    assert figure["data"][0]["x"] == [0, 0.1235, 1]
    assert roc({"roc": {"per_class": []}}) is None


def test_class_counts_are_bars_by_split_unless_there_are_too_many() -> None:
    figure = class_counts(["a", "b"], {"train": [3, 4], "test": [1, 2]})
    assert [(one["name"], one["y"]) for one in figure["data"]] == [("train", [3, 4]), ("test", [1, 2])]
    assert class_counts(["a"] * 101, {"train": [1] * 101}) is None


def test_times_are_those_of_the_epochs_and_of_the_attempts(answered: Made) -> None:
    figure = times(answered.read())
    assert trace(figure, "training")["y"][:2] == [1.5, 1.5]
    assert trace(figure, "other")["y"][10] >= 0


def test_a_name_cannot_be_markup_of_a_figure() -> None:
    assert literal(CLASSES[0]) == "&lt;script&gt;alert('x')&lt;/script&gt;"
    assert literal("a\nb") == "a\\nb"


def test_a_fixed_word_that_only_some_trials_have_is_an_axis_with_that_word() -> None:
    space = Space.model_validate(
        {
            "name": "s",
            "data": {"source": "digits"},
            "parameters": {
                "conv_layers": {"type": "int", "min": 1, "max": 2},
                "activation": {"type": "fixed", "value": "relu", "per": "conv_layers"},
            },
        }
    )
    one = {"conv_layers": 1, "activation_0": "relu"}
    configs = [one, {**one, "conv_layers": 2, "activation_1": "relu"}]
    trials = [TrialRecord(number, TrialState.COMPLETED, config, 3) for number, config in enumerate(configs)]
    (second,) = [axis for axis in varying_axes(space, trials) if axis.name == "activation_1"]
    assert [second.position(config.get("activation_1")) for config in configs] == [None, 0.0]
