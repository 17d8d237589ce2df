import numpy as np
import pytest

from sweep.model.augmentation import augmentation_layers


@pytest.mark.parametrize(
    ("strength", "layers"),
    [
        ("none", []),
        ("flip", ["RandomFlip"]),
        ("light", ["RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom"]),
        ("strong", ["RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomContrast"]),
    ],
)
def test_each_strength_adds_changes_to_the_weaker_one(strength, layers):
    assert [type(layer).__name__ for layer in augmentation_layers(strength)] == layers


def test_flip_gives_each_image_or_its_mirror_image(images):
    (flip,) = augmentation_layers("flip")
    changed = np.asarray(flip(images, training=True))
    same = (changed == images).all(axis=(1, 2, 3))
    mirrored = (changed == images[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert 0 < same.sum() < len(images)


def test_strong_changes_pixels_within_their_range_and_in_training_only(images):
    still, moved = images, images
    for layer in augmentation_layers("strong"):
        still, moved = layer(still, training=False), layer(moved, training=True)
    assert np.array_equal(still, images)
    assert not np.allclose(moved, images, atol=1)
    assert np.min(moved) >= 0
    assert np.max(moved) <= 255
