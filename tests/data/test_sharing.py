import pytest

from sweep.data.sharing import apportion, grouped, shuffled


@pytest.mark.parametrize(
    ("sizes", "total", "expected"),
    [
        ([10, 10], 10, [5, 5]),
        ([90, 10], 10, [9, 1]),
        ([5, 5, 5], 4, [2, 1, 1]),
        ([7, 2, 1], 5, [3, 1, 1]),
        ([3, 3], 100, [3, 3]),
        ([1000, 1, 1], 10, [8, 1, 1]),
        ([1, 1], 0, [1, 1]),
    ],
)
def test_shares_are_in_proportion_and_within_bounds(sizes, total, expected):
    assert apportion(sizes, total, [1] * len(sizes), sizes) == expected


def test_shares_add_up_exactly_where_the_bounds_allow_it():
    for total in range(3, 60):
        assert sum(apportion([17, 5, 38], total, [1] * 3, [17, 5, 38])) == total


def test_an_order_depends_on_seed_and_purpose_only():
    things = list(range(50))
    assert shuffled(things, 1, "test", "cat") == shuffled(things, 1, "test", "cat")
    others = [
        shuffled(things, 2, "test", "cat"),
        shuffled(things, 1, "test", "dog"),
        shuffled(things, 1, "limit", "cat"),
    ]
    for other in others:
        assert other != shuffled(things, 1, "test", "cat")
        assert sorted(other) == things


def test_groups_keep_the_order_in_which_they_are_met():
    assert list(grouped([3, 1, 0, 2], "abab").items()) == [("b", [3, 1]), ("a", [0, 2])]
