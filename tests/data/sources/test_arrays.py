import numpy as np
import pytest

from sweep.data.sources.arrays import ArraySource
from sweep.errors import DataError
from sweep.space.data_settings import Splits


def source(images, labels, **options):
    return ArraySource(lambda: images, {part: np.asarray(y) for part, y in labels.items()}, "x", **options)


def loaded(opened):
    return [load() for _, load in opened.loads(opened.items)]


def test_one_array_has_no_splits():
    x = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    opened = source({"image": x}, {"image": [0, 1, 0]})
    assert [(item.name, item.label, item.split) for item in opened.items] == [
        ("image[0]", "0", None),
        ("image[1]", "1", None),
        ("image[2]", "0", None),
    ]
    np.testing.assert_array_equal(np.stack(loaded(opened)), x[..., np.newaxis])
    assert opened.sizes() == {(2, 2): 3}


def test_parts_are_splits():
    x = {part: np.zeros((1, 2, 2, 3), np.uint8) for part in ("train", "val", "test")}
    opened = source(x, {part: [0] for part in x})
    assert [(item.name, item.split) for item in opened.items] == [
        ("train[0]", "train"),
        ("val[0]", "validation"),
        ("test[0]", "test"),
    ]


def test_settings_choose_parts_and_classes_are_only_those_of_the_chosen():
    x = {part: np.zeros((1, 2, 2), np.uint8) for part in ("train", "val", "test")}
    opened = source(x, {"train": [0], "val": [1], "test": [2]}, splits=Splits(test="val"))
    assert [(item.name, item.split) for item in opened.items] == [("train[0]", "train"), ("val[0]", "test")]
    assert opened.classes == ("0", "1")


def test_the_range_of_floats_is_that_of_all_parts():
    x = {"train": np.full((1, 1, 1), 1.0), "test": np.full((1, 1, 1), 200.0)}
    assert [image.item() for image in loaded(source(x, {"train": [0], "test": [0]}))] == [1, 200]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 4), np.uint8), r"images of image: have the shape \(2, 4\)"),
        (np.zeros((2, 4, 4, 2), np.uint8), r"have the shape \(2, 4, 4, 2\)"),
        (np.zeros((2, 0, 4), np.uint8), r"have the shape \(2, 0, 4, 1\)"),
        (np.zeros((3, 4, 4), np.uint8), "are 3, but there are 2 labels"),
        (np.zeros((2, 4, 4), complex), "are complex128; expected integers or floats"),
        (np.full((2, 4, 4), -1.0), "-1 to -1 are neither in 0..1 nor in 0..255"),
        (np.full((2, 4, 4), np.inf), "neither in 0..1 nor in 0..255"),
    ],
)
def test_what_is_no_image_is_refused(x, message):
    with pytest.raises(DataError, match=message):
        loaded(source({"image": x}, {"image": [0, 1]}))


def test_two_types_of_images_are_refused():
    x = {"train": np.zeros((1, 2, 2), np.uint8), "test": np.zeros((1, 2, 2), np.float32)}
    with pytest.raises(DataError, match="several types: float32, uint8"):
        loaded(source(x, {"train": [0], "test": [0]}))


def test_contents_are_those_of_the_converted_images():
    x = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    whole, floats = (source({"image": y}, {"image": [0, 1]}) for y in (x, x.astype(float)))
    assert whole.contents(whole.items) == floats.contents(floats.items)
    assert len(set(whole.contents(whole.items))) == 2
