from __future__ import annotations

from collections.abc import Callable

import pytest

from sweep.records import METRICS, EpochReport, Proposal, TrialResult, TrialState
from tests.cli.conftest import ADAM, Run, Sweep


def test_a_trial_is_shown_with_its_configuration_epochs_and_attempts(sweep: Sweep, mixed: Run) -> None:
    lines = sweep("show", "digits-001", "0").lines
    assert lines[0] == "digits-001, trial 0: completed"
    assert lines[1:4] == [
        "val_accuracy   0.7500 at epoch 2",
        "epochs         3 trained of 3 granted",
        "training time  1.5 s",
    ]
    assert "  learning_rate  0.001" in lines
    at = next(index for index, line in enumerate(lines) if line.startswith("epoch "))
    assert [line.split() for line in lines[at + 1 : at + 5]] == [
        ["1", "1.0000", "0.5000", "0.50", "s"],
        ["*2", "1.0000", "0.7500", "0.50", "s"],
        ["3", "1.0000", "0.6250", "0.50", "s"],
        ["*", "best", "epoch"],
    ]
    assert any(line.startswith("  1: ") and line.endswith("completed after 0.0 s") for line in lines)


def test_all_usual_metrics_have_room_in_80_columns(
    terminal: Callable[..., list[str]], make_run: Callable[..., Run]
) -> None:
    run = make_run()
    run.store.record_ask(Proposal(0, ADAM, 0, 12), seed=0)
    for epoch in range(1, 13):
        run.store.record_epoch(EpochReport(0, epoch, dict.fromkeys(METRICS, 0.5), 125.0))
    run.store.record_result(TrialResult(0, TrialState.COMPLETED, 12, 12, 0.5))
    lines = terminal(80, "show", "digits-001", "0")
    table = [line for line in lines if "0.5000 " in line]
    assert len(table) == 13 and max(map(len, table)) <= 80
    assert table[-1].split() == ["*12", *["0.5000"] * 8, "2:05"]


def test_a_failed_trial_shows_its_error_and_its_traceback_as_they_are(
    sweep: Sweep, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    run.store.record_ask(Proposal(0, ADAM, 0, 2), seed=0)
    run.store.start_attempt(0)
    trace = 'Traceback\n  File "x.py"\n[red]\x1b[2JValueError[/red]'
    run.store.record_result(TrialResult(0, TrialState.FAILED, 0, error="ValueError: [b]no[/b]", traceback=trace))
    done = sweep("show", "digits-001", "0")
    assert "error          ValueError: [b]no[/b]" in done.lines
    at = done.lines.index("traceback")
    assert done.lines[at + 1 : at + 4] == ["  Traceback", '    File "x.py"', "  [red]\\x1b[2JValueError[/red]"]
    assert sweep("show", "digits-001", "0", "--json").json["traceback"] == trace


def test_as_json_it_is_the_trial_of_the_table_and_more(sweep: Sweep, mixed: Run) -> None:
    told = sweep("show", "digits-001", "1", "--json").json
    row = sweep("trials", "--json").json[1]
    assert {name: told[name] for name in row} == row
    assert [one["metrics"]["val_accuracy"] for one in told["epochs"]] == [0.25, None]
    assert set(told) - set(row) == {
        *("seed", "parameter_count", "granted", "attempts_made", "epochs", "traceback", "logs", "taken_over")
    }


def test_a_trial_that_waits_is_shown_too(sweep: Sweep, mixed: Run) -> None:
    lines = sweep("show", "digits-001", "4").lines
    assert lines[0] == "digits-001, trial 4: waiting"
    assert lines[-2:] == ["", f"logs of the workers are in {mixed.directory.logs}"]


@pytest.mark.parametrize(
    ("number", "line"),
    [
        ("9", "error: there is no trial 9 in digits-001; its trials are 0 to 5\n"),
        ("x", "error: Invalid value for '[TRIAL]': 'x' is not a valid number of a trial (see: sweep show --help)\n"),
    ],
)
def test_there_must_be_such_a_trial(number: str, line: str, sweep: Sweep, mixed: Run) -> None:
    assert sweep("show", "digits-001", number) == (2, "", line)
