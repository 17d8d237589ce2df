import numpy as np
import pytest

from sweep.model.image_input import ImageInput
from sweep.model.scaling import pixel_input, scaling_layer


def test_the_input_is_raw_pixels(image_input):
    pixels = pixel_input(image_input)
    assert (pixels.shape, pixels.dtype) == ((None, 8, 8, 3), "uint8")


def test_standardize_uses_the_given_statistics_of_each_channel(image_input, images):
    expected = (images - np.array([120.0, 100.0, 80.0])) / np.array([50.0, 40.0, 30.0])
    assert np.allclose(scaling_layer("standardize", image_input)(images), expected, atol=1e-5)


def test_a_channel_of_one_value_is_moved_to_zero_and_not_divided():
    flat = ImageInput((1, 1, 1), 2, (7.0,), (1e-12,))
    pixels = np.array([7, 8], np.uint8).reshape(2, 1, 1, 1)
    assert np.allclose(np.ravel(scaling_layer("standardize", flat)(pixels)), [0.0, 1.0])


@pytest.mark.parametrize(("scaling", "factor"), [("unit", 1 / 255), ("none", 1.0)])
def test_unit_and_none_give_floats_of_the_pixels(image_input, images, scaling, factor):
    scaled = np.asarray(scaling_layer(scaling, image_input)(images))
    assert scaled.dtype == np.float32
    assert np.allclose(scaled, images * factor)
