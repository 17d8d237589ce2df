import pytest

from sweep.data.dataset import Excluded
from sweep.data.exclusion import exclude
from sweep.data.facts import ImageFacts
from sweep.errors import DataError


def fact(name, split=None, pixels=None, error=None):
    return ImageFacts(name, "a", split, "PNG", "RGB", 9, 9, "", pixels, None, error)


def test_sound_images_are_all_kept(settings):
    assert exclude([fact("a", pixels="1"), fact("b", pixels="1")], settings("x", leaks="drop")) == ([0, 1], [])


def test_stop_names_the_first_20_bad_files_with_their_reasons_and_counts_the_rest(settings):
    facts = [fact(f"f{n:02}", error=f"reason {n}" if n else None) for n in range(24)]
    with pytest.raises(DataError) as error:
        exclude(facts, settings("photos"))
    first, *lines = str(error.value).splitlines()
    assert first == "photos: 23 of 24 images cannot be decoded; on_bad_file: skip leaves them out"
    assert lines == [f"  f{n:02}: reason {n}" for n in range(1, 21)] + ["  and 3 more"]


def test_skip_leaves_bad_files_out_and_records_them(settings):
    facts = [fact("a"), fact("b", error="empty file"), fact("c")]
    assert exclude(facts, settings("x", on_bad_file="skip")) == ([0, 2], [Excluded("b", "empty file")])


LEAKING = [
    fact("t1", "train", "same"),
    fact("t2", "train", "own"),
    fact("v1", "validation", "same"),
    fact("e1", "test", "same"),
    fact("e2", "test", "other"),
]


def test_warn_leaves_leaks_where_they_are(settings):
    assert exclude(LEAKING, settings("x")) == ([0, 1, 2, 3, 4], [])


def test_drop_leaves_out_of_train_and_validation_what_stands_in_test(settings):
    reason = "the same image as e1 of the test split"
    assert exclude(LEAKING, settings("x", leaks="drop")) == (
        [1, 3, 4],
        [Excluded("t1", reason), Excluded("v1", reason)],
    )


def test_error_names_the_leaks(settings):
    with pytest.raises(DataError) as error:
        exclude(LEAKING, settings("photos", leaks="error"))
    assert str(error.value).splitlines() == [
        "photos: 2 images are also in the test split; leaks: drop leaves them out",
        "  t1: the same image as e1 of the test split",
        "  v1: the same image as e1 of the test split",
    ]


def test_bad_files_without_pixels_are_no_leaks(settings):
    facts = [fact("a", "train", error="bad"), fact("b", "test", error="bad"), fact("c", "train", "1")]
    kept, excluded = exclude(facts, settings("x", leaks="error", on_bad_file="skip"))
    assert (kept, [one.name for one in excluded]) == ([2], ["a", "b"])
