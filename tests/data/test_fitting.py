import numpy as np
import pytest
from PIL import Image

from sweep.data.fitting import fit


@pytest.fixture
def flag():
    """(4, 8): left quarter red, middle half green, right quarter blue."""
    x = np.zeros((4, 8, 3), np.uint8)
    x[:, :2, 0] = x[:, 2:6, 1] = x[:, 6:, 2] = 255
    return Image.fromarray(x)


def test_the_right_size_is_left_alone(flag):
    for how in ("stretch", "crop", "pad"):
        np.testing.assert_array_equal(fit(flag, (4, 8), 3, how), np.asarray(flag))


def test_stretch_shows_all_of_the_image(flag):
    x = fit(flag, (4, 4), 3, "stretch")
    assert x.shape == (4, 4, 3)
    assert (x[0, 0, 0] > 200) and (x[0, 1, 1] > 150) and (x[0, 3, 2] > 200)


def test_stretch_averages_over_the_pixels_it_covers():
    stripes = np.zeros((8, 8), np.uint8)
    stripes[:, ::2] = 200
    x = fit(Image.fromarray(stripes), (2, 2), 1, "stretch")
    assert np.abs(x.astype(int) - 100).max() <= 10


def test_crop_cuts_both_ends_equally(flag):
    x = fit(flag, (4, 4), 3, "crop")
    np.testing.assert_array_equal(x, np.full((4, 4, 3), (0, 255, 0)))


def test_crop_of_a_tall_image_cuts_top_and_bottom(flag):
    x = fit(flag.transpose(Image.Transpose.TRANSPOSE), (4, 4), 3, "crop")
    np.testing.assert_array_equal(x, np.full((4, 4, 3), (0, 255, 0)))


def test_pad_keeps_the_proportions_and_fills_with_black():
    x = fit(Image.new("RGB", (8, 4), "white"), (8, 8), 3, "pad")
    np.testing.assert_array_equal(x[2:6], 255)
    np.testing.assert_array_equal(x[[0, 1, 6, 7]], 0)


def test_pad_leaves_something_of_a_very_long_image():
    x = fit(Image.new("L", (1000, 1), 255), (32, 32), 1, "pad")
    assert (x == 255).sum() == 32


def test_one_channel_of_colour_is_its_luminance():
    x = fit(Image.new("RGB", (2, 2), (255, 0, 0)), (2, 2), 1, "stretch")
    assert x.shape == (2, 2, 1)
    assert (x == 76).all()


def test_three_channels_of_grey_are_equal():
    x = fit(Image.new("L", (2, 2), 9), (4, 2), 3, "stretch")
    assert x.shape == (4, 2, 3)
    assert (x == 9).all()


def test_height_comes_first():
    assert fit(Image.new("RGB", (50, 50)), (10, 20), 3, "stretch").shape == (10, 20, 3)
