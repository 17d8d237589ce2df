from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.cli.tables import common_values
from sweep.estimates.estimate import Estimate, Range
from sweep.records import TrialRecord, TrialState
from tests.cli.conftest import ADAM, SGD, Run, Sweep

LAYERS = 12
LONG = {
    "conv_layers": LAYERS,
    **{f"filters_{layer}": 2 ** (layer % 8) for layer in range(LAYERS)},
    **{f"kernel_size_{layer}": 3 + layer % 3 for layer in range(LAYERS)},
    "a_hyperparameter_with_a_very_long_name_indeed_that_no_column_holds": "and_a_value_without_a_single_blank_" * 3,
    "learning_rate": 0.000123456789,
}

Terminal = Callable[..., list[str]]


def test_show_of_a_finished_sweep(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, values=(0.5, 0.75))
    run.trial(1, TrialState.FAILED, error="ValueError: no")
    run.win(0, 0.75, 2)
    run.answer()
    run.finish()
    assert sweep("show").lines == [
        "run             digits-001 (finished)",
        "objective       val_accuracy, max",
        "trials          2: 1 completed, 1 failed",
        "epochs trained  2",
        "winner          trial 0: 0.7500 at epoch 2",
        "                conv_layers=2  filters=16,32  optimizer=adam",
        "                learning_rate=0.001",
        "test            accuracy 0.7500 (95 % interval 0.6000 to 0.8500, 40 images)",
        "evaluated       1 time on test",
        f"digest          {run.store.digest()}",
    ]


def test_show_of_an_interrupted_sweep_says_how_to_go_on(sweep: Sweep, mixed: Run, runs: Path) -> None:
    lines = sweep("show").lines
    assert lines[2] == "trials          6: 2 waiting, 2 completed, 1 diverged, 1 failed"
    assert lines[4] == "best so far     trial 5: 0.8125 at epoch 1"
    assert lines[-1] == f"go on with: sweep resume digits-001 --runs-dir {runs}"


def test_show_of_a_search_without_an_answer_says_how_to_get_one(sweep: Sweep, mixed: Run, runs: Path) -> None:
    mixed.finish()
    last = sweep("show").lines[-1]
    assert last == f"retrain and test the winner with: sweep retrain-best digits-001 --runs-dir {runs}"


def test_the_digest_is_on_one_line_of_80_columns(terminal: Terminal, mixed: Run) -> None:
    assert f"digest          {mixed.store.digest()}" in terminal(80, "show")


def test_trials_where_the_output_is_no_terminal(sweep: Sweep, mixed: Run) -> None:
    assert sweep("trials").lines == [
        "trial  state      val_accuracy  at epoch  epochs   time  configuration",
        "    5  completed        0.8125         1     1/3  0.5 s  "
        "conv_layers=1  filters=8  optimizer=sgd  momentum=0.9  learning_rate=0.25",
        "    0  completed        0.7500         2     3/3  1.5 s  "
        "conv_layers=2  filters=16,32  optimizer=adam  learning_rate=0.001",
        "    1  diverged         0.2500         1     2/3  1.0 s  "
        "conv_layers=1  filters=8  optimizer=sgd  momentum=0.9  learning_rate=0.25",
        "    2  failed                -         -     0/3  0.0 s  "
        "conv_layers=2  filters=16,32  optimizer=adam  learning_rate=0.001",
        " " * 57 + "ValueError: [red]no[/red] such thing",
        "    3  waiting               -         -     1/3  0.5 s  "
        "conv_layers=1  filters=8  optimizer=sgd  momentum=0.9  learning_rate=0.25",
        "    4  waiting               -         -     0/3  0.0 s  "
        "conv_layers=2  filters=16,32  optimizer=adam  learning_rate=0.001",
    ]


def test_trials_by_id(sweep: Sweep, mixed: Run) -> None:
    numbers = [line.split()[0] for line in sweep("trials", "--sort", "id").lines[1:]]
    assert [number for number in numbers if number.isdigit()] == list("012345")
    assert len(sweep("trials", "--limit", "2").lines) == 3


def test_what_all_trials_share_is_said_once(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, values=(0.5,), config=ADAM)
    run.trial(1, values=(0.75,), config=ADAM | {"learning_rate": 0.01})
    assert [line[:80] for line in sweep("trials").lines] == [
        "all trials: conv_layers=2  filters=16,32  optimizer=adam",
        "trial  state      val_accuracy  at epoch  epochs   time  configuration",
        "    1  completed        0.7500         1     1/3  0.5 s  learning_rate=0.01",
        "    0  completed        0.5000         1     1/3  0.5 s  learning_rate=0.001",
    ]


def test_layers_are_shared_together_or_not_at_all() -> None:
    configs = [{"filters_0": 8, "filters_1": 16}, {"filters_0": 8, "filters_1": 32}, {"filters_0": 8}]
    trials = [TrialRecord(number, TrialState.WAITING, config, 1) for number, config in enumerate(configs)]
    assert common_values(trials) == {}
    assert common_values(trials[:1]) == {}
    assert common_values([trials[0], trials[0]]) == {"filters": "8,16"}


def test_rungs_have_a_column_only_where_there_are_any(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, values=(0.5,), bracket=2, rung=1)
    header, row = sweep("trials").lines
    assert "bracket/rung" in header
    assert "           2/1" in row


def test_in_80_columns_configurations_stand_below_their_rows(terminal: Terminal, mixed: Run) -> None:
    assert terminal(80, "trials", "--limit", "2") == [
        "trial  state      val_accuracy  at epoch  epochs   time",
        "    5  completed        0.8125         1     1/3  0.5 s",
        "       conv_layers=1  filters=8  optimizer=sgd  momentum=0.9  learning_rate=0.25",
        "    0  completed        0.7500         2     3/3  1.5 s",
        "       conv_layers=2  filters=16,32  optimizer=adam  learning_rate=0.001",
    ]


@pytest.mark.parametrize("columns", [72, 80, 120, 200])
def test_long_configurations_wrap_and_break_no_row(
    columns: int, terminal: Terminal, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    for number in range(2):
        run.trial(number, values=(number / 4,), config=LONG | {"seed": number}, bracket=1, rung=0)
    lines = terminal(columns, "trials")
    assert max(map(len, lines)) <= columns
    rows = [line for line in lines if "completed" in line]
    place = lines[0:][[line.startswith("trial") for line in lines].index(True)].index("val_accuracy")
    assert [row[place : place + 12].strip() for row in rows] == ["0.2500", "0.0000"]
    together = "".join("".join(lines).split())
    assert "and_a_value_without_a_single_blank_" * 3 in together
    assert "filters=1,2,4,8,16,32,64,128,1,2,4,8" in together


@pytest.mark.parametrize("command", ["show", "trials", "best", "list"])
def test_a_terminal_too_narrow_for_a_table_loses_no_numbers(command: str, terminal: Terminal, mixed: Run) -> None:
    assert "0.8125" in "\n".join(terminal(30, command))
    assert "…" not in "\n".join(terminal(30, command))


def test_best_has_one_value_a_line(sweep: Sweep, mixed: Run) -> None:
    mixed.win(0, 0.75, 2)
    assert sweep("best").lines == [
        "digits-001: winner: trial 0, val_accuracy 0.7500 at epoch 2 of 3",
        "conv_layers    2",
        "filters_0      16",
        "filters_1      32",
        "optimizer      adam",
        "learning_rate  0.001",
    ]


def test_best_so_far_is_called_so(sweep: Sweep, mixed: Run) -> None:
    assert sweep("best").lines[0].startswith("digits-001: best so far (no winner is frozen yet): trial 5, ")


def test_list_has_a_row_for_each_run(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    make_run("empty-001", created="2026-01-01T00:00:00+00:00")
    run = make_run("digits-001", created="2026-01-02T00:00:00+00:00")
    run.trial(0, values=(0.5, 0.75))
    run.answer(0.7)
    run.finish()
    make_run("new-001").trial(0, TrialState.RUNNING)
    lines = sweep("list").lines
    assert [line[:62] for line in lines] == [
        "run         state        trials    best  objective       test ",
        "empty-001   interrupted       0       -  val_accuracy       - ",
        "digits-001  finished          1  0.7500  val_accuracy  0.7000 ",
        "new-001     interrupted       0       -  val_accuracy       - ",
    ]
    assert [line.split("  ")[-1].strip() for line in (lines[0], lines[3])] == ["begun", "just now"]
    assert lines[1].endswith(" days ago")


def test_a_list_fits_80_columns(terminal: Terminal, make_run: Callable[..., Run]) -> None:
    make_run("a-rather-long-name-of-a-run-001", created="2026-01-01T00:00:00+00:00").trial(0, values=(0.5,))
    lines = terminal(80, "list")
    assert max(map(len, lines)) <= 80
    assert "interrupted" in lines[1] and "val_accuracy" in lines[1]


@pytest.mark.parametrize("command", [["trials"], ["show"], ["best"], ["trials", "--sort", "id"]])
@pytest.mark.parametrize("columns", [None, 80, 200])
def test_markup_and_escapes_in_texts_are_shown_as_they_are(
    columns: int | None, command: list[str], sweep: Sweep, terminal: Terminal, make_run: Callable[..., Run]
) -> None:
    odd = {"[red]name[/red]": "[bold]x\\", "esc\x1b[31m": ":dog:\x07 \r\n\udc80"}
    run = make_run()
    run.trial(0, values=(0.5,), config=odd)
    run.trial(1, TrialState.FAILED, config=SGD, error="KeyError: [/] \x1b[2J")
    text = "\n".join(sweep(*command).lines if columns is None else terminal(columns, *command))
    for literal in ("[red]name[/red]", "[bold]x\\", r"esc\x1b[31m", r":dog:\x07 \r\n\udc80"):
        assert literal in text
    assert "\x1b" not in text and "\x07" not in text
    if command[0] == "trials":
        assert r"KeyError: [/] \x1b[2J" in text


def test_colours_are_for_terminals_that_want_them(sweep: Sweep, mixed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in sweep("trials").out
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[32mcompleted" in sweep("trials").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in sweep("trials").out
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in sweep("trials").out


def test_show_tells_what_the_plan_had_said(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    told = Estimate(1, Range(100.0, 160.0), Range(1.0, 2.0), Range(6e6, 7e6), 0)
    run.store.record_event("estimated", **told.to_json())
    run.store.record_event("searched", seconds=200.0)
    run.finish()
    assert "planned         1:40 to 2:40, 20 % too short" in sweep("show").lines
    assert sweep("show", "--json").json["planned"]["error"] == -0.2


def test_show_tells_what_a_search_took_beside_its_forecast(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, values=(0.5, 0.75))
    run.store.record_event("forecast", seconds=190.0, after=20.0)
    run.store.record_event("searched", seconds=200.0)
    assert not any(line.startswith("search took") for line in sweep("show").lines)
    run.finish()
    assert "search took     3:20; the forecast after 20.0 s was 3:10, 5 % too short" in sweep("show").lines
    assert sweep("show", "--json").json["forecast"]["error"] == -0.05
