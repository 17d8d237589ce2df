import numpy as np

from sweep.data.build import moments


def test_moments_are_those_of_each_channel():
    x = np.random.default_rng(0).integers(0, 256, (300, 5, 4, 3), np.uint8)
    mean, variance = moments(x)
    np.testing.assert_allclose(mean, x.mean((0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(variance, x.var((0, 1, 2)), rtol=1e-12)


def test_moments_do_not_depend_on_the_order_of_the_images():
    x = np.random.default_rng(0).integers(0, 256, (700, 3, 3, 1), np.uint8)
    assert moments(x) == moments(x[::-1])


def test_moments_of_one_colour():
    assert moments(np.full((2, 3, 3, 1), 7, np.uint8)) == ((7.0,), (0.0,))
