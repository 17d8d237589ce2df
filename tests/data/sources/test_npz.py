import hashlib
import io
import os
import resource
import zipfile

import numpy as np
import pytest

from sweep.data.sources.npz import from_npz
from sweep.errors import DataError

X = np.arange(16, dtype=np.uint8).reshape(4, 2, 2)
Y = np.array([0, 1, 0, 1])


@pytest.fixture
def saved(tmp_path):
    def save(**arrays):
        np.savez_compressed(tmp_path / "x.npz", **arrays)
        return tmp_path / "x.npz"

    return save


def parts(source):
    return [(item.name.partition("[")[0], item.split) for item in source.items]


@pytest.mark.parametrize("keys", [("x", "y"), ("images", "labels")])
def test_one_pair_of_arrays(saved, keys):
    source = from_npz(saved(**dict(zip(keys, (X, Y), strict=True))), None)
    assert parts(source) == [("image", None)] * 4
    assert [load().ravel().tolist() for _, load in source.loads(source.items)] == X.reshape(4, -1).tolist()


def test_train_val_and_test(saved):
    source = from_npz(saved(x_train=X, y_train=Y, x_val=X[:1], y_val=Y[:1], x_test=X[1:2], y_test=Y[1:2]), None)
    assert parts(source) == [("train", "train")] * 4 + [("val", "validation"), ("test", "test")]


def test_train_alone(saved):
    assert parts(from_npz(saved(x_train=X, y_train=Y), None)) == [("train", "train")] * 4


def test_classes_name_the_integers(saved):
    source = from_npz(saved(x=X, y=Y, classes=np.array(["zebra", "ant"])), None)
    assert source.classes == ("zebra", "ant")
    assert [item.label for item in source.items] == ["zebra", "ant", "zebra", "ant"]


def test_images_are_not_read_before_they_are_asked_for(saved):
    source = from_npz(saved(x=np.zeros((4, 4), np.uint8), y=Y), None)  # of a wrong shape, which only reading tells
    assert len(source.items) == 4
    with pytest.raises(DataError, match="have the shape"):
        source.sizes()


def test_its_digest_is_that_of_the_file(saved):
    path = saved(x=X, y=Y)
    assert from_npz(path, None).contents(()) == [hashlib.sha256(path.read_bytes()).hexdigest()]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": X}, "expected the keys x_train, .*; found: a"),
        ({"x_test": X, "y_test": Y}, "expected the keys"),
        ({"x": X, "y": np.array([0, "a", None, 1], object)}, "cannot be read as .npz .*allow_pickle=False"),
        ({"x": X, "y": Y, "classes": np.array([["a", "b"]])}, r"classes have the shape \(1, 2\)"),
        ({"x": X, "y": np.array([b"a", b"\xff", b"a", b"a"])}, "labels of image: are bytes that are no UTF-8 text"),
    ],
)
def test_an_archive_of_something_else_is_refused(saved, arrays, message):
    with pytest.raises(DataError, match=message):
        from_npz(saved(**arrays), None)


def test_a_damaged_file_is_refused(saved):
    path = saved(x=X, y=Y)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"cannot be read as .npz"):
        from_npz(path, None)


def test_a_single_array_is_refused(tmp_path):
    with (tmp_path / "x.npz").open("wb") as file:
        np.save(file, X)
    with pytest.raises(DataError, match="is a single array"):
        from_npz(tmp_path / "x.npz", None)


class Evil:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("key", ["x", "y", "classes"])
def test_nothing_is_ever_unpickled(saved, tmp_path, key):
    arrays = {"x": X, "y": Y, "classes": np.array(["a", "b"])} | {key: np.array([Evil(tmp_path / "made")] * 4, object)}
    path = saved(**arrays)
    with pytest.raises(DataError, match=r"cannot be read as .npz .*allow_pickle=False") as caught:
        from_npz(path, None).sizes()
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / "made").exists()


def test_no_more_is_unpacked_than_was_agreed(saved):
    path = saved(x=np.zeros((4, 500, 500), np.uint8), y=Y)
    assert len(from_npz(path, None, 2_000_000).items) == 4
    with pytest.raises(DataError, match=r"unpacks to more than 1,000,000 bytes; .* raise data\.max_unpacked"):
        from_npz(path, None, 1_000_000)


def header(shape, dtype):
    text = io.BytesIO()
    np.lib.format.write_array_header_1_0(text, {"descr": dtype, "fortran_order": False, "shape": shape})
    return text.getvalue()


@pytest.mark.parametrize(("shape", "dtype"), [((2**40,), "|u1"), ((2**62,), "<i8"), ((2**40,), "<U0")])
def test_a_header_that_lies_about_the_size_takes_no_memory(tmp_path, shape, dtype):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x.npy", header((0, 2, 2), "|u1"))
        archive.writestr("y.npy", header(shape, dtype))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=r"cannot be read as .npz"):
        from_npz(tmp_path / "x.npz", None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
