import numpy as np
import pytest

from sweep.data.sources.labels import class_names
from sweep.errors import DataError


def named(y, names=None):
    labels, classes = class_names({"train": np.asarray(y)}, names, "x")
    return labels["train"], classes


def test_integers_are_ordered_as_numbers():
    assert named([10, 9, 2, 10]) == (["10", "9", "2", "10"], ("2", "9", "10"))


def test_text_is_ordered_as_text():
    assert named(["10", "9", "2"]) == (["10", "9", "2"], ("10", "2", "9"))


@pytest.mark.parametrize("y", [[[1], [0]], [1.0, 0.0], [[0, 1], [1, 0]], [[0.0, 1.0], [1.0, 0.0]], [True, False]])
def test_columns_whole_floats_one_hot_and_booleans_are_integers(y):
    assert named(y) == (["1", "0"], ("0", "1"))


@pytest.mark.parametrize("y", [np.array([b"b", b"a"]), np.array(["b", "a"], object), np.array([["b"], ["a"]])])
def test_every_kind_of_text_is_text(y):
    assert named(y) == (["b", "a"], ("a", "b"))


def test_names_are_what_integers_are_called_in_their_order():
    assert named([1, 0, 2], ["zebra", "ant", "cow"]) == (["ant", "zebra", "cow"], ("zebra", "ant", "cow"))


def test_only_classes_that_occur_are_classes():
    assert named([2, 0], ["a", "b", "c"])[1] == ("a", "c")


def test_classes_are_those_of_all_parts():
    labels, classes = class_names({"train": np.array([3, 1]), "test": np.array([2])}, None, "x")
    assert (labels, classes) == ({"train": ["3", "1"], "test": ["2"]}, ("1", "2", "3"))


@pytest.mark.parametrize(
    ("y", "names", "message"),
    [
        ([0.5, 1.0], None, "floats that are not whole"),
        ([np.nan, 1.0], None, "floats that are not whole"),
        ([[1, 1], [0, 1]], None, "not every row is one-hot"),
        ([[0.9, 0.1]], None, "not every row is one-hot"),
        (np.zeros((0, 0)), None, r"the shape \(0, 0\)"),
        (np.zeros((3, 0)), None, r"the shape \(3, 0\)"),
        (np.zeros((2, 2, 2)), None, r"the shape \(2, 2, 2\)"),
        ([0, 3], ["a", "b"], "labels go from 0 to 3, but there are 2 class names"),
        ([-1, 0], ["a", "b"], "labels go from -1 to 0"),
        ([0, 1], ["a", "a"], "the same name"),
        (np.array([{}, None], object), None, "expected integers or text"),
    ],
)
def test_what_is_no_label_is_refused(y, names, message):
    with pytest.raises(DataError, match=message):
        named(y, names)


def test_text_in_one_part_and_numbers_in_another_are_refused():
    with pytest.raises(DataError, match="some labels are text and others numbers"):
        class_names({"train": np.array(["a"]), "test": np.array([1])}, None, "x")
