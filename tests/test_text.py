from __future__ import annotations

import pytest

from sweep.text import counted, one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größer 猫 é", "größer 猫 é"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("two\nlines\r\t", r"two\nlines\r\t"),
        ("no text \udcff", r"no text \udcff"),
        ("\u202egnirts", r"\u202egnirts"),
        ("", ""),
    ],
)
def test_what_cannot_be_shown_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (KeyError(), "KeyError"),
        (OSError("\n\n  late \x07"), r"OSError: late \x07"),
    ],
)
def test_an_unforeseen_exception_is_one_line(error: Exception, line: str) -> None:
    assert one_line(error) == line


@pytest.mark.parametrize(("count", "words"), [(0, "0 trials"), (1, "1 trial"), (1200, "1,200 trials")])
def test_things_are_counted(count: int, words: str) -> None:
    assert counted(count, "trial") == words


def test_things_with_a_plural_of_their_own() -> None:
    assert (counted(1, "class", "classes"), counted(2, "class", "classes")) == ("1 class", "2 classes")
