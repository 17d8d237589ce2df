from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweep.analysis.comparison import compare, curve_values
from sweep.analysis.contender import Contender
from sweep.analysis.curves import Point
from sweep.final.predictions import predictions_of, write_predictions
from sweep.records import Objective
from sweep.result import SweepResult
from sweep.space.load import parse_space
from sweep.store.layout import RunDirectory

DEFINITION = "name: {name}\ndata: {{source: {source}}}\nseed: {seed}\n"
METRICS = {"test": {"accuracy": 0.5, "accuracy_ci95": [0.4, 0.6], "n": 40}}
LABELS = np.arange(40) % 2


def contender(folder: Path, name: str, right: int | None = None, **more) -> Contender:
    """A run whose final model had the first `right` of 40 images right; None: no predictions were kept."""
    run = RunDirectory(folder / name)
    run.final.mkdir(parents=True)
    if right is not None:
        predicted = np.where(np.arange(40) < right, LABELS, 1 - LABELS)
        write_predictions(run.final, predictions_of(LABELS, np.eye(2)[predicted], np.zeros((40, 1, 1, 1)), ["x"] * 40))
    rows = [f"photo-{index}.png,test,{LABELS[index]},{LABELS[index]}\n" for index in more.pop("order", range(40))]
    run.labels_csv.write_text("image,split,label,class\n" + "".join(rows))
    goal = more.pop("goal", Objective("val_accuracy", "max"))
    result = SweepResult(name, run.root, "finished", goal, None, (), None, "d", more.pop("metrics", METRICS), 1)
    space = parse_space(DEFINITION.format(name=name, source=more.pop("source", "digits"), seed=more.pop("seed", 0)), "")
    return Contender(run, result, space, more.pop("digest", "same"), tuple(more.pop("curve", ())))


def test_the_same_images_and_enough_of_them_tell_a_difference_from_chance(tmp_path: Path) -> None:
    found = compare([contender(tmp_path, "a", 36), contender(tmp_path, "b", 20)])
    (duel,) = found.duels
    assert duel.bootstrap is not None
    assert (duel.bootstrap.only_first, duel.bootstrap.only_second, duel.bootstrap.difference) == (16, 0, 0.4)
    assert duel.bootstrap.is_more_than_chance
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))["on_test"][0]
    assert (told["first"], told["second"], told["paired_bootstrap"]["more_than_chance"]) == ("a", "b", True)


def test_images_in_another_order_are_found_by_their_names(tmp_path: Path) -> None:
    """The same model as the first one's, tested on the same images the other way round."""
    first = contender(tmp_path, "a", 30)
    second = contender(tmp_path, "b", 30, digest="other", order=range(39, -1, -1))
    predicted = np.where(np.arange(40) < 30, LABELS, 1 - LABELS)[::-1]
    folder = second.directory.final
    write_predictions(folder, predictions_of(LABELS[::-1], np.eye(2)[predicted], np.zeros((40, 1, 1, 1)), ["x"] * 40))
    (duel,) = compare([first, second]).duels
    assert duel.bootstrap is not None
    assert (duel.bootstrap.only_first, duel.bootstrap.only_second) == (0, 0)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"right": None}, "of each image was not kept; to evaluate it anew is one more look at test: sweep evaluate b"),
        ({"right": 30, "metrics": None}, "b has no final model: sweep retrain-best b"),
        ({"right": 30, "digest": "x", "source": "a/b"}, "a and b have images of different sources"),
        ({"right": 30, "digest": "x", "order": range(39)}, "a and b were tested on different images"),
        ({"right": 30, "digest": "x", "order": [0] * 40}, "test images of the same name"),
    ],
)
def test_where_chance_cannot_be_judged_it_is_said_why(more: dict, reason: str, tmp_path: Path) -> None:
    (duel,) = compare([contender(tmp_path, "a", 30), contender(tmp_path, "b", **more)]).duels
    assert duel.bootstrap is None
    assert duel.reason is not None and reason in duel.reason


def test_definitions_are_compared_with_the_first_key_by_key(tmp_path: Path) -> None:
    found = compare([contender(tmp_path, "a", 30), contender(tmp_path, "b", 30), contender(tmp_path, "c", 30, seed=7)])
    assert [one.key for one in found.differences["b"]] == ["name"]
    assert [str(one) for one in found.differences["c"]][1] == "seed was 0 and is now 7"
    assert len(found.duels) == 3


def test_objectives_that_differ_are_noticed(tmp_path: Path) -> None:
    low = Objective("val_loss", "min")
    runs = [contender(tmp_path, "a", 30), contender(tmp_path, "b", 30, goal=low)]
    assert not compare(runs).have_one_objective
    assert compare([runs[0]]).have_one_objective


def test_curves_are_read_off_at_the_same_numbers_of_epochs(tmp_path: Path) -> None:
    short = contender(tmp_path, "a", 30, curve=[Point(1, 0.25), Point(4, 0.5)])
    long = contender(tmp_path, "b", 30, curve=[Point(2, 0.5), Point(10, 0.75)])
    assert compare([short, long]).ticks == [2, 4, 6, 8, 10]
    assert curve_values(short, 5, 10) == [0.25, 0.5, None, None, None]
    assert curve_values(long, 5, 10) == [0.5, 0.5, 0.5, 0.5, 0.75]
    assert compare([replace(short, curve=())]).ticks == []
