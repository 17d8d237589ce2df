from collections import Counter

import pytest

from sweep.data.sources.source import Item
from sweep.data.subset import subset


def items(counts):
    return [
        Item(f"{split}/{label}/{index}", label, split, index)
        for (split, label), count in counts.items()
        for index in range(count)
    ]


def counted(chosen):
    return dict(Counter((item.split, item.label) for item in chosen))


def test_no_limit_or_a_large_one_takes_all(settings):
    all_items = items({(None, "a"): 5, (None, "b"): 5})
    for limit in (None, 10, 11):
        assert subset(all_items, settings("x", limit=limit)) == all_items


def test_each_class_and_split_is_in_proportion(settings):
    all_items = items({("train", "a"): 60, ("train", "b"): 20, ("test", "a"): 15, ("test", "b"): 5})
    assert counted(subset(all_items, settings("x", limit=20))) == {
        ("train", "a"): 12,
        ("train", "b"): 4,
        ("test", "a"): 3,
        ("test", "b"): 1,
    }


def test_a_rare_class_keeps_enough_to_be_split(settings):
    chosen = counted(subset(items({(None, "a"): 500, (None, "b"): 10}), settings("x", limit=20)))
    assert chosen == {(None, "a"): 17, (None, "b"): 3}


@pytest.mark.parametrize("limit", [4, 5, 7])
def test_every_class_keeps_an_image_as_long_as_the_limit_allows(settings, limit):
    chosen = subset(items({("train", label): 50 for label in "abcd"} | {("test", "a"): 9}), settings("x", limit=limit))
    assert {item.label for item in chosen if item.split == "train"} == set("abcd")
    assert len(chosen) == limit


def test_another_seed_takes_others_and_the_same_seed_the_same(settings):
    all_items = items({(None, "a"): 50, (None, "b"): 50})
    first, again, other = (subset(all_items, settings("x", limit=20, seed=seed)) for seed in (0, 0, 1))
    assert first == again != other
    assert first == sorted(first, key=all_items.index)


def test_what_is_taken_of_a_class_does_not_depend_on_the_others(settings):
    two = subset(items({(None, "a"): 50, (None, "b"): 50}), settings("x", limit=20))
    three = subset(items({(None, "a"): 50, (None, "b"): 50, (None, "c"): 50}), settings("x", limit=30))
    assert [item for item in three if item.label != "c"] == two
