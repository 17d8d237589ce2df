from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sweep.cli import live_screen
from sweep.cli.console import ConsoleReporter
from sweep.cli.pace import Pace
from sweep.final.requests import RetrainEpoch
from sweep.final.winner import Winner
from sweep.loop import Ending
from sweep.observers import Reporter
from sweep.records import EpochReport, TrialLost, TrialRecord, TrialState, Workload
from sweep.space.definition import Space
from sweep.store.store import Store
from tests.cli.conftest import ADAM, Run

SPACE = Space.model_validate(
    {
        "name": "digits",
        "data": {"source": "digits"},
        "search": {"method": "hyperband"},
        "parameters": {"epochs": {"type": "int", "min": 1, "max": 9}},
    }
)


@dataclass
class FakeReport:
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass
class FakeReady:
    """What a reporter reads of a `Ready`."""

    report: FakeReport = field(default_factory=FakeReport)
    excluded: tuple[Any, ...] = ()
    from_cache: bool = True
    train_size: int = 50_000
    validation_size: int = 10_000
    test_size: int = 10_000
    image_shape: tuple[int, ...] = (32, 32, 3)
    classes: tuple[str, ...] = tuple(map(str, range(100)))

    @property
    def dataset(self) -> FakeReady:
        return self

    @property
    def prepared(self) -> FakeReady:
        return self


def record(number: int, state: TrialState, objective: float | None = None, **more: Any) -> TrialRecord:
    facts = {"budget": 9, "epochs_trained": 9, "best_epoch": 7, "seconds": 12.25} | more
    return TrialRecord(number, state, ADAM, objective=objective, **facts)


def tell_all(reporter: Reporter, store: Store) -> None:
    """A whole sweep, in the order of `Reporter`."""
    reporter.data(0, 3)
    reporter.data(3, 3)
    warnings = ("[red]leak[/red] of \x1b[2J", "another")
    reporter.ready(FakeReady(FakeReport((), warnings), (1, 2)))  # type: ignore[arg-type]
    reporter.searching(store, SPACE, 2, Workload(1, 9, exact=True))
    reporter.trial(record(0, TrialState.RUNNING))
    reporter.trial(record(1, TrialState.RUNNING))
    reporter.epoch(EpochReport(0, 1, {}, 0.5))
    reporter.trial(record(0, TrialState.COMPLETED, 0.5, bracket=2, rung=0))
    reporter.trial(record(1, TrialState.DIVERGED, epochs_trained=3))
    reporter.trial(record(2, TrialState.FAILED, error="ValueError: [bold]no[/bold]"))
    reporter.trial(record(123, TrialState.COMPLETED, 0.75, epochs_trained=27, best_epoch=19, bracket=2, rung=1))
    reporter.trial(record(123, TrialState.COMPLETED, 0.75, epochs_trained=27, best_epoch=19, bracket=2, rung=2))
    reporter.trial(record(4, TrialState.COMPLETED, 0.25, epochs_trained=8, seconds=185.0))  # stopped early
    reporter.lost(TrialLost(5, "its worker was killed by SIGKILL (log: [x]): no"))
    reporter.stopping()
    reporter.searched(Ending.OUT_OF_TIME)
    reporter.retraining(Winner(3, 0.75, 7, ADAM, False, "no trial got the full budget"), SPACE)
    reporter.retrain(RetrainEpoch(1, 7, {}, 0.5))


LINES = [
    "data: 50,000 train, 10,000 validation, 10,000 test images, 32x32x3, 100 classes, cached",
    r"warning: [red]leak[/red] of \x1b[2J",
    "warning: another",
    "left out: 2 images; the run's store lists them",
    "run digits-001: hyperband, 1 trial, 9 epochs on 2 workers",
    "trial   0  completed  val_accuracy 0.5000 at epoch 7/9  rung 0  12.2 s  best",
    "trial   1  diverged   the loss became NaN or infinite in epoch 3",
    "trial   2  failed     ValueError: [bold]no[/bold]",
    "trial 123  completed  val_accuracy 0.7500 at epoch 19/27  rung 1  12.2 s  best",
    "trial 123  completed  val_accuracy 0.7500 at epoch 19/27  rung 2  12.2 s",
    "trial   4  completed  val_accuracy 0.2500 at epoch 7/8 of 9  3:05",
    "trial   5  retried    its worker was killed by SIGKILL (log: [x]): no",
    "stopping at the end of the running epochs; Ctrl-C once more stops now",
    "max_time is up: no more training is begun",
    "winner: trial 3, val_accuracy 0.7500 at epoch 7",
    "  conv_layers=2  filters=16,32  optimizer=adam  learning_rate=0.001",
    "  no trial got the full budget",
]


@pytest.fixture
def store(make_run: Callable[..., Run]) -> Store:
    return make_run().store


def test_without_a_terminal_there_are_plain_lines(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with ConsoleReporter() as reporter:
        tell_all(reporter, store)
    out, err = capsys.readouterr()
    lines = [line.rstrip() for line in out.splitlines()]
    assert (lines, err) == (LINES, "")


def test_with_json_all_of_it_goes_to_stderr(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with ConsoleReporter(to_stderr=True) as reporter:
        tell_all(reporter, store)
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", len(LINES))


class Screen:
    """Just enough of a terminal: lines, a cursor that moves up, and a line that is cleared."""

    def __init__(self, columns: int) -> None:
        self.columns, self.lines, self.row, self.longest = columns, [""], 0, 0

    def feed(self, text: str) -> Screen:
        for part in re.findall(r"\x1b\[\??[0-9;]*[A-Za-z]|[^\x1b\n\r]+|\n|\r", text):
            if part == "\n":
                self.row += 1
                self.lines += [""] * (self.row + 1 - len(self.lines))
            elif part.startswith("\x1b"):
                self._steer(part)
            elif part != "\r":
                self.lines[self.row] += part
                self.longest = max(self.longest, len(self.lines[self.row]))
        return self

    def _steer(self, code: str) -> None:
        if code.endswith("A"):
            self.row -= int(code[2:-1] or 1)
        elif code == "\x1b[2K":
            self.lines[self.row] = ""


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_bar_of_a_terminal_leaves_nothing_and_no_line_is_wider(
    columns: int, store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    with ConsoleReporter() as reporter:
        tell_all(reporter, store)
    screen = Screen(columns).feed(capsys.readouterr().out)
    text = "\n".join(line.rstrip() for line in screen.lines).rstrip()
    assert "━" not in text and "retraining" not in text and "no result yet" not in text
    assert screen.longest <= columns
    if columns == 120:
        assert text.splitlines() == LINES


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("trial")])
def test_a_trial_that_ended_takes_one_line_of_80_columns(line: str) -> None:
    assert len(line) <= 80


def test_a_resumed_search_says_what_is_done(
    make_run: Callable[..., Run], capsys: pytest.CaptureFixture[str], runs: Path
) -> None:
    run = make_run()
    run.trial(0, values=(0.5, 0.75))
    run.trial(1, TrialState.RUNNING, (0.25,))
    with ConsoleReporter() as reporter:
        reporter.searching(run.store, SPACE, 0, Workload(4, 16, exact=False))
        reporter.trial(record(2, TrialState.COMPLETED, 0.625))
        reporter.trial(record(3, TrialState.COMPLETED, 0.875))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(" in this process")
    assert lines[1] == "resumed: 3 epochs of 2 trials done already"
    assert [line.endswith("  best") for line in lines[2:]] == [False, True]


def test_the_bar_is_taken_down_by_an_error_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(live_screen, "PAUSE_SECONDS", 0.001)
    with pytest.raises(KeyboardInterrupt), ConsoleReporter() as reporter:
        reporter.data(1, 3)
        time.sleep(0.05)
        raise KeyboardInterrupt
    out = capsys.readouterr().out
    assert "reading images" in out
    assert "".join(Screen(80).feed(out).lines).strip() == ""
    assert out.count("\x1b[?25l") == out.count("\x1b[?25h") == 1  # the cursor is back


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_what_runs_stands_below_the_lines_as_long_as_it_does(
    columns: int, make_run: Callable[..., Run], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(live_screen, "PAUSE_SECONDS", 3600)  # drawn when it is asked for
    with ConsoleReporter() as reporter:
        reporter.searching(make_run().store, SPACE, 2, Workload(2, 18, exact=True))
        reporter.trial(record(0, TrialState.RUNNING, epochs_trained=0))
        reporter.epoch(EpochReport(0, 1, {"val_accuracy": 0.25}, 0.5))
        reporter._screen.flush()
        running = Screen(columns).feed(out := capsys.readouterr().out)
        reporter.stopping()
        reporter.trial(record(0, TrialState.COMPLETED, 0.5))
        reporter._screen.flush()
        out += capsys.readouterr().out
        ended = Screen(columns).feed(out)
    text = "\n".join(running.lines)
    assert "digits-001  hyperband  0/2 trials" in text
    assert re.search(r"trial 0 .*1/9 .* 0\.2500", text)
    assert "Ctrl-C once more stops now" not in text
    text = "\n".join(ended.lines)
    assert not re.search(r"trial 0 .*1/9", text)
    assert "  0.5000" in text or "best 0.5000" in text
    assert running.longest <= columns and ended.longest <= columns
    assert ended.lines[-1].startswith("stopping at the end of the running")


def test_force_color_makes_no_terminal_of_a_pipe(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "300")
    with ConsoleReporter() as reporter:
        tell_all(reporter, store)
    out = capsys.readouterr().out
    assert not re.search(r"\x1b\[\??[0-9;]*[A-LN-Za-ln-z]", out)  # colours, and nothing that moves the cursor
    assert [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()] == LINES


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("NO_COLOR", "1")])
def test_a_terminal_without_colours_gets_none(
    name: str, value: str, store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv(name, value)
    with ConsoleReporter() as reporter:
        tell_all(reporter, store)
    out = capsys.readouterr().out
    assert not re.search(r"\x1b\[[0-9;]*3[0-9][0-9;]*m", out)
    assert "\x1b" not in out or name == "NO_COLOR"


def read_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 images in ten seconds, then they are ready."""
    clock = iter(range(100))
    monkeypatch.setattr("sweep.cli.console.Pace", lambda: Pace(lambda: next(clock)))
    with ConsoleReporter() as reporter:
        for done in range(0, 10_001, 1000):
            reporter.data(done, 10_000)
        reporter.ready(FakeReady(from_cache=False))  # type: ignore[arg-type]


def test_a_long_reading_is_one_line_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_slowly(monkeypatch)
    reading, data = capsys.readouterr().out.splitlines()
    assert reading == "reading images: 6,000 of 10,000, 1,000 images/s, 4 s left"
    assert data.endswith(", 32x32x3, 100 classes, decoded in 10.0 s (1,000 images/s)")
