from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sweep.data.fitting import fit
from sweep.errors import SweepFailed
from sweep.final.predict import predict
from sweep.final.predictions import read_predictions
from sweep.run_definition import first_space
from sweep.store.layout import RunDirectory
from tests.tiny_sweep import open_store


def predicted(run: Path, paths: list[Path]):
    directory = RunDirectory(run)
    with open_store(run) as store:
        space, digest = first_space(directory, store), store.facts["dataset_digest"]
    return list(predict(directory, space, digest, paths))


@pytest.fixture(scope="module")
def photos(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The test images of the sweep as files, in the order of the data set."""
    arrays = np.load(finished.parents[1] / "tiny.npz")["x"]
    rows = [line.split(",") for line in (finished / "labels.csv").read_text().splitlines()]
    numbers = [int(re.search(r"\d+", row[0])[0]) for row in rows if row[1] == "test"]
    folder = tmp_path_factory.mktemp("photos")
    for place, number in enumerate(numbers):
        Image.fromarray(arrays[number]).save(folder / f"{place:03}.png")
    return sorted(folder.iterdir())


def test_images_are_prepared_as_in_the_evaluation_so_the_answers_are_the_same(
    finished: Path, photos: list[Path]
) -> None:
    kept = read_predictions(finished / "final")
    found = predicted(finished, photos)
    assert kept is not None and len(found) == len(kept.labels)
    assert [one.path for one in found] == photos
    assert [int(one.label or -1) for one in found] == kept.predicted.tolist()
    assert [next(iter(one.probabilities.values())) for one in found] == pytest.approx(
        kept.probability.tolist(), abs=1e-5
    )
    assert all(sum(one.probabilities.values()) == pytest.approx(1) for one in found)
    assert all(list(one.probabilities.values()) == sorted(one.probabilities.values(), reverse=True) for one in found)


def test_larger_and_coloured_images_are_made_to_fit_as_those_of_the_training(finished: Path, tmp_path: Path) -> None:
    large = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 48, 3), dtype=np.uint8))
    large.save(tmp_path / "large.png")
    Image.fromarray(fit(large, (8, 8), 1, "stretch")[..., 0]).save(tmp_path / "fitted.png")
    one, other = predicted(finished, [tmp_path / "large.png", tmp_path / "fitted.png"])
    assert one.probabilities == other.probabilities


def test_an_image_that_cannot_be_read_does_not_cost_the_others(
    finished: Path, photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "bad.png").write_bytes(b"no image")
    bad, good = predicted(finished, [tmp_path / "bad.png", photos[0]])
    assert (bad.label, bad.probabilities) == (None, {})
    assert bad.error == "no JPEG, PNG, GIF, BMP, WebP, TIFF or PPM image"
    assert good.error is None and good.label is not None


def test_the_logits_of_one_image_are_not_taken_for_probabilities(finished: Path, tmp_path: Path) -> None:
    import keras

    run = tmp_path / "runs" / "tiny-001"
    shutil.copytree(finished, run)
    bias = keras.initializers.Constant([0.5, 0.25, 0.75])
    last = keras.layers.Dense(3, kernel_initializer="zeros", bias_initializer=bias)
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), last])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.save(run / "final" / "model.keras")
    Image.new("L", (8, 8)).save(tmp_path / "one.png")
    (found,) = predicted(run, [tmp_path / "one.png"])
    wanted = np.exp([0.75, 0.5, 0.25]) / np.exp([0.5, 0.25, 0.75]).sum()
    assert list(found.probabilities) == ["2", "0", "1"]
    assert list(found.probabilities.values()) == pytest.approx(wanted.tolist(), abs=1e-6)


def test_a_model_that_cannot_be_loaded_is_named_with_how_to_make_it_anew(
    finished: Path, photos: list[Path], tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "tiny-001"
    shutil.copytree(finished, run)
    with zipfile.ZipFile(run / "final" / "model.keras", "w") as file:
        file.writestr("config.json", "{")
    with pytest.raises(SweepFailed) as caught:
        predicted(run, photos)
    assert str(caught.value).startswith(f"{run / 'final' / 'model.keras'}: cannot be loaded: ")
    assert str(caught.value).endswith(f"; make it anew with: sweep retrain-best tiny-001 --runs-dir {run.parent}")


@pytest.mark.parametrize("classes", [["0", "1"], ["0", "1", "2", "3"], ["0", "0", "1"], []])
def test_class_names_that_are_not_those_of_the_model_are_damage(
    classes: list[str], finished: Path, photos: list[Path], tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "tiny-001"
    shutil.copytree(finished, run)
    (run / "final" / "labels.json").write_text(json.dumps({"classes": classes}))
    with pytest.raises(SweepFailed) as caught:
        predicted(run, photos)
    assert str(caught.value) == (
        f"{run / 'final' / 'labels.json'}: is damaged: {len(set(classes))} classes are no names for 3 outputs; "
        f"make it anew with: sweep retrain-best tiny-001 --runs-dir {run.parent}"
    )
