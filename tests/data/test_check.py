from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sweep.data.check import CheckReport, check
from sweep.data.duplicates import Contradiction, Leak
from sweep.data.facts import ImageFacts

HASH = 0x0F0F_3C3C_55AA_9669


def image(name: str, label: str, split: str | None = None, **changes: object) -> ImageFacts:
    facts = ImageFacts(name, label, split, "JPEG", "RGB", 640, 480, f"content of {name}", name, None, None)
    return replace(facts, **changes)


def many(label: str, count: int, split: str | None = None, **changes: object) -> list[ImageFacts]:
    return [image(f"{split or ''}/{label}/{number}.jpg", label, split, **changes) for number in range(count)]


def clean(*splits: str | None) -> list[ImageFacts]:
    return [fact for split in splits for label in ("cat", "dog") for fact in many(label, 10, split)]


def test_images_without_fault_have_neither_problems_nor_warnings() -> None:
    report = check(clean("train", "validation", "test"), ["cat", "dog"])
    assert report.splits == {split: {"cat": 10, "dog": 10} for split in ("train", "validation", "test")}
    assert (report.images, report.imbalance, report.problems, report.warnings) == (60, 1.0, (), ())


def test_a_source_without_splits_is_counted_as_all() -> None:
    report = check(clean(None), ["cat", "dog"])
    assert report.splits == {"all": {"cat": 10, "dog": 10}}
    assert report.problems == ()


def test_near_duplicates_of_a_source_without_splits_may_be_parted_by_one() -> None:
    same = [image(f"copy-{number}", "cat", pixels="p") for number in range(2)]
    near = [image(name, "dog", phash=HASH) for name in ("x", "y")]
    assert check([*clean(None), *same, *near], ["cat", "dog"]).warnings == (
        "1 image is repeated within a class (2 in all): copy-0 = copy-1",
        "1 group of near duplicates in one class, which a split by chance may part: x ~ y",
    )


def test_sizes_modes_and_formats_are_counted_most_frequent_first() -> None:
    facts = [
        image("1", "cat", width=100, height=50, mode="L", format="PNG"),
        image("2", "cat", width=200, height=300),
        image("3", "dog", width=200, height=300),
        image("4", "dog", width=400, height=90),
    ]
    report = check(facts, ["cat", "dog"]).to_json()
    assert report["sizes"] == {
        "width": {"min": 100, "median": 200.0, "max": 400},
        "height": {"min": 50, "median": 195.0, "max": 300},
        "distinct": 3,
        "frequent": [
            {"width": 200, "height": 300, "images": 2},
            {"width": 100, "height": 50, "images": 1},
            {"width": 400, "height": 90, "images": 1},
        ],
    }
    assert list(report["modes"].items()) == [("RGB", 3), ("L", 1)]
    assert list(report["formats"].items()) == [("JPEG", 3), ("PNG", 1)]


def test_undecodable_files_are_a_problem_and_are_not_counted_or_compared() -> None:
    broken = [image(f"{n}.jpg", "cat", content="same", pixels=None, width=0, height=0, error="empty") for n in range(5)]
    report = check([*clean(None), *broken], ["cat", "dog"])
    assert report.to_json()["undecodable"] == [{"name": f"{n}.jpg", "reason": "empty"} for n in range(5)]
    assert report.images == 20
    assert (report.duplicates, report.warnings) == ((), ())
    assert report.problems == ("5 files cannot be decoded: 0.jpg (empty), 1.jpg (empty), 2.jpg (empty) and 2 more",)


def test_the_same_image_under_two_classes_is_a_problem() -> None:
    facts = [*clean(None), image("x", "cat", pixels="p"), image("y", "dog", pixels="p")]
    report = check(facts, ["cat", "dog"])
    assert report.contradictions == (Contradiction(("x", "y"), ("cat", "dog"), exact=True),)
    assert report.problems == ("1 image is in more than one class: x (cat) = y (dog)",)


def test_the_same_image_in_train_and_test_is_a_problem() -> None:
    facts = [*clean("train", "test"), image("x", "cat", "train", pixels="p"), image("y", "cat", "test", pixels="p")]
    report = check(facts, ["cat", "dog"])
    assert report.leaks == (Leak(("x", "y"), ("train", "test"), exact=True),)
    assert report.problems == ("1 image of test is also in another split: x (train) = y (test)",)
    assert report.warnings == ()


def test_the_same_image_in_validation_and_test_is_a_problem() -> None:
    facts = [*clean("train", "validation", "test")]
    facts += [image("x", "cat", "validation", pixels="p"), image("y", "cat", "test", pixels="p")]
    report = check(facts, ["cat", "dog"])
    assert report.problems == ("1 image of test is also in another split: x (validation) = y (test)",)


def test_the_same_image_in_train_and_validation_is_a_warning() -> None:
    facts = [*clean("train", "validation")]
    facts += [image("x", "cat", "train", pixels="p"), image("y", "cat", "validation", pixels="p")]
    report = check(facts, ["cat", "dog"])
    assert report.leaks == (Leak(("x", "y"), ("train", "validation"), exact=True),)
    assert report.problems == ()
    assert report.warnings == ("1 image is in more than one split: x (train) = y (validation)",)


def test_copies_within_a_class_and_split_are_a_warning() -> None:
    names = ("p1", "p2", "q1", "q2", "q3", "q4", "q5")
    facts = clean("train") + [image(name, "cat", "train", pixels=name[0]) for name in names]
    report = check(facts, ["cat", "dog"])
    assert report.duplicates == (("p1", "p2"), ("q1", "q2", "q3", "q4", "q5"))
    assert report.problems == ()
    assert report.warnings == (
        "2 images are repeated within a class and split (7 in all): p1 = p2; q1 = q2 = q3 = ...",
    )


def test_near_duplicates_are_warnings_wherever_they_are() -> None:
    facts = [
        *clean("train", "test"),
        image("x", "cat", "train", phash=HASH),
        image("y", "cat", "train", phash=HASH ^ 1),
        image("z", "dog", "test", phash=HASH ^ 2),
    ]
    report = check(facts, ["cat", "dog"])
    assert report.near_duplicates == (("x", "y"),)
    assert report.problems == ()
    assert report.warnings == (
        "1 group of near duplicates in more than one class: x (cat) ~ z (dog)",
        "1 group of near duplicates in more than one split: x (train) ~ z (test)",
        "1 group of near duplicates in one class and split: x ~ y",
    )


def test_more_images_than_can_be_copies_are_one_warning() -> None:
    facts = [image(f"{n}", "ab"[n % 2], phash=HASH) for n in range(1200)]
    report = check(facts, ["a", "b"])
    assert (report.near_duplicates, report.contradictions, report.problems) == ((), (), ())
    assert report.warnings == (
        "1,200 images look too much alike to find near duplicates among them: 0, 1, 2 and 1,197 more",
    )


def test_a_class_missing_from_a_split_is_a_problem() -> None:
    facts = clean("train", "test") + many("owl", 10, "train") + many("eel", 10, "train")
    report = check(facts, ["cat", "dog", "eel", "owl"])
    assert report.to_json()["missing"] == [{"class": "eel", "split": "test"}, {"class": "owl", "split": "test"}]
    assert report.problems == ("test has no image of 2 classes: eel, owl",)


def test_a_split_whose_files_are_all_broken_lacks_its_classes() -> None:
    report = check([*clean("train"), image("x", "cat", "test", error="empty")], ["cat", "dog"])
    assert report.problems == ("1 file cannot be decoded: x (empty)", "test has no image of 2 classes: cat, dog")


def test_an_expected_class_without_images_is_a_problem() -> None:
    report = check(clean(None), ["cat", "dog", "owl"])
    assert report.problems == ("there is no image of 1 class: owl",)


def test_a_class_with_one_image_to_train_on_is_a_problem() -> None:
    facts = clean("train", "test") + many("owl", 1, "train") + many("owl", 30, "test")
    report = check(facts, ["cat", "dog", "owl"])
    assert report.problems == ("1 class has a single image to train on: owl",)


@pytest.mark.parametrize(("count", "warned"), [(2, True), (9, True), (10, False)])
def test_a_class_with_few_images_to_train_on_is_a_warning(count: int, warned: bool) -> None:
    report = check(many("cat", 20) + many("dog", count), ["cat", "dog"])
    few = f"1 class has fewer than 10 images to train on: dog ({count})"
    assert (few in report.warnings) is warned
    assert report.problems == ()


@pytest.mark.parametrize(
    ("count", "warnings"),
    [
        (30, ()),
        (31, ("the largest class has 3.1 times as many images to train on as the smallest: cat (31) and dog (10)",)),
    ],
)
def test_imbalance_above_three_to_one_is_a_warning(count: int, warnings: tuple[str, ...]) -> None:
    report = check(many("cat", count) + many("dog", 10), ["cat", "dog"])
    assert report.imbalance == count / 10
    assert report.warnings == warnings


def test_imbalance_is_of_training_images_and_of_classes_that_have_any() -> None:
    facts = many("cat", 20, "train") + many("dog", 10, "train") + many("cat", 90, "test")
    assert check(facts, ["cat", "dog", "owl"]).imbalance == 2.0
    assert check(many("cat", 20), ["cat", "dog"]).imbalance is None


def test_a_few_very_small_images_are_a_warning() -> None:
    report = check([*clean(None), image("dot.gif", "cat", width=1, height=200)], ["cat", "dog"])
    assert report.warnings == ("1 image is under 32 pixels on a side: dot.gif (1 x 200)",)


def test_small_images_are_no_warning_where_all_are_small() -> None:
    digits = many("cat", 10, width=8, height=8) + many("dog", 10, width=8, height=8)
    assert check(digits, ["cat", "dog"]).warnings == ()


def test_mixed_modes_are_a_warning() -> None:
    report = check([*clean(None), image("g", "cat", mode="L")], ["cat", "dog"])
    assert report.warnings == ("modes are mixed: 20 RGB, 1 L",)


def test_no_images_and_one_class_are_problems() -> None:
    assert check([], ["cat", "dog"]).problems == ("there is no image of 2 classes: cat, dog",)
    assert check([], ["cat", "dog"]).sizes is None
    assert check(many("cat", 10), ["cat"]).problems == ("there is nothing to tell apart: 1 class",)


def test_an_image_of_an_unexpected_class_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError, match="owl"):
        check(many("owl", 1), ["cat", "dog"])


def everything() -> CheckReport:
    facts = [
        *clean("train", "test"),
        image("x", "cat", "train", pixels="p", phash=HASH),
        image("y", "cat", "train", pixels="p", phash=HASH),
        image("z", "dog", "test", pixels="p", phash=HASH),
        image("v", "cat", "train", phash=HASH ^ 3),
        image("bad�", "cat", "test", error="empty"),
    ]
    return check(facts, ["cat", "dog", "owl"])


def test_a_report_comes_back_from_its_json_text_as_it_was() -> None:
    report = everything()
    assert report.contradictions and report.leaks and report.duplicates and report.near_duplicates and report.missing
    assert CheckReport.from_json(json.loads(json.dumps(report.to_json()))) == report
    empty = check([], ["cat", "dog"])
    assert CheckReport.from_json(json.loads(json.dumps(empty.to_json()))) == empty


def test_the_json_has_the_documented_keys() -> None:
    report = everything().to_json()
    assert list(report) == (
        [
            "images",
            "classes",
            "splits",
            "sizes",
            "modes",
            "formats",
            "undecodable",
            "duplicates",
            "near_duplicates",
            "contradictions",
            "leaks",
            "missing",
            "imbalance",
            "problems",
            "warnings",
        ]
    )
    assert report["contradictions"][0] == {"names": ["x", "y", "z"], "labels": ["cat", "cat", "dog"], "exact": True}
    assert report["leaks"][0] == {"names": ["x", "y", "z"], "splits": ["train", "train", "test"], "exact": True}
    assert report["duplicates"] == [["x", "y"]]
    assert report["near_duplicates"] == [["x", "v"]]


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(ValueError, match="images"):
        CheckReport.from_json({"classes": []})
