import pytest

from sweep.model.evaluation_batch import evaluation_batch


@pytest.mark.parametrize(("side", "images"), [(8, 256), (64, 256), (128, 64), (4096, 1)])
def test_batches_of_large_images_are_smaller(side, images):
    assert evaluation_batch(side, side) == images
