import io

import numpy as np
import pytest
from PIL import Image

from sweep.data.reduction import Use, is_reducible, place, reduce


@pytest.mark.parametrize(
    ("use", "width", "height", "scale"),
    [
        (Use((64, 64), "crop"), 500, 333, 2),  # its height becomes 64: of 166 twice as many are left, of 83 not
        (Use((64, 64), "crop"), 333, 500, 2),
        (Use((64, 64), "crop"), 255, 4000, 1),
        (Use((64, 64), "crop"), 256, 4000, 2),
        (Use((64, 64), "crop"), 4000, 3000, 8),
        (Use((64, 64), "stretch"), 255, 4000, 1),
        (Use((64, 64), "stretch"), 256, 256, 2),
        (Use((64, 64), "pad"), 512, 255, 2),  # all of it becomes 64 x 32: its height may be halved, too
        (Use((64, 64), "crop"), 512, 255, 1),
        (Use((64, 64), "pad"), 255, 512, 2),
        (Use((64, 128), "stretch"), 511, 4000, 1),  # (height, width): its width becomes 128
        (Use((64, 128), "stretch"), 512, 256, 2),
        (Use((64, 128), "stretch"), 256, 512, 1),
        (Use((8, 8), "stretch"), 127, 300, 1),  # the perceptual hash needs 64 at least
        (Use((8, 8), "stretch"), 128, 300, 2),
        (Use((8, 8), "pad"), 8000, 100, 1),
        (Use(), 127, 4000, 1),
        (Use(), 128, 4000, 2),
        (Use(), 256, 4000, 4),
        (Use(), 512, 4000, 8),
        (Use(), 60000, 60000, 8),
        (Use((300, 300), "crop"), 300, 300, 1),
    ],
)
def test_twice_as_many_pixels_as_will_be_are_left_where_it_matters(use, width, height, scale):
    assert use.scale(width, height) == scale


def photo(encoded, size=(333, 222), mode="RGB", **options):
    """A smooth image with an edge at each side, as JPEG."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    channels = [127 + 100 * np.sin(x / 40 + k) * np.cos(y / (30 + 9 * k)) for k in range(3)]
    return encoded(Image.fromarray(np.stack(channels, 2).astype(np.uint8)).convert(mode), "JPEG", **options)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"mode": "L"}, {"mode": "CMYK"}, {"optimize": True}])
@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_every_kind_of_jpeg_is_decoded_at_its_scale(encoded, scale, options):
    data = photo(encoded, **options)
    image = Image.open(io.BytesIO(data))
    assert is_reducible(image, data)
    assert reduce(image, scale) == scale
    small = np.asarray(image.convert("RGB")).astype(int)
    assert small.shape[:2] == (-(-222 // scale), -(-333 // scale))
    whole = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)
    inside = whole[: 222 // scale * scale, : 333 // scale * scale]
    means = inside.reshape(222 // scale, scale, 333 // scale, scale, 3).mean((1, 3))
    assert np.abs(small[: 222 // scale, : 333 // scale] - means).max() < 6


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP", "TIFF", "GIF"])
def test_other_formats_are_not_reduced(encoded, kind):
    data = encoded(Image.new("RGB", (512, 512)), kind)
    assert not is_reducible(Image.open(io.BytesIO(data)), data)


def test_a_phones_picture_of_several_is_reduced_as_a_jpeg_is(encoded):
    many = [Image.new("RGB", (512, 512), colour) for colour in ("red", "blue")]
    data = encoded(many[0], "MPO", save_all=True, append_images=many[1:])
    image = Image.open(io.BytesIO(data))
    assert (image.format, is_reducible(image, data), reduce(image, 8), image.size) == ("MPO", True, 8, (64, 64))
    assert np.abs(np.asarray(image).astype(int) - (255, 0, 0)).max() <= 3


def frame(data):
    """Where the marker of the frame stands."""
    return next(at for at in range(len(data)) if data[at : at + 5] == b"\xff\xc0\0\x11\x08")


@pytest.mark.parametrize("marker", [0xC3, 0xC7, 0xCB, 0xCF])
def test_a_lossless_frame_is_not_reduced_for_there_the_decoder_writes_whole_lines(encoded, marker):
    data = bytearray(photo(encoded))
    data[frame(data) + 1] = marker
    assert not is_reducible(Image.open(io.BytesIO(data)), bytes(data))


def test_what_two_readers_might_take_differently_is_not_reduced(encoded):
    data = photo(encoded)
    at = frame(data)
    image = Image.open(io.BytesIO(data))
    assert is_reducible(image, data[:at] + b"\xff\xfe\0\x04hi" + data[at:])
    for between in (b"\0", b"\xff", b"\xff\x01", b"\xff\xd0", b"\xff\xf0\0\x02", b"\xff\xfe\0\x01", b"\xff\xd8"):
        assert not is_reducible(image, data[:at] + between + data[at:]), between
    for length in range(at + 2):
        assert not is_reducible(image, data[:length]), length


CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


@pytest.mark.parametrize("orientation", CORNERS)
def test_the_box_ends_within_the_pixel_that_was_at_the_right_or_the_bottom(orientation):
    right, bottom = CORNERS[orientation]
    box = place(333, 222, 4, orientation)
    assert box == (0.75 * right, 0.5 * bottom, 83.25 + 0.75 * right, 55.5 + 0.5 * bottom)
    assert place(333, 222, 1, orientation) == (0, 0, 333, 222)
