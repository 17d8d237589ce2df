import hashlib
import io
import resource
import struct
import warnings
import zlib
from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps

from sweep.data import images
from sweep.data.fitting import fit
from sweep.data.images import examine, perceptual_hash, pixel_digest, plain, stored_size
from sweep.data.reduction import Use
from sweep.data.sources.source import Item

ITEM = Item("cat/a", "cat", None, "cat/a")


def look(data):
    return examine(ITEM, lambda: data)


def pixels(data):
    facts, image = look(data)
    assert facts.error is None, facts.error
    return np.asarray(image)


@pytest.fixture
def ramp():
    """(2, 3) pixels that are all different, so that no turn or flip leaves them as they are."""
    return Image.fromarray(
        np.array([[[10, 20, 30], [40, 50, 60], [70, 80, 90]], [[100, 110, 120]] * 2 + [[0, 255, 1]]], np.uint8)
    )


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_a_lossless_format_gives_the_very_pixels(ramp, encoded, kind):
    facts, image = look(encoded(ramp, kind))
    assert (facts.format, facts.mode, facts.width, facts.height) == (kind, "RGB", 3, 2)
    np.testing.assert_array_equal(np.asarray(image), np.asarray(ramp))


def test_webp_gives_the_very_pixels_where_it_is_lossless(ramp, encoded):
    np.testing.assert_array_equal(pixels(encoded(ramp, "WEBP", lossless=True)), np.asarray(ramp))


def test_jpeg_gives_nearly_its_colour(encoded):
    red = Image.new("RGB", (16, 16), (200, 30, 40))
    assert np.abs(pixels(encoded(red, "JPEG", quality=95)).astype(int) - (200, 30, 40)).max() <= 3


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_counts_as_its_first_frame(encoded, kind):
    first, second = Image.new("RGB", (4, 4), (255, 0, 0)), Image.new("RGB", (4, 4), (0, 0, 255))
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(first, kind, save_all=True, append_images=[second], **options)
    assert Image.open(io.BytesIO(data)).n_frames == 2
    np.testing.assert_array_equal(pixels(data), np.full((4, 4, 3), (255, 0, 0)))


def test_grey_stays_grey(encoded):
    facts, image = look(encoded(Image.new("L", (3, 2), 77)))
    assert (facts.mode, image.mode) == ("L", "L")
    assert np.asarray(image).tolist() == [[77] * 3] * 2


def test_one_bit_is_black_and_white(encoded):
    facts, image = look(encoded(Image.fromarray(np.array([[True, False]]))))
    assert (facts.mode, np.asarray(image).tolist()) == ("1", [[255, 0]])


def test_a_palette_becomes_its_colours(encoded):
    image = Image.new("P", (2, 1))
    image.putpalette([9, 8, 7, 200, 100, 50])
    image.putpixel((1, 0), 1)
    assert look(encoded(image))[0].mode == "P"
    assert pixels(encoded(image)).tolist() == [[[9, 8, 7], [200, 100, 50]]]


def test_a_transparent_palette_entry_is_white(encoded):
    image = Image.new("P", (2, 1))
    image.putpalette([9, 8, 7, 200, 100, 50])
    image.putpixel((1, 0), 1)
    for kind in ("PNG", "GIF"):
        assert pixels(encoded(image, kind, transparency=0)).tolist() == [[[255, 255, 255], [200, 100, 50]]]


def test_transparency_lets_white_through(encoded):
    image = Image.new("RGBA", (3, 1))
    for x, alpha in enumerate((0, 255, 51)):
        image.putpixel((x, 0), (0, 0, 100, alpha))
    assert pixels(encoded(image)).tolist() == [[[255, 255, 255], [0, 0, 100], [204, 204, 224]]]


def test_grey_with_transparency_lets_white_through_and_stays_grey(encoded):
    image = Image.new("LA", (2, 1), (100, 0))
    image.putpixel((1, 0), (100, 255))
    assert pixels(encoded(image)).tolist() == [[255, 100]]


def test_a_transparent_colour_of_rgb_is_white(encoded):
    image = Image.new("RGB", (2, 1), (1, 2, 3))
    image.putpixel((1, 0), (50, 60, 70))
    assert pixels(encoded(image, transparency=(1, 2, 3))).tolist() == [[[255, 255, 255], [50, 60, 70]]]


def test_cmyk_becomes_rgb(encoded):
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    facts, image = look(encoded(cmyk, "TIFF"))
    assert (facts.mode, np.asarray(image)[0, 0].tolist()) == ("CMYK", [255, 0, 0])


def test_cmyk_stored_inverted_as_adobe_does_becomes_rgb(encoded):
    data = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=100)
    assert b"Adobe" in data
    assert look(data)[0].mode == "CMYK"
    assert np.abs(pixels(data).astype(int) - (255, 0, 0)).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_scaled_not_clipped(encoded, kind):
    values = np.array([[0, 128, 129, 257, 32768, 65535]], np.uint16)
    facts, image = look(encoded(Image.fromarray(values), kind))
    assert facts.mode == "I;16"
    assert np.asarray(image).tolist() == [[0, 0, 1, 1, 128, 255]]


def test_32_bit_integers_are_taken_for_16_bits(encoded):
    image = Image.fromarray(np.array([[0, 257, 65535]], np.int32))
    assert image.mode == "I"
    assert pixels(encoded(image, "TIFF")).tolist() == [[0, 1, 255]]


def test_32_bit_integers_beyond_16_bits_have_no_known_range(encoded):
    facts, image = look(encoded(Image.fromarray(np.array([[0, 70000]], np.int32)), "TIFF"))
    assert image is None
    assert "70000" in facts.error


def test_floats_up_to_1_and_up_to_255_are_both_understood(encoded):
    for values in ([[0.0, 0.2, 1.0]], [[0.0, 51.0, 255.0]]):
        image = Image.fromarray(np.array(values, np.float32))
        assert image.mode == "F"
        assert pixels(encoded(image, "TIFF")).tolist() == [[0, 51, 255]]


def test_floats_of_another_range_cannot_be_decoded(encoded):
    facts, _ = look(encoded(Image.fromarray(np.array([[-1.0, 3000.0]], np.float32)), "TIFF"))
    assert "-1 to 3000" in facts.error


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_honoured(ramp, encoded, orientation, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(ramp, kind, exif=exif(orientation), **options)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    facts, image = look(data)
    np.testing.assert_array_equal(np.asarray(image), expected)
    assert (facts.height, facts.width) == expected.shape[:2] == ((3, 2) if orientation > 4 else (2, 3))


def test_orientation_6_turns_the_first_row_into_the_last_column(ramp, encoded):
    turned = pixels(encoded(ramp, exif=exif(6)))
    np.testing.assert_array_equal(turned, np.rot90(np.asarray(ramp), -1))


def test_a_turned_jpeg_has_its_turned_size(encoded):
    data = encoded(Image.new("RGB", (20, 10)), "JPEG", exif=exif(8))
    facts, image = look(data)
    assert (facts.width, facts.height, image.size) == (10, 20, (10, 20))
    assert stored_size(lambda: data) == (20, 10)


def test_damaged_exif_data_does_not_take_the_image_with_it(ramp, encoded):
    data = encoded(ramp, exif=b"Exif\0\0no TIFF header at all")
    np.testing.assert_array_equal(pixels(data), np.asarray(ramp))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF"])
def test_a_truncated_image_cannot_be_decoded(noise, encoded, kind):
    data = encoded(noise(0, (64, 64)), kind)
    facts, image = look(data[: len(data) // 2])
    assert image is None
    assert facts.error and "\n" not in facts.error
    assert (facts.format, facts.width, facts.pixels, facts.phash) == (kind, 64, None, None)
    assert facts.content == hashlib.sha256(data[: len(data) // 2]).hexdigest()


def test_truncated_images_are_not_let_through_by_a_global_switch():
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_an_empty_file_is_called_that():
    assert look(b"")[0].error == "empty file"


def test_text_is_no_image():
    facts, _ = look(b"these are no pixels")
    assert facts.error == "no JPEG, PNG, GIF, BMP, WebP, TIFF or PPM image"
    assert (facts.format, facts.mode, facts.width) == (None, None, 0)


def test_a_file_that_cannot_be_read_says_why():
    facts, _ = examine(ITEM, lambda: Path("/no/such/file").read_bytes())
    assert (facts.error, facts.content) == ("No such file or directory", "")


def test_an_image_that_claims_to_be_enormous_is_not_decoded(encoded):
    data = bytearray(encoded(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", 60000, 60000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        facts, image = look(bytes(data))
    assert image is None
    assert facts.error == "has 3,600,000,000 pixels; 89,478,485 are the most"


def test_postscript_is_not_handed_to_another_program():
    assert look(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")[0].error.startswith("no JPEG")


def test_the_same_pixels_in_two_formats_are_the_same_image(noise, encoded):
    first, second = (look(encoded(noise(1), kind))[0] for kind in ("PNG", "BMP"))
    assert first.content != second.content
    assert first.pixels == second.pixels


def test_a_turned_copy_with_its_orientation_is_the_same_image(noise, encoded):
    upright = look(encoded(noise(1)))[0]
    turned = look(encoded(noise(1).transpose(Image.Transpose.ROTATE_90), exif=exif(6)))[0]
    assert turned.pixels == upright.pixels


def test_equal_bytes_of_another_size_are_another_image():
    assert pixel_digest(Image.new("L", (2, 8))) != pixel_digest(Image.new("L", (4, 4)))


def test_small_images_have_no_perceptual_hash(noise):
    assert perceptual_hash(noise(0, (31, 400))) is None
    assert 0 < perceptual_hash(noise(0, (32, 32))) < 2**64


def test_the_perceptual_hash_of_a_reencoded_photo_is_close(encoded):
    x, y = np.meshgrid(np.arange(96), np.arange(64))
    image = Image.fromarray(np.uint8(127 + 80 * np.sin(x / 9) * np.cos(y / 13) + 40 * np.sin(x * y / 700)))
    kept, lossy = (look(encoded(image, "JPEG", quality=quality))[0].phash for quality in (95, 40))
    assert (kept ^ lossy).bit_count() <= 4


def test_an_array_is_an_image_of_its_own_format():
    x = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    facts, image = examine(ITEM, lambda: x)
    assert (facts.format, facts.mode, facts.width, facts.height, facts.phash) == ("array", "L", 3, 2, None)
    np.testing.assert_array_equal(np.asarray(image), x[..., 0])


def test_an_array_and_a_file_of_the_same_pixels_are_the_same_image(noise, encoded):
    assert examine(ITEM, lambda: np.asarray(noise(3)))[0].pixels == look(encoded(noise(3)))[0].pixels


def test_an_array_with_transparency_lets_white_through():
    _, image = examine(ITEM, lambda: np.array([[[0, 0, 100, 51]]], np.uint8))
    assert np.asarray(image).tolist() == [[[204, 204, 224]]]


def test_plain_gives_l_or_rgb_only():
    for mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"):
        assert plain(Image.new(mode, (2, 2))).mode in ("L", "RGB"), mode


def test_the_header_tells_the_size_without_decoding(noise, encoded):
    data = encoded(noise(0, (64, 48)))
    assert stored_size(lambda: data[:100]) == (48, 64)
    assert stored_size(lambda: b"nothing") is None


def test_a_phones_picture_of_several_counts_as_its_first(encoded):
    first, second = Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))
    data = encoded(first, "MPO", save_all=True, append_images=[second])
    assert look(data)[0].format == "MPO"
    assert np.abs(pixels(data).astype(int) - (255, 0, 0)).max() <= 3


def test_beyond_the_pixel_limit_an_image_is_not_decoded_though_pillow_would(encoded):
    data = bytearray(encoded(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", 9460, 9460)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        facts, image = look(bytes(data))
        assert stored_size(lambda: bytes(data)) is None
    assert image is None
    assert facts.error == "has 89,491,600 pixels; 89,478,485 are the most"


@pytest.mark.parametrize("size", [(2**31 - 1, 1), (65535, 65535), (16384, 16384)])
@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "GIF"])
def test_a_claimed_size_takes_no_memory(encoded, kind, size):
    width, height = size
    data = bytearray(encoded(Image.new("L", (1, 1)), kind))
    if kind == "PNG":
        data[16:24] = struct.pack(">II", width, height)
        data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    elif kind == "BMP":
        data[18:26] = struct.pack("<II", width, height)
    elif kind == "PPM":
        data = b"P5 %d %d 255 " % size
    else:
        data[6:10] = struct.pack("<HH", min(width, 65535), max(height, 10_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        facts, image = look(bytes(data))
    assert image is None
    assert "pixels" in facts.error
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@pytest.fixture(scope="module")
def photo():
    """Clouds of colour, of a size that no scale divides."""
    few = np.random.default_rng(0).integers(0, 256, (9, 13, 3), np.uint8)
    return Image.fromarray(few).resize((389, 277), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("how", ["stretch", "crop", "pad"])
def test_a_reduced_photo_is_the_whole_one_made_small(photo, encoded, orientation, mode, how):
    data = encoded(photo.convert(mode), "JPEG", quality=95, exif=exif(orientation))
    facts, whole = look(data)
    reduced_facts, picture = images.look(ITEM, lambda: data, Use((20, 16), how))
    assert (picture.scale, picture.image.mode) == (4, whole.mode)
    assert sorted(picture.image.size) == [70, 98]
    differing = {name for name, value in vars(facts).items() if vars(reduced_facts)[name] != value}
    assert differing - {"phash"} == {"pixels"}
    assert (facts.phash ^ reduced_facts.phash).bit_count() <= 2
    small = fit(picture.image, (20, 16), 3, how, picture.box).astype(int)
    assert np.abs(small - fit(whole, (20, 16), 3, how)).max() <= 2


def test_a_photo_that_is_not_large_enough_is_decoded_whole(photo, encoded):
    data = encoded(photo, "JPEG")
    facts, whole = look(data)
    same_facts, picture = images.look(ITEM, lambda: data, Use((64, 100), "stretch"))
    assert (same_facts, picture.scale, picture.box) == (facts, 1, (0, 0, 389, 277))
    np.testing.assert_array_equal(np.asarray(picture.image), np.asarray(whole))


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_truncated_photo_cannot_be_decoded_at_a_reduced_size_either(photo, encoded, options):
    data = encoded(photo, "JPEG", **options)
    for length in (len(data) // 3, len(data) * 9 // 10):
        facts, picture = images.look(ITEM, lambda length=length: data[:length], Use())
        whole_facts, _ = look(data[:length])
        assert picture is None
        assert facts == whole_facts
        assert facts.error and facts.width == 389


@pytest.mark.filterwarnings("ignore:.*EXIF")
def test_damaged_photos_are_reduced_or_have_a_reason(photo, encoded):
    data = encoded(photo, "JPEG", exif=exif(6))
    generator = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(data)
        for place in generator.integers(2, 700 if generator.random() < 0.7 else len(data), 3):
            damaged[place] = generator.integers(256)
        facts, picture = images.look(ITEM, lambda damaged=damaged: bytes(damaged), Use((8, 8), "crop"))
        assert (picture is None) == (facts.error is not None)
        if picture is not None:
            assert picture.image.mode in ("L", "RGB")
            assert fit(picture.image, (8, 8), 3, "crop", picture.box).shape == (8, 8, 3)


def test_digests_of_reduced_pixels_tell_sizes_and_scales_apart(encoded):
    def digest(*size):
        return images.look(ITEM, lambda: encoded(Image.new("L", size), "JPEG"), Use())[0].pixels

    assert digest(255, 256) == digest(255, 256)
    assert digest(255, 256) != digest(256, 255) != digest(256, 256) != digest(255, 256)


def test_the_perceptual_hash_is_the_librarys(photo, noise):
    for image in (photo, photo.convert("L"), noise(0, (32, 32)), noise(1, (33, 400))):
        assert perceptual_hash(image) == int(str(imagehash.phash(image)), 16)


def test_the_perceptual_hash_is_of_what_lies_in_the_box(photo):
    framed = Image.new("RGB", (450, 300), "red")
    framed.paste(photo, (50, 10))
    inner, outer = perceptual_hash(framed, (50, 10, 439, 287)), perceptual_hash(framed)
    assert (inner ^ perceptual_hash(photo)).bit_count() <= 4 < 12 < (outer ^ perceptual_hash(photo)).bit_count()
