import pytest

from sweep.data.sources.parts import parts
from sweep.errors import DataError
from sweep.space.data_settings import Splits


def test_obvious_names_need_no_settings():
    assert parts({"Training", "valid", "test"}, None, "x") == {
        "Training": "train",
        "valid": "validation",
        "test": "test",
    }
    assert parts({"train", "val"}, None, "x") == {"train": "train", "val": "validation"}


def test_settings_say_which_split_plays_which_part_and_others_are_left_out():
    assert parts({"train", "val", "extra"}, Splits(test="val"), "x") == {"train": "train", "val": "test"}


@pytest.mark.parametrize(
    ("names", "splits", "message"),
    [
        ({"train", "holdout"}, None, "x: unknown split 'holdout'"),
        ({"val", "valid", "train"}, None, "x: val and valid are both validation"),
        ({"val", "test"}, None, r"x: no split is train \(found: test, val\)"),
        (
            {"train", "val"},
            Splits(test="test"),
            r"x: data.splits says that test is 'test', but .* \(found: train, val\)",
        ),
        ({"train", "val"}, Splits(validation="val", test="val"), "one split two parts"),
        (set(), Splits(), r"found: none"),
    ],
)
def test_what_is_not_clear_is_refused(names, splits, message):
    with pytest.raises(DataError, match=message):
        parts(names, splits, "x")
