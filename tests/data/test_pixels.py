import numpy as np
import pytest

from sweep.data.pixels import from_sixteen_bits, to_eight_bits


def convert(values, dtype):
    x = np.array(values, dtype)
    return to_eight_bits(x.dtype, float(x.min()), float(x.max()))(x)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64])
def test_integers_up_to_255_are_taken_as_they_are(dtype):
    x = convert([0, 7, 255], dtype)
    assert x.dtype == np.uint8
    assert x.tolist() == [0, 7, 255]


def test_uint16_is_scaled_by_257():
    assert convert([0, 257, 65535, 32768], np.uint16).tolist() == [0, 1, 255, 128]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_up_to_1_are_scaled_by_255(dtype):
    assert convert([0.0, 0.25, 1.0], dtype).tolist() == [0, 64, 255]


def test_every_byte_comes_back_from_a_float_in_0_to_1():
    every = np.arange(256)
    np.testing.assert_array_equal(convert(every / 255, np.float32), every)


def test_floats_up_to_255_are_rounded():
    assert convert([0.0, 1.6, 254.9], np.float32).tolist() == [0, 2, 255]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([-1, 5], np.int32),
        ([0, 256], np.int32),
        ([-0.5, 0.5], np.float32),
        ([0, 300], np.float64),
        ([0, np.nan], np.float32),
    ],
)
def test_another_range_is_refused(values, dtype):
    with pytest.raises(ValueError, match=r"neither in 0..1 nor in 0..255"):
        convert(values, dtype)


def test_16_bits_go_to_the_nearest():
    every = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(from_sixteen_bits(every), np.rint(every / 257))
