from __future__ import annotations

import base64
import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from sweep.data.prepare import prepare
from sweep.report.images import images, mistakes
from sweep.report.pictures import picture
from sweep.space.data_settings import DataSettings
from tests.report.conftest import Made


def decoded(source: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def test_small_images_are_kept_to_the_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 1), dtype=np.uint8)
    made = picture(pixels, "a.png", "cat")
    assert made.is_small and made.source.startswith("data:image/png;base64,")
    assert (np.asarray(decoded(made.source)) == pixels[..., 0]).all()


def test_large_ones_are_made_small() -> None:
    made = picture(np.zeros((400, 200, 3), np.uint8), "a.png")
    assert not made.is_small and made.source.startswith("data:image/jpeg;base64,")
    assert decoded(made.source).size == (56, 112)


def test_classes_are_counted_from_the_labels_of_the_run(answered: Made) -> None:
    assert images(answered.read()).counts == {
        "train": [1, 1, 0, 0],
        "validation": [0, 1, 0, 0],
        "test": [0, 0, 0, 1],
    }
    answered.directory.labels_csv.write_text("image,split,label,class\na,nowhere,x,0\n")
    assert images(answered.read()).counts == {}


def test_samples_are_training_images_of_every_class_from_the_cache(make: Callable[..., Made], tmp_path) -> None:
    generator = np.random.default_rng(0)
    x, y = generator.integers(0, 255, (40, 8, 8), dtype=np.uint8), np.arange(40, dtype=np.int32) % 2
    x[1] = x[0]
    np.savez(tmp_path / "two.npz", x=x, y=y)
    dataset = prepare(DataSettings(source=str(tmp_path / "two.npz"))).dataset
    run = make(dataset_digest=dataset.digest, classes=list(dataset.classes)).read()
    (dataset.path / "test" / "images.npy").chmod(0)
    found = images(run)
    assert [one.lines for one in found.samples] == [("0",)] * 12 + [("1",)] * 12
    assert found.problems is not None and "more than one class" in found.problems[0]
    pixels, labels = dataset.train()
    assert (np.asarray(decoded(found.samples[0].source)) == pixels[labels == 0][0][..., 0]).all()


def test_mistakes_come_from_the_evaluation(answered: Made) -> None:
    found = mistakes(answered.read())
    assert [one.title for one in found] == ["<img src=x>.png", "four.png"]
    assert found[0].lines[0] == "is a \"quoted\" & 'b'"
