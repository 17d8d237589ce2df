from __future__ import annotations

import math

import pytest

from sweep.errors import InputError
from sweep.text import LINE_LENGTH, byte_text, counted, csv_cell, number, one_line, printable, verdict


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


class Wordless(Exception):
    def __str__(self) -> str:
        return None  # type: ignore[return-value]


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("even this")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (KeyError(), "KeyError"),
        (OSError("\n\n  late \x07"), r"OSError: late \x07"),
        (
            ValueError("Exception encountered when calling Dense.call().\n\n\x1b[1mWrong shape\x1b[0m\n\nArguments: x"),
            "ValueError: Wrong shape",
        ),
        (ValueError("Exception encountered when calling Dense.call()."), "ValueError"),
        (InputError("model a:b: no"), "model a:b: no"),
        (ValueError({"a": 1}, None), "ValueError: ({'a': 1}, None)"),
        (Wordless(), "Wordless"),
        (Mute(), "Mute"),
    ],
)
def test_an_exception_is_one_line(error: Exception, line: str) -> None:
    assert one_line(error) == line


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    line = one_line(ValueError("begin" + "x" * 10**6 + "end"))
    assert line.startswith("ValueError: beginxxx") and line.endswith("xxxend")
    assert " [... 999,520 characters left out ...] " in line
    assert len(line) < LINE_LENGTH + 50


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1_540_000, "1.5 MB"),
        (999_960_000, "1 GB"),
        (16_000_000_000, "16 GB"),
        (3 * 10**21, "3,000 EB"),
    ],
)
def test_sizes_have_a_unit(count: int, text: str) -> None:
    assert byte_text(count) == text


@pytest.mark.parametrize(("count", "words"), [(0, "0 trials"), (1, "1 trial"), (1200, "1,200 trials")])
def test_things_are_counted(count: int, words: str) -> None:
    assert counted(count, "trial") == words


def test_things_with_a_plural_of_their_own() -> None:
    assert (counted(1, "class", "classes"), counted(2, "class", "classes")) == ("1 class", "2 classes")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_a_spreadsheet_would_run_is_marked_as_a_text(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["cat/=1.png", "a-1", "", -1, -0.5, None, True])
def test_what_no_spreadsheet_runs_stays_as_it_is(value: object) -> None:
    assert csv_cell(value) is value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0.0000"),
        (0.98765, "0.9877"),
        (999.99994, "999.9999"),
        (12345.678, "1.235e+04"),
        (-0.5, "-0.5000"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_metrics_have_four_digits(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("error", "text"), [(-0.06, "6 % too low"), (0.12, "12 % too high"), (0.004, "right"), (-0.004, "right")]
)
def test_an_error_is_told_in_words(error: float, text: str) -> None:
    assert verdict(error, "low", "high") == text
