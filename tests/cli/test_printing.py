from __future__ import annotations

import pytest

from sweep.cli.printing import fold


def test_a_text_breaks_at_blanks_and_all_its_lines_but_the_first_are_indented() -> None:
    assert fold("one two three four five six", 20, indent=2) == ["one two three four", "  five six"]
    assert fold("a=1  b=2", 20) == ["a=1  b=2"]
    assert fold("", 20) == [""]


@pytest.mark.parametrize("word", ["/a/path/that-is/longer/than-a-line", "a_hyperparameter_of_a_long_name=3"])
def test_what_has_no_blank_stays_whole(word: str) -> None:
    assert fold(f"see {word} for it", 20, indent=2) == ["see", f"  {word}", "  for it"]


def test_a_command_at_the_end_stays_whole_so_that_it_can_be_copied() -> None:
    command = "sweep resume a-001 --runs-dir /some/where/runs"
    assert fold(f"it is gone; go on with: {command}", 30, 4) == ["it is gone; go on with:", f"    {command}"]
    assert fold(f"go on with: {command}", 80) == [f"go on with: {command}"]
    assert fold("it is gone; do: sweep board", 20) == ["it is gone; do:", "sweep board"]


def test_a_version_of_sweep_is_no_command() -> None:
    assert fold("packages: sweep 0.1.0, keras 3.15.1", 25) == ["packages: sweep 0.1.0,", "keras 3.15.1"]


@pytest.mark.parametrize("width", [1, 10, 25])
def test_there_is_some_room_however_narrow_the_screen_and_deep_the_indent(width: int) -> None:
    assert fold("one two three four five six", width, indent=10) == ["one two three four five six"]
