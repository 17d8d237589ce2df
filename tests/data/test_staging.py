import numpy as np
import pytest
from PIL import Image

from sweep.data.sources.arrays import ArraySource
from sweep.data.sources.opening import open_source
from sweep.data.staging import stage
from sweep.errors import DataError


@pytest.fixture
def staged(tmp_path, settings):
    def run(root, **options):
        source = open_source(str(root))
        return stage(tmp_path / "staged.npy", source, source.items, settings(root, **options), None)

    return run


def test_images_of_one_size_need_no_size(tmp_path, class_folders, noise, staged):
    result = staged(class_folders(tmp_path / "x", {"a": 2, "b": 1}, size=(7, 5)))
    assert result.images.shape == (3, 5, 7, 3)
    for number in range(3):
        np.testing.assert_array_equal(result.images[number], np.asarray(noise(number, (7, 5))))


def test_images_of_several_sizes_need_one(tmp_path, class_folders, noise, staged):
    root = class_folders(tmp_path / "x", {"a": 3, "b": 2}, size=(7, 5))
    noise(9, (6, 8)).save(root / "b" / "other.png")
    with pytest.raises(DataError, match=r"\(height x width\): 5x7 \(5 images\), 8x6 \(1 images\); set data.image_size"):
        staged(root)
    assert staged(root, image_size=(4, 4)).images.shape == (6, 4, 4, 3)


def test_of_many_sizes_the_most_frequent_are_named(tmp_path, class_folders, noise, staged):
    root = class_folders(tmp_path / "x", {"a": 2})
    for width in range(1, 8):
        noise(width, (width, 1)).save(root / "a" / f"w{width}.png")
    with pytest.raises(DataError, match=r"10x12 \(2 images\), 1x1 .* and 3 more; set data.image_size"):
        staged(root)


def test_a_turned_photo_has_its_turned_size(tmp_path, class_folders, noise, staged):
    root = class_folders(tmp_path / "x", {"a": 2}, size=(7, 5))
    tags = Image.Exif()
    tags[0x0112] = 6
    noise(9, (5, 7)).save(root / "a" / "turned.jpg", exif=tags)
    assert staged(root).images.shape == (3, 5, 7, 3)


def test_an_undecodable_image_is_black_and_no_size(tmp_path, class_folders, staged):
    root = class_folders(tmp_path / "x", {"a": 2})
    (root / "a" / "001.png").write_bytes(b"text")
    result = staged(root)
    assert result.images.shape == (2, 10, 12, 3)
    assert result.images[1].max() == 0 < result.images[0].max()
    assert [fact.error is None for fact in result.facts] == [True, False]


def test_nothing_but_undecodable_images_is_not_a_matter_of_sizes(tmp_path, staged):
    (tmp_path / "x" / "a").mkdir(parents=True)
    (tmp_path / "x" / "a" / "b.png").write_bytes(b"text")
    assert staged(tmp_path / "x").facts[0].error is not None


def test_grey_images_are_known_by_their_mode(tmp_path, class_folders, noise, staged):
    root = class_folders(tmp_path / "x", {"a": 1})
    for name, mode in (("l", "L"), ("la", "LA"), ("one", "1"), ("p", "P")):
        noise(9).convert(mode).save(root / "a" / f"{name}.png")
    Image.fromarray(np.zeros((10, 12), np.uint16)).save(root / "a" / "sixteen.png")
    result = staged(root)
    grey = dict(zip((fact.name for fact in result.facts), result.grey, strict=True))
    assert grey == {
        "a/000.png": False,
        "a/l.png": True,
        "a/la.png": True,
        "a/one.png": True,
        "a/p.png": False,
        "a/sixteen.png": True,
    }


def test_arrays_of_two_sizes_are_resized_too(tmp_path, settings):
    x = {"train": np.full((2, 4, 4), 9, np.uint8), "test": np.full((1, 6, 6), 7, np.uint8)}
    source = ArraySource(lambda: x, {"train": np.array([0, 1]), "test": np.array([0])}, "x")
    with pytest.raises(DataError, match=r"4x4 \(2 images\), 6x6 \(1 images\)"):
        stage(tmp_path / "s.npy", source, source.items, settings("x"), None)
    images = stage(tmp_path / "s.npy", source, source.items, settings("x", image_size=(3, 5)), None).images
    assert images.shape == (3, 3, 5, 3)
    assert [int(image.min()) for image in images] == [int(image.max()) for image in images] == [9, 9, 7]
