from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sweep.report.prints import final_scores, parameters, search
from sweep.report.prints.canvas import canvas
from sweep.report.prints.draw import save
from sweep.report.times import trial_times
from tests.report.conftest import Made


def test_times_are_stacked_by_trial(answered: Made) -> None:
    run = answered.read()
    (axes,) = search.times(run).axes
    training, other = axes.containers
    assert [bar.get_height() for bar in training] == [one.training for one in trial_times(run)]
    assert [bar.get_y() for bar in other] == [bar.get_height() for bar in training]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training", "other"]


def test_images_are_stacked_by_class_and_split(answered: Made) -> None:
    run = answered.read()
    (axes,) = final_scores.classes(run).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["train", "validation", "test"]
    heights = [[bar.get_height() for bar in split] for split in axes.containers]
    assert heights == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]  # as labels.csv says
    assert [bar.get_y() for bar in axes.containers[1]] == [1, 1, 0, 0]
    assert len(axes.get_xticklabels()) == len(run.facts["classes"])


def test_a_line_for_each_trial_goes_through_all_its_values(answered: Made) -> None:
    run = answered.read()
    (axes,) = parameters.parallel(run).axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == len(run.axes) + 1]
    assert len(lines) == len(run.scored)
    values = np.array([trial.objective for trial in run.scored])
    ends = sorted(line.get_ydata()[-1] for line in lines)
    assert ends == pytest.approx(sorted((values - values.min()) / (values.max() - values.min())))
    (best,) = [line for line in lines if line.get_linewidth() > 2]
    assert best is lines[-1]  # drawn over the others
    assert [text.get_text() for text in axes.get_xticklabels()][-1] == run.metric


def test_the_two_that_matter_most_are_drawn_with_their_trials(answered: Made) -> None:
    run = answered.read()
    figure = parameters.interaction(run)
    axes = figure.axes[0]
    dots = next(one for one in axes.collections if len(one.get_offsets()) > 1 and one.get_zorder() == 3)
    names = axes.get_xlabel(), axes.get_ylabel()
    pair = [next(axis for axis in run.axes if axis.name == name) for name in names]
    shown = [
        tuple(axis.position(trial.config[axis.name]) for axis in pair)
        for trial in run.scored
        if all(axis.name in trial.config for axis in pair)
    ]
    assert np.asarray(dots.get_offsets()) == pytest.approx(np.array(shown), rel=1e-4)


def test_nothing_to_draw_is_no_figure(make) -> None:
    run = make(classes=[]).read()
    makers = (search.times, final_scores.classes, parameters.parallel, parameters.interaction)
    assert [make_figure(run) for make_figure in makers] == [None] * 4


def test_a_figure_that_is_drawn_anew_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg", "a.png", "b.png"):
        figure, axes = canvas(2, 1)
        axes.plot([1, 2], [3, 4], label="x")
        axes.legend()
        save(figure, tmp_path / name)
    for form in ("svg", "png"):
        assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()
