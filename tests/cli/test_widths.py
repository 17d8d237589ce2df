"""How wide the output of commands is: in a pipe, and in terminals of all sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.records import METRICS, EpochReport, TrialState
from tests.cli.conftest import ADAM, SGD, Run, Sweep

LONG = {f"parameter_{letter}_of_a_model": 1 / 7 for letter in "abcdefghijkl"}
SCREENS = [["show"], ["show", "b-001", "0"], ["list"], ["compare", "a-001", "b-001"], ["status"], ["best"], ["trials"]]
ROWS = (["trials"], ["list"])
"""In a pipe each row of these is one line, whatever its length."""


@pytest.fixture
def two(make_run: Callable[..., Run]) -> Run:
    """Two runs whose definitions and configurations are long; the second is the latest."""
    text = "name: digits\ndata: {source: digits}\nparameters:\n"
    for name, value in (("a-001", 1), ("b-001", 2)):
        listed = ", ".join(f"0.{number}{value}" for number in range(10, 50))
        choices = f"{text}  momentum: {{type: choice, values: [{listed}]}}\n  epochs: {value}\n"
        run = make_run(name, definition=choices, dataset_digest="abc", created=f"2026-01-0{value}T00:00:00+00:00")
        run.trial(0, values=(0.25, 0.5), config=ADAM | LONG)
        run.trial(1, values=(0.75,), config=SGD | LONG | {"units": 3})
        run.trial(2, TrialState.FAILED, config=SGD | LONG, error=f"ValueError: {'a long text ' * 20}")
        for epoch in (3, 4):
            run.store.record_epoch(EpochReport(0, epoch, dict.fromkeys(METRICS, 0.5), 125.0))
        run.answer()
    return run


def piped(sweep: Sweep, columns: int | None, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    if columns is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    done = sweep(*arguments)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize("columns", [None, 40, 80, 200])
@pytest.mark.parametrize("command", [*SCREENS, ["doctor", "--no-self-test"]], ids=" ".join)
def test_in_a_pipe_no_line_ends_in_blanks(
    command: list[str], columns: int | None, sweep: Sweep, two: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = piped(sweep, columns, monkeypatch, *command)
    assert [line for line in lines if line.endswith(" ")] == []


@pytest.mark.parametrize(("columns", "width"), [(None, 80), (80, 80), (100, 100)])
@pytest.mark.parametrize("command", [one for one in SCREENS if one not in ROWS], ids=" ".join)
def test_in_a_pipe_lines_have_80_columns_or_as_many_as_are_asked_for(
    command: list[str], columns: int | None, width: int, sweep: Sweep, two: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = piped(sweep, columns, monkeypatch, *command)
    folder = str(two.directory.root.parent)
    assert [line for line in lines if len(line) > width and folder not in line] == []


def test_what_is_folded_is_all_there(sweep: Sweep, two: Run) -> None:
    shown, compared = (" ".join(sweep(*command).out.split()) for command in (["show"], ["compare", "a-001", "b-001"]))
    assert "units=3" in shown and all(f"{name}=0.1429" in shown for name in LONG)
    assert "0.491, " not in compared and "0.491" in compared and "0.492" in compared
    assert "0 only the first had right" in compared or "cannot be judged" in compared


def test_a_row_of_a_list_of_trials_is_one_line_in_a_pipe(sweep: Sweep, two: Run) -> None:
    rows = [line for line in sweep("trials").lines if line.split()[0].isdigit()]
    assert len(rows) == 3 and all("optimizer=" in row for row in rows)


@pytest.mark.parametrize("command", ["show", "best"])
def test_texts_fold_at_40_columns_and_break_between_words(
    command: str, terminal: Callable[..., list[str]], two: Run
) -> None:
    lines = terminal(40, command)
    whole = [line for line in lines if any(text in line for text in (two.store.digest(), "of_a_model", "go on with:"))]
    assert [line for line in lines if len(line) > 40 and line not in whole] == []


def test_in_a_terminal_too_narrow_for_them_rows_of_trials_are_whole(
    terminal: Callable[..., list[str]], two: Run
) -> None:
    rows = [line.split() for line in terminal(40, "trials") if "completed" in line]
    assert rows[0] == ["1", "completed", "0.7500", "1", "1/3", "0.5", "s"]
    assert rows[1] == ["0", "completed", "0.5000", "2", "2/3", "4:11"]


def test_sentences_of_a_comparison_fold_in_a_narrow_terminal(terminal: Callable[..., list[str]], two: Run) -> None:
    lines = terminal(40, "compare", "a-001", "b-001")
    at = next(index for index, line in enumerate(lines) if line.startswith("more than chance?"))
    assert [line for line in lines[at:] if len(line) > 40 and "/" not in line] == []
    assert "cannot be judged" in " ".join(lines[at:])
    assert "0.7500" in lines[2]


@pytest.mark.parametrize("columns", [None, 40, 80])
def test_commands_to_be_copied_stay_on_one_line(
    columns: int | None, sweep: Sweep, two: Run, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("show", "status"):
        lines = piped(sweep, columns, monkeypatch, command)
        assert lines[-1] == f"go on with: sweep resume b-001 --runs-dir {runs}"


@pytest.mark.parametrize("columns", [None, 40, 80])
def test_doctor_folds_between_packages_and_keeps_paths_whole(
    columns: int | None, sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("deep" * 20)
    lines = piped(sweep, columns, monkeypatch, "doctor", "--no-self-test", "--runs-dir", str(folder))
    assert max(len(line) for line in lines if "/" not in line and "-with-" not in line) <= (columns or 80)
    assert any(str(folder) in line for line in lines)
    together = " ".join(line.strip() for line in lines)
    assert "keras-tuner 1." in together and "plotly " in together


def test_a_trial_with_many_metrics_loses_no_digit(
    sweep: Sweep, make_run: Callable[..., Run], terminal: Callable[..., list[str]]
) -> None:
    run = make_run()
    run.trial(0, TrialState.RUNNING)
    metrics = {f"metric_with_a_name_{number}": 0.125 + number / 1000 for number in range(12)}
    run.store.record_epoch(EpochReport(0, 1, metrics, 0.5))
    for lines in (sweep("show", "digits-001", "0").lines, terminal(40, "show", "digits-001", "0")):
        assert any(line.split()[1:13] == [f"{value:.4f}" for value in metrics.values()] for line in lines)
