from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweep.final.predictions import WORST, predictions_of, read_predictions, write_predictions

LABELS = np.array([0, 1, 2, 0], np.int64)
PROBABILITIES = np.array([[0.9, 0.05, 0.05], [0.6, 0.3, 0.1], [0.0, 0.75, 0.25], [0.1, 0.1, 0.8]])
IMAGES = np.arange(4 * 2 * 2 * 1, dtype=np.uint8).reshape(4, 2, 2, 1)
NAMES = ["a/0.png", "b/1.png", "c/<2>.png", "a/3.png"]


def test_the_surest_mistakes_come_first_with_their_pixels_and_names():
    found = predictions_of(LABELS, PROBABILITIES, IMAGES, NAMES)
    assert found.predicted.tolist() == [0, 0, 1, 2]
    assert found.probability.tolist() == pytest.approx([0.9, 0.6, 0.75, 0.8])
    assert found.label_probability.tolist() == pytest.approx([0.9, 0.3, 0.25, 0.1])
    assert found.worst.tolist() == [3, 2, 1]
    assert found.worst_names.tolist() == ["a/3.png", "c/<2>.png", "b/1.png"]
    assert (found.worst_images == IMAGES[[3, 2, 1]]).all()


def test_of_many_mistakes_only_the_worst_are_kept_as_pixels():
    many = 50
    sure = np.linspace(0.6, 0.9, many)
    found = predictions_of(
        np.ones(many, int), np.stack([sure, 1 - sure], 1), np.zeros((many, 1, 1, 1), np.uint8), ["x"] * many
    )
    assert found.worst.tolist() == list(range(many - 1, many - 1 - WORST, -1))
    assert len(found.labels) == many


def test_large_images_are_kept_small():
    images = np.zeros((4, 600, 300, 3), np.uint8)
    assert predictions_of(LABELS, PROBABILITIES, images, NAMES).worst_images.shape == (3, 200, 100, 3)


def test_they_are_read_as_they_were_written(tmp_path):
    found = predictions_of(LABELS, PROBABILITIES, IMAGES, NAMES)
    write_predictions(tmp_path, found)
    again = read_predictions(tmp_path)
    assert again is not None
    for name, array in vars(found).items():
        assert (getattr(again, name) == array).all() and getattr(again, name).dtype == array.dtype


def test_the_same_predictions_are_the_same_file(tmp_path):
    found = predictions_of(LABELS, PROBABILITIES, IMAGES, NAMES)
    write_predictions(tmp_path, found)
    before = (tmp_path / "predictions.npz").read_bytes()
    write_predictions(tmp_path, found)
    assert (tmp_path / "predictions.npz").read_bytes() == before


def test_a_byte_that_has_changed_is_found_or_does_no_harm(tmp_path):
    write_predictions(tmp_path, predictions_of(LABELS, PROBABILITIES, IMAGES, NAMES))
    path = tmp_path / "predictions.npz"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        found = read_predictions(tmp_path)
        assert found is None or found.predicted.tolist() == [0, 0, 1, 2], place


@pytest.mark.parametrize("change", [{"predicted": np.zeros(3)}, {"labels": np.zeros((4, 1))}, {"worst": np.zeros(1)}])
def test_what_does_not_fit_together_is_none(tmp_path, change):
    found = predictions_of(LABELS, PROBABILITIES, IMAGES, NAMES)
    write_predictions(tmp_path, replace(found, **change))
    assert read_predictions(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_what_is_damaged_or_not_there_is_none(tmp_path, content):
    assert read_predictions(tmp_path) is None
    (tmp_path / "predictions.npz").write_bytes(content)
    assert read_predictions(tmp_path) is None
