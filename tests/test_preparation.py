from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.errors import DataError, InputError
from sweep.model.image_input import ImageInput
from sweep.preparation import get_ready, write_labels
from sweep.space.definition import Space
from sweep.space.load import load_space
from tests.tiny_sweep import write_images, write_space


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    write_images(tmp_path / "tiny.npz")
    return tmp_path


def space(folder: Path, *overrides: str) -> Space:
    return load_space(write_space(folder), overrides)


def test_the_data_is_prepared_once_and_the_space_stays_as_it_is(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    wanted = space(folder)
    ready = get_ready(wanted, lambda done, total: seen.append((done, total)))
    assert ready.space == wanted
    assert (ready.dataset.train_size, ready.dataset.validation_size, ready.dataset.test_size) == (38, 10, 12)
    assert (ready.prepared.from_cache, seen[-1]) == (False, (60, 60))
    seen.clear()
    assert get_ready(wanted, lambda done, total: seen.append((done, total))).prepared.from_cache
    assert seen == []


def test_a_model_is_told_of_the_images_and_of_the_training_statistics(folder: Path) -> None:
    ready = get_ready(space(folder))
    train, _ = ready.dataset.train()
    assert ready.image_input == ImageInput((8, 8, 1), 3, ready.dataset.mean, ready.dataset.variance)
    assert ready.image_input.mean == pytest.approx([np.asarray(train).mean()])


@pytest.mark.parametrize(
    ("parameter", "problem"),
    [
        ("38", None),
        ("39", "(39): 39 is above"),
        ("{type: int, min: 8, max: 38}", None),
        ("{type: int, min: 8, max: 1000000000}", "(8 to 1000000000): 1000000000 is above"),
        ("{type: int, min: 8, max: 64, step: 8}", "64 is above"),
        ("{type: choice, values: [16, 32]}", None),
        ("{type: choice, values: [64, 32]}", "64 is above"),
    ],
)
def test_no_batch_may_be_larger_than_the_training_split(parameter: str, problem: str | None, folder: Path) -> None:
    wanted = space(folder, f"parameters.batch_size={parameter}")
    if problem is None:
        assert get_ready(wanted).space == wanted
        return
    with pytest.raises(InputError) as caught:
        get_ready(wanted)
    assert str(caught.value).startswith("parameters.batch_size (")
    assert problem in str(caught.value) and str(caught.value).endswith(" the 38 training images")


def test_what_is_wrong_with_the_data_is_said_first(folder: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        get_ready(space(folder, "data.source=nowhere", "parameters.batch_size=1000"))


def test_labels_have_a_row_for_every_image(folder: Path) -> None:
    dataset = get_ready(space(folder)).dataset
    write_labels(folder / "labels.csv", dataset)
    rows: list[dict[str, Any]] = list(csv.DictReader((folder / "labels.csv").open()))
    assert list(rows[0]) == ["image", "split", "label", "class"]
    assert len({row["image"] for row in rows}) == 60
    assert [row["split"] for row in rows] == ["train"] * 38 + ["validation"] * 10 + ["test"] * 12
    assert all(row["label"] == row["class"] for row in rows)
    _, codes = dataset.validation()
    assert [int(row["class"]) for row in rows if row["split"] == "validation"] == list(codes)


def test_a_label_is_no_formula_for_a_spreadsheet(folder: Path) -> None:
    data = np.arange(60 * 16, dtype=np.uint8).reshape(60, 4, 4)
    np.savez(folder / "tiny.npz", x=data, y=np.array(["=1+1", "@b"] * 30))
    write_labels(folder / "labels.csv", get_ready(space(folder)).dataset)
    rows = list(csv.DictReader((folder / "labels.csv").open()))
    assert {row["label"] for row in rows} == {"'=1+1", "'@b"}


def test_a_batch_size_without_a_sensible_end_is_refused_and_not_counted(folder: Path) -> None:
    with pytest.raises(InputError, match="1000000000000 is above the 38 training images"):
        get_ready(space(folder, "parameters.batch_size={type: int, min: 1, max: 1000000000000}"))
