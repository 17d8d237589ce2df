from __future__ import annotations

import random

import numpy as np
import pytest

from sweep.data.duplicates import NEAR_DISTANCE, Contradiction, Leak, find_duplicates, near_groups, near_pairs
from sweep.data.facts import ImageFacts

HALF = 0x0F0F_3C3C_55AA_9669  # 32 bits set, as in the hash of a photo
OTHER = 0xF0F0_C3C3_AA55_6996  # and the other 32


def image(
    name: str, label: str = "a", split: str | None = None, *, pixels: str | None = None, phash: int | None = None
):
    return ImageFacts(name, label, split, "PNG", "RGB", 64, 64, f"content of {name}", pixels or name, phash, None)


def flipped(value: int, bits: range | list[int]) -> int:
    for bit in bits:
        value ^= 1 << bit
    return value


def pair_set(pairs: np.ndarray) -> set[tuple[int, int]]:
    found = {(min(i, j), max(i, j)) for i, j in pairs.tolist()}
    assert len(found) == len(pairs), "a pair was found twice"
    return found


def brute_force(hashes: list[int], distance: int) -> set[tuple[int, int]]:
    return {
        (i, j)
        for i in range(len(hashes))
        for j in range(i + 1, len(hashes))
        if (hashes[i] ^ hashes[j]).bit_count() <= distance
    }


@pytest.mark.parametrize("distance", [0, 1, 4, 6, 13])
@pytest.mark.parametrize("seed", range(4))
def test_the_banded_search_finds_what_a_comparison_of_all_pairs_finds(seed: int, distance: int) -> None:
    rng = random.Random(seed)
    hashes = [rng.getrandbits(64) for _ in range(60)]
    for _ in range(240):  # families around the random ones, from equal to a little too far
        bits = rng.sample(range(64), rng.randint(0, distance + 2))
        hashes.append(flipped(rng.choice(hashes[:60]), bits))
    expected = brute_force(hashes, distance)
    assert len(expected) > 20
    assert pair_set(near_pairs(np.array(hashes, np.uint64), distance)) == expected


def test_hashes_that_differ_in_the_first_and_last_bits_of_every_band_but_one_are_near() -> None:
    apart = [[0, 13, 26, 38], [63, 51, 50, 25], [0, 1, 2, 3], [60, 61, 62, 63]]
    hashes = np.array([HALF, *(flipped(HALF, bits) for bits in apart)], np.uint64)
    assert {pair for pair in pair_set(near_pairs(hashes, 4)) if pair[0] == 0} == {(0, 1), (0, 2), (0, 3), (0, 4)}


@pytest.mark.parametrize("hashes", [[], [HALF]])
def test_fewer_than_two_hashes_have_no_pairs(hashes: list[int]) -> None:
    assert near_pairs(np.array(hashes, np.uint64), 4).shape == (0, 2)


def test_the_distance_of_near_duplicates_is_a_limit_that_counts_as_near() -> None:
    at, beyond = flipped(HALF, range(NEAR_DISTANCE)), flipped(HALF, range(30, 31 + NEAR_DISTANCE))
    assert near_groups([HALF, at, beyond]) == [[0, 1]]


def test_groups_are_linked_through_common_neighbours_and_keep_their_order() -> None:
    far = flipped(HALF, range(8))
    assert near_groups([OTHER, far, HALF, None, flipped(HALF, range(4)), OTHER]) == [[0, 5], [1, 2, 4]]


def test_hashes_that_say_nothing_are_in_no_group() -> None:
    flat, edge, full = 1 << 63, 0x8000_0080_0000_0080, 2**64 - 1
    assert near_groups([flat, flat, edge, edge, 0, 0, full, full, None, None]) == []


def test_no_hashes_have_no_groups() -> None:
    assert near_groups([]) == []
    assert near_groups([None, None]) == []


def test_images_of_equal_pixels_are_exact_duplicates_within_their_class_and_split() -> None:
    found = find_duplicates([image("x", pixels="p"), image("y"), image("z", pixels="p"), image("w", pixels="p")])
    assert found.exact == (("x", "z", "w"),)
    assert (found.near, found.contradictions, found.leaks, found.look_alikes) == ((), (), (), ())


def test_content_decides_where_there_are_no_pixels() -> None:
    def array(name: str, content: str) -> ImageFacts:
        return ImageFacts(name, "a", None, "array", "L", 8, 8, content, None, None, None)

    assert find_duplicates([array("x[0]", "c"), array("x[1]", "d"), array("x[2]", "c")]).exact == (("x[0]", "x[2]"),)


def test_one_image_under_two_classes_is_a_contradiction_and_no_duplicate() -> None:
    found = find_duplicates([image("x", "cat", pixels="p"), image("y", "dog", pixels="p")])
    assert found.contradictions == (Contradiction(("x", "y"), ("cat", "dog"), exact=True),)
    assert (found.exact, found.leaks) == ((), ())


def test_one_image_in_two_splits_is_a_leak_and_no_duplicate() -> None:
    found = find_duplicates([image("x", split="train", pixels="p"), image("y", split="test", pixels="p")])
    assert found.leaks == (Leak(("x", "y"), ("train", "test"), exact=True),)
    assert (found.exact, found.contradictions) == ((), ())


def test_copies_in_each_of_two_splits_are_duplicates_and_a_leak() -> None:
    splits = {"x": "train", "y": "test", "z": "train", "w": "test"}
    found = find_duplicates([image(name, split=split, pixels="p") for name, split in splits.items()])
    assert found.exact == (("x", "z"), ("y", "w"))
    assert found.leaks == (Leak(("x", "y", "z", "w"), ("train", "test", "train", "test"), exact=True),)


def test_near_duplicates_name_each_different_image_once() -> None:
    near = flipped(HALF, [3, 40])
    images = [image("x", pixels="p", phash=HALF), image("y", pixels="p", phash=HALF), image("z", phash=near)]
    found = find_duplicates(images)
    assert found.exact == (("x", "y"),)
    assert found.near == (("x", "z"),)


def test_copies_alone_are_no_near_duplicates() -> None:
    found = find_duplicates([image("x", pixels="p", phash=HALF), image("y", pixels="p", phash=HALF)])
    assert found.near == ()


def test_different_images_of_one_hash_are_near_duplicates() -> None:
    assert find_duplicates([image("x", phash=HALF), image("y", phash=HALF)]).near == (("x", "y"),)


def test_near_duplicates_across_classes_and_splits_are_suspicions() -> None:
    images = [image("x", "cat", "train", phash=HALF), image("y", "dog", "test", phash=flipped(HALF, [0]))]
    found = find_duplicates(images)
    assert found.contradictions == (Contradiction(("x", "y"), ("cat", "dog"), exact=False),)
    assert found.leaks == (Leak(("x", "y"), ("train", "test"), exact=False),)
    assert found.near == ()


def test_a_group_too_large_to_be_copies_is_set_apart() -> None:
    chain = [flipped(HALF, range(step % 32)) for step in range(101)]
    images = [image(f"x{i}", "ab"[i % 2], phash=value) for i, value in enumerate(chain)]
    found = find_duplicates(images)
    assert found.look_alikes == (tuple(f"x{i}" for i in range(101)),)
    assert (found.near, found.contradictions) == ((), ())
    assert find_duplicates(images[:100]).look_alikes == ()


def test_sides_name_the_first_image_of_each_class_or_split() -> None:
    group = Contradiction(("x", "y", "z"), ("cat", "cat", "dog"), exact=True)
    assert group.sides() == ["x (cat)", "z (dog)"]
    assert Leak(("x", "y"), ("train", "test"), exact=True).sides() == ["x (train)", "y (test)"]
