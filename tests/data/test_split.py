from collections import Counter

import pytest

from sweep.data.facts import ImageFacts
from sweep.data.split import assign
from sweep.errors import DataError


def fact(number, label, split=None, pixels=None):
    return ImageFacts(
        f"{label}/{number}", label, split, "PNG", "RGB", 9, 9, str(number), pixels or f"p{number}", None, None
    )


def facts(counts, split=None, start=0):
    labels = [label for label, count in counts.items() for _ in range(count)]
    return [fact(start + number, label, split) for number, label in enumerate(labels)]


def counted(images, parts):
    return {part: dict(Counter(images[index].label for index in indices)) for part, indices in parts.items()}


def test_missing_parts_are_carved_in_proportion(settings):
    images = facts({"a": 50, "b": 100})
    parts = assign(images, settings("x", test=0.2, validation=0.25))
    assert counted(images, parts) == {
        "train": {"a": 30, "b": 60},
        "validation": {"a": 10, "b": 20},
        "test": {"a": 10, "b": 20},
    }
    assert sorted(index for indices in parts.values() for index in indices) == list(range(150))
    assert all(indices == sorted(indices) for indices in parts.values())


def test_shipped_parts_are_kept(settings):
    images = (
        facts({"a": 10, "b": 10}, "train") + facts({"a": 2, "b": 3}, "validation", 100) + facts({"a": 4}, "test", 200)
    )
    parts = assign(images, settings("x"))
    assert parts == {"train": list(range(20)), "validation": list(range(20, 25)), "test": list(range(25, 29))}


def test_a_missing_validation_is_carved_out_of_train_only(settings):
    images = facts({"a": 10, "b": 10}, "train") + facts({"a": 5, "b": 5}, "test", 100)
    parts = assign(images, settings("x", validation=0.2))
    assert parts["test"] == list(range(20, 30))
    assert counted(images, parts)["validation"] == {"a": 2, "b": 2}


def test_a_missing_test_is_carved_out_of_train_only(settings):
    images = facts({"a": 10, "b": 10}, "train") + facts({"a": 5, "b": 5}, "validation", 100)
    parts = assign(images, settings("x", test=0.3))
    assert parts["validation"] == list(range(20, 30))
    assert counted(images, parts)["test"] == {"a": 3, "b": 3}


def test_a_small_class_has_one_image_in_each_part(settings):
    images = facts({"a": 500, "b": 3})
    assert {part: counts["b"] for part, counts in counted(images, assign(images, settings("x"))).items()} == {
        "train": 1,
        "validation": 1,
        "test": 1,
    }


def test_large_fractions_leave_something_to_train_on(settings):
    images = facts({"a": 4, "b": 5})
    parts = assign(images, settings("x", test=0.9, validation=0.9))
    assert counted(images, parts) == {
        "train": {"a": 1, "b": 1},
        "validation": {"a": 1, "b": 1},
        "test": {"a": 2, "b": 3},
    }


def test_the_seed_decides(settings):
    images = facts({"a": 40, "b": 40})
    first, again, other = (assign(images, settings("x", seed=seed)) for seed in (0, 0, 1))
    assert first == again != other


def test_exact_copies_stay_on_one_side(settings):
    images = [fact(number, label, pixels=f"{label}{number // 3}") for label in "ab" for number in range(60)]
    for seed in range(20):
        parts = assign(images, settings("x", seed=seed))
        sides = [{images[index].pixels for index in parts[part]} for part in ("train", "validation", "test")]
        assert len(set().union(*sides)) == sum(map(len, sides)) == 40
        assert [len(parts[part]) for part in ("validation", "test")] == [18, 24]


def test_a_large_group_of_copies_does_not_swell_a_part(settings):
    images = [fact(n, "a", pixels="same" if n < 30 else None) for n in range(60)] + facts({"b": 60}, start=100)
    for seed in range(10):
        parts = assign(images, settings("x", seed=seed))
        assert counted(images, parts)["test"] == {"a": 12, "b": 12}


def test_an_image_under_two_classes_is_never_held_out(settings):
    images = facts({"a": 20, "b": 20}) + [fact(n, label, pixels=f"both{n}") for n in range(100, 105) for label in "ab"]
    for seed in range(10):
        parts = assign(images, settings("x", seed=seed, test=0.4, validation=0.4))
        assert set(range(40, 50)) <= set(parts["train"])


def test_a_copy_of_a_shipped_image_is_never_held_out(settings):
    images = facts({"a": 20, "b": 20}, "train") + facts({"a": 5, "b": 5}, "validation", 0)  # p0..p9 in both
    for seed in range(10):
        parts = assign(images, settings("x", seed=seed, test=0.4))
        assert set(range(10)) <= set(parts["train"])


def test_copies_alone_are_too_few_to_split(settings):
    images = [fact(n, "a", pixels="same") for n in range(9)] + facts({"b": 9}, start=100)
    with pytest.raises(
        DataError, match=r"too few different images of class 'a' \(1\): train, validation, test need one each"
    ):
        assign(images, settings("x"))


def test_two_images_are_enough_for_one_carved_part(settings):
    images = facts({"a": 2, "b": 2}, "train") + facts({"a": 1, "b": 1}, "test", 50)
    assert counted(images, assign(images, settings("x"))) == {
        part: {"a": 1, "b": 1} for part in ("train", "validation", "test")
    }
