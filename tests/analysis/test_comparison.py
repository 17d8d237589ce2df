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
from sweep.records import Objective, TrialRecord, TrialState
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
    (duel,) = found.on_test
    assert duel.bootstrap is not None
    assert (duel.bootstrap.only_first, duel.bootstrap.only_second, duel.bootstrap.difference) == (16, 0, 0.4)
    assert duel.bootstrap.is_more_than_chance
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))["on_test"][0]
    assert (told["first"], told["second"], told["paired_bootstrap"]["more_than_chance"]) == ("a", "b", True)


def with_hits(one: Contender, right: int, of: int = 20) -> Contender:
    """The same with a best trial that had the first `right` of its validation images right."""
    with one.directory.labels_csv.open("a") as file:
        file.writelines(f"other-{index}.png,validation,0,0\n" for index in range(of))
    best = TrialRecord(0, TrialState.COMPLETED, {}, 1, best_epoch=1, objective=0.5)
    return replace(one, result=replace(one.result, trials=(best,)), hits=tuple(index < right for index in range(of)))


def test_best_trials_are_compared_on_the_same_validation_images(tmp_path: Path) -> None:
    first, second = (with_hits(contender(tmp_path, name), right) for name, right in (("a", 8), ("b", 18)))
    found = compare([first, second])
    (duel,) = found.on_validation
    assert duel.bootstrap is not None
    assert (duel.bootstrap.n, duel.bootstrap.only_first, duel.bootstrap.only_second) == (20, 0, 10)
    assert (duel.bootstrap.difference, duel.bootstrap.is_more_than_chance) == (-0.5, True)
    assert found.to_json()["on_validation"][0]["paired_bootstrap"]["only_second"] == 10


def test_validation_images_that_are_others_are_not_compared(tmp_path: Path) -> None:
    first, second = with_hits(contender(tmp_path, "a"), 8), with_hits(contender(tmp_path, "b", digest="x"), 8, of=19)
    (duel,) = compare([first, second]).on_validation
    assert duel.reason == "a and b have different validation images, as their labels.csv say"


def test_without_hits_validation_cannot_be_judged(tmp_path: Path) -> None:
    first, second = with_hits(contender(tmp_path, "a"), 8), contender(tmp_path, "b")
    assert compare([first, second]).on_validation[0].reason == "b has no completed trial"
    second = replace(with_hits(second, 8), hits=None)
    assert compare([first, second]).on_validation[0].reason == (
        "b has not kept that of each image: an earlier version trained it"
    )


def test_images_in_another_order_are_found_by_their_names(tmp_path: Path) -> None:
    """The same model as the first one's, tested on the same images the other way round."""
    first = contender(tmp_path, "a", 30)
    second = contender(tmp_path, "b", 30, digest="other", order=range(39, -1, -1))
    predicted = np.where(np.arange(40) < 30, LABELS, 1 - LABELS)[::-1]
    folder = second.directory.final
    write_predictions(folder, predictions_of(LABELS[::-1], np.eye(2)[predicted], np.zeros((40, 1, 1, 1)), ["x"] * 40))
    (duel,) = compare([first, second]).on_test
    assert duel.bootstrap is not None
    assert (duel.bootstrap.only_first, duel.bootstrap.only_second) == (0, 0)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"right": None}, "of each image was not kept; to evaluate anew is one more look at test: sweep evaluate b"),
        ({"right": 30, "metrics": None}, "b has no final model: sweep retrain-best b"),
        ({"right": 30, "digest": "x", "source": "a/b"}, "a and b have images of different sources"),
        ({"right": 30, "digest": "x", "order": range(39)}, "a and b have different test images"),
        ({"right": 30, "digest": "x", "order": [0] * 40}, "test images of the same name"),
    ],
)
def test_where_chance_cannot_be_judged_it_is_said_why(more: dict, reason: str, tmp_path: Path) -> None:
    (duel,) = compare([contender(tmp_path, "a", 30), contender(tmp_path, "b", **more)]).on_test
    assert duel.bootstrap is None
    assert duel.reason is not None and reason in duel.reason


def test_damaged_metrics_are_told_as_such(tmp_path: Path) -> None:
    first, second = contender(tmp_path, "a", 30), contender(tmp_path, "b", 30, metrics=None)
    second = replace(second, result=replace(second.result, damage="metrics.json: is damaged"))
    (duel,) = compare([first, second]).on_test
    assert duel.reason == "metrics.json: is damaged"


def test_predictions_that_are_damaged_are_said_with_how_to_make_them_anew(tmp_path: Path) -> None:
    first, second = contender(tmp_path, "a", 30), contender(tmp_path, "b", 30)
    path = second.directory.final / "predictions.npz"
    path.write_bytes(b"damaged")
    (duel,) = compare([first, second]).on_test
    again = f"to evaluate anew is one more look at test: sweep evaluate b --runs-dir {tmp_path}"
    assert duel.reason == f"{path} is damaged; {again}"


def test_definitions_are_compared_with_the_first_key_by_key(tmp_path: Path) -> None:
    found = compare([contender(tmp_path, "a", 30), contender(tmp_path, "b", 30), contender(tmp_path, "c", 30, seed=7)])
    assert [one.key for one in found.differences["b"]] == ["name"]
    assert [str(one) for one in found.differences["c"]][1] == "seed was 0 and is now 7"
    assert len(found.on_test) == 3


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
