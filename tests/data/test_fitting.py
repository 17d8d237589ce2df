import numpy as np
import pytest
from PIL import Image, ImageOps

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


@pytest.mark.parametrize("size", [(7, 5), (64, 64), (13, 40), (1, 9)])
@pytest.mark.parametrize("stored", [(100, 80), (80, 100), (333, 500), (64, 64), (3, 200), (129, 65)])
def test_crop_is_the_librarys(noise, size, stored):
    expected = ImageOps.fit(noise(1, stored), (size[1], size[0]), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(fit(noise(1, stored), size, 3, "crop"), np.asarray(expected))


@pytest.mark.parametrize("how", ["stretch", "crop", "pad"])
def test_only_what_lies_in_the_box_is_seen(noise, how):
    """The library's filter looks a little over the edge of a box, as far as the next pixel of the result."""
    image = Image.new("RGB", (60, 44), "red")
    image.paste(noise(1, (50, 40)), (7, 3))
    seen, expected = fit(image, (10, 10), 3, how, (7, 3, 57, 43)), fit(noise(1, (50, 40)), (10, 10), 3, how)
    np.testing.assert_array_equal(seen[2:-2, 1:-1], expected[2:-2, 1:-1])


@pytest.mark.parametrize("how", ["stretch", "pad"])
def test_a_box_may_begin_and_end_within_a_pixel(how):
    """A ramp of 0, 2, 4 ...: each end is a little nearer to the middle where the box is a little smaller."""
    ramp = Image.fromarray(np.tile(np.arange(0, 256, 2, dtype=np.uint8), (64, 1)))
    boxes = [(32, 0, 96, 64), (32.75, 0, 95.25, 64), (33.5, 0, 94.5, 64)]
    ends = [fit(ramp, (8, 8), 1, how, box)[4, [0, -1], 0].astype(int) for box in boxes]
    assert ends[0][0] < ends[1][0] < ends[2][0]
    assert ends[0][1] > ends[1][1] > ends[2][1]


@pytest.mark.parametrize("how", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("scale", [2, 4, 8])
def test_a_box_of_nearly_the_wanted_proportions_is_within_the_image(how, scale):
    for width in range(640, 660):
        for height in (480, 485, 493):
            pixels = Image.new("L", (-(-width // scale), -(-height // scale)), 255)
            for left, top in ((0, 0), (pixels.width - width / scale, pixels.height - height / scale)):
                box = (left, top, left + width / scale, top + height / scale)
                assert fit(pixels, (24, 32), 1, how, box).max() == 255
