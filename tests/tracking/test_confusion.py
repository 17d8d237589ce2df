from __future__ import annotations

import html
import io
import re

import pytest
from PIL import Image
from tensorboard import plugin_util

from sweep.tracking import confusion
from sweep.tracking.confusion import picture, table

DARKEST, LIGHTEST = (8, 48, 107), (247, 251, 255)  # both ends of the colour map


def shown(matrix, classes):
    return Image.open(io.BytesIO(picture(matrix, classes)[0])).convert("RGB")


def area(image, colour):
    return sum(count for count, found in image.getcolors(1 << 24) if found == colour)


def test_colours_are_fractions_of_the_true_class():
    perfect = shown([[900, 0], [0, 3]], ["a", "b"])
    assert area(perfect, DARKEST) == pytest.approx(area(perfect, LIGHTEST), rel=0.15)
    assert area(shown([[1, 1], [1, 1]], ["a", "b"]), DARKEST) < area(perfect, DARKEST) / 10


def test_a_class_without_images_is_blank():
    assert area(shown([[0, 0], [0, 0]], ["a", "b"]), DARKEST) < 2000


@pytest.mark.parametrize(("count", "written"), [(20, 400), (21, 0)])
def test_counts_are_written_for_up_to_twenty_classes(monkeypatch, count, written):
    texts = []
    write = confusion._write_counts
    monkeypatch.setattr(confusion, "_write_counts", lambda axes, *rest: (write(axes, *rest), texts.extend(axes.texts)))
    picture([[7] * count for _ in range(count)], [f"class {index}" for index in range(count)])
    assert [text.get_text() for text in texts] == ["7"] * written


def test_many_classes_with_long_names_still_fit():
    _, width, height = picture([[1] * 100 for _ in range(100)], [f"{index} {'name' * 20}" for index in range(100)])
    assert 1000 < width < 2000
    assert 1000 < height < 2000


def test_the_table_escapes_what_markdown_takes_for_a_column():
    assert table([[1]], ["a|b"]).splitlines()[2] == "| **a\\|b** | 1 |"


HOSTILE = [
    "![x](http://x.test/a.png)",
    "<img src=http://x.test/a.png>",
    "<script>alert(1)</script>",
    "[a](javascript:b)",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_the_table_is_text_and_loads_or_links_nothing(name):
    shown = plugin_util.markdown_to_safe_html(table([[1]], [name]))
    assert "<table>" in shown
    assert not re.search(r"<(img|a|script)\b", shown)
    assert html.escape(name, quote=False) in shown


def test_a_name_of_two_lines_does_not_break_the_table():
    assert len(table([[1]], ["a\nb\x1b[31m"]).splitlines()) == 3


@pytest.mark.parametrize("name", ["$\\frac$", "$x$", "a\nb", "\udce9", "\x00"])
def test_a_name_on_the_axes_is_no_formula(name):
    assert picture([[1, 0], [0, 1]], [name, "b"])[0].startswith(b"\x89PNG")
