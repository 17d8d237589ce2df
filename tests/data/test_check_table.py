from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from sweep.data.check import CheckReport, check
from sweep.data.check_table import render
from sweep.data.facts import ImageFacts


def image(name: str, label: str, split: str | None = None, **changes: object) -> ImageFacts:
    facts = ImageFacts(name, label, split, "JPEG", "RGB", 640, 480, f"content of {name}", name, None, None)
    return replace(facts, **changes)


def many(label: str, count: int, split: str | None = None) -> list[ImageFacts]:
    return [image(f"{split or ''}/{label}/{number}.jpg", label, split) for number in range(count)]


def shown(report: CheckReport, width: int = 80, *, colour: bool = False) -> list[str]:
    text = io.StringIO()
    system = "standard" if colour else None
    render(report, Console(file=text, width=width, force_terminal=colour, color_system=system))
    return [line.rstrip() for line in text.getvalue().splitlines()]


def words(lines: list[str]) -> list[list[str]]:
    return [line.split() for line in lines]


def test_counts_are_shown_by_class_and_split_with_totals() -> None:
    facts = many("cat", 1200, "train") + many("dog", 900, "train") + many("cat", 11, "test")
    table = words(shown(check(facts, ["cat", "dog"])))
    for row in (
        ["class", "train", "test", "total"],
        ["cat", "1,200", "11", "1,211"],
        ["dog", "900", "0", "900"],
        ["all", "2", "classes", "2,100", "11", "2,111"],
    ):
        assert row in table


def test_a_source_without_splits_has_one_column() -> None:
    table = words(shown(check(many("cat", 12) + many("dog", 13), ["cat", "dog"])))
    assert table[1] == ["class", "images"]
    assert ["all", "2", "classes", "25"] in table


def test_sizes_and_modes_are_shown() -> None:
    facts = [image(f"{n}", "ab"[n % 2], width=100 + n // 3) for n in range(24)]
    lines = shown(check(facts, ["a", "b"]), 120)
    assert "width      100 to 107 pixels, median 103.5" in lines
    assert any(line.startswith("sizes      100 x 480 (3), ") and line.endswith("... and 3 more") for line in lines)
    assert "modes      RGB (24)" in lines


def test_nothing_wrong_is_said_in_one_line() -> None:
    lines = shown(check(many("cat", 10) + many("dog", 10), ["cat", "dog"]))
    assert lines[-1] == "Nothing wrong was found."
    assert not any("Problems" in line or "Warnings" in line for line in lines)


def test_names_are_shown_as_they_are_and_not_as_markup() -> None:
    facts = [*many("[red]cat", 10), image("a[/bold].jpg", "[red]cat", error="bad [bytes]\\")]
    lines = shown(check(facts, ["[red]cat"]))
    assert ["[red]cat", "10"] in words(lines)
    assert " - a[/bold].jpg: bad [bytes]\\" in lines


def test_a_name_that_is_no_text_can_be_shown() -> None:
    lines = shown(check([*many("a", 10), *many("b", 10), image("\udce9.jpg", "a", error="empty")], ["a", "b"]))
    assert " - \\udce9.jpg: empty" in lines


def test_no_list_is_longer_than_twenty_rows() -> None:
    classes = [f"c{number:04d}" for number in range(1045)]
    facts = [image(f"{name}.jpg", name) for name in classes]
    facts += [image(f"bad{number}.jpg", "c0000", error="empty") for number in range(23)]
    lines = shown(check(facts, classes))
    assert sum(line.startswith(" c0") for line in lines) == 20
    assert " ... and 1,025 more" in lines
    assert sum(line.startswith(" - bad") for line in lines) == 20
    assert "   ... and 3 more" in lines
    assert ["all", "1,045", "classes", "1,045"] in words(lines)


def test_a_large_group_is_shown_by_its_first_names() -> None:
    facts = [*many("b", 10), *(image(f"{n}.jpg", "a", pixels="p") for n in range(12))]
    assert " - 0.jpg = 1.jpg = 2.jpg = 3.jpg = 4.jpg = ... and 7 more" in shown(check(facts, ["a", "b"]))


def test_each_kind_of_group_has_a_title_of_its_own() -> None:
    photo = 0x0F0F_3C3C_55AA_9669
    facts = [
        *many("a", 10, "train"),
        *many("b", 10, "train"),
        image("x1", "a", "train", pixels="x"),
        image("x2", "b", "test", pixels="x"),
        image("y1", "a", "train", phash=photo),
        image("y2", "b", "test", phash=photo ^ 1),
        image("y3", "b", "test", phash=photo ^ 2),
        image("z1", "a", "test", pixels="z"),
        image("z2", "a", "test", pixels="z"),
    ]
    lines = shown(check(facts, ["a", "b"]))
    for title, row in {
        "In more than one class (1)": " - x1 (a) = x2 (b)",
        "Perhaps in more than one class (1)": " - y1 (a) ~ y2 (b)",
        "In more than one split (1)": " - x1 (train) = x2 (test)",
        "Perhaps in more than one split (1)": " - y1 (train) ~ y2 (test)",
        "Exact duplicates (1)": " - z1 = z2",
        "Near duplicates (1)": " - y2 ~ y3",
    }.items():
        assert lines[lines.index(title) + 1] == row


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(width: int) -> None:
    long = (
        "00000_Animalia_Chordata_Aves_Passeriformes_Corvidae_Cyanocitta_cristata_and_one_more_of_these_words_to_be_long"
    )
    facts = many(long, 10, "train") + many("b", 10, "train") + [image(f"{long}.jpg", long, "test", error="empty file")]
    lines = shown(check(facts, [long, "b"]), width)
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


def test_problems_are_red_and_warnings_yellow() -> None:
    facts = many("cat", 40) + many("dog", 10) + [image("x.jpg", "cat", error="empty")]
    lines = shown(check(facts, ["cat", "dog"]), colour=True)
    assert any("\x1b[31m1 file cannot be decoded: x.jpg (empty)" in line for line in lines)
    assert any("\x1b[33mthe largest class has 4.0 times" in line for line in lines)


def test_a_report_without_colour_holds_no_control_codes() -> None:
    facts = many("cat", 40) + many("dog", 10) + [image("x.jpg", "cat", error="empty")]
    assert not any("\x1b" in line for line in shown(check(facts, ["cat", "dog"])))


def test_names_cannot_steer_the_terminal() -> None:
    lines = shown(check([*many("\x1b[2Jcat\n", 10), *many("dog", 10)], ["\x1b[2Jcat\n", "dog"]))
    assert [r"\x1b[2Jcat\n", "10"] in words(lines)
    assert "\x1b" not in "".join(lines)
