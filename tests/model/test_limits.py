import keras
import numpy as np
import pytest

from sweep.model.limits import ModelSize, TooLarge, item_bytes, limited_weights, require_small


@pytest.fixture
def limited(make_space):
    return lambda **limits: make_space().model_copy(update=limits)


def test_what_is_at_its_limits_is_small_enough(limited):
    require_small(limited(max_parameters=1000, max_memory=5000), ModelSize(1000, 5000))
    require_small(limited(), ModelSize(10**9, 16 * 10**9))


@pytest.mark.parametrize(
    ("limits", "size", "reason"),
    [
        (
            {"max_parameters": 1_000_000},
            ModelSize(12_345_678, 1),
            "12,345,678 parameters are above max_parameters, 1,000,000",
        ),
        (
            {"max_memory": 2 * 10**9},
            ModelSize(12, 2_340_000_000),
            "12 parameters and the activations of a batch need about 2.3 GB, above max_memory, 2 GB",
        ),
        (
            {},
            ModelSize(10**12, 3 * 10**13),
            "1,000,000,000,000 parameters and the activations of a batch need about 30 TB, above max_memory, 16 GB",
        ),
    ],
)
def test_what_is_above_a_limit_is_refused_with_the_reason(limited, limits, size, reason):
    with pytest.raises(TooLarge) as refused:
        require_small(limited(**limits), size)
    assert (str(refused.value), refused.value.size) == (reason, size)


def build(*units):
    try:
        return keras.Sequential([keras.Input((10,)), *(keras.layers.Dense(one, use_bias=False) for one in units)])
    except Exception:  # as some write it
        return None


@pytest.mark.parametrize("units", [10**13, 10**30])
def test_a_build_is_ended_before_the_weight_that_is_too_much_is_made(units, limited):
    reason = r"^the weights of its model went above max_memory, 16 GB, while it was built$"
    with pytest.raises(TooLarge, match=reason), limited_weights(limited()):
        build(4, units)


def test_what_is_made_adds_up(limited):
    numbers = 10 * 4 + 4 * 27
    with pytest.raises(TooLarge, match="above max_memory, 591 bytes"), limited_weights(limited(max_memory=591)):
        build(4, 27)
    with limited_weights(limited(max_memory=592)):
        assert build(4, 27).count_params() == numbers == 592 / 4


def test_a_build_within_the_limit_is_as_it_would_be_without_it(limited):
    def weights():
        keras.utils.set_random_seed(3)
        return build(4, 27).get_weights()

    with limited_weights(limited()):
        inside = weights()
    assert all(np.array_equal(one, other) for one, other in zip(inside, weights(), strict=True))


def test_afterwards_anything_may_be_made(limited):
    before = keras.Variable.__init__
    with pytest.raises(TooLarge), limited_weights(limited(max_memory=1)):
        build(4)
    assert keras.Variable.__init__ is before
    assert build(4).count_params() == 40


def test_a_variable_without_a_shape_has_that_of_its_value(limited):
    with pytest.raises(TooLarge), limited_weights(limited(max_memory=47)):
        keras.Variable(np.zeros((3, 4)))
    with limited_weights(limited(max_memory=48)):
        assert keras.Variable(np.zeros((3, 4))).shape == (3, 4)


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), (None, 4), ("bfloat16", 2), ("uint8", 1), ("int64", 8)])
def test_numbers_have_a_size(dtype, size):
    assert item_bytes(dtype) == size
