from __future__ import annotations

from pathlib import Path

import pytest

from sweep.report import page as page_module
from sweep.store.lock import RunLock
from tests.cli.conftest import Run, Sweep


@pytest.fixture(autouse=True)
def without_plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "plotly_script", lambda: "/* plotly */")


def test_the_report_of_an_interrupted_sweep_says_where_it_is(sweep: Sweep, mixed: Run) -> None:
    before = mixed.store.digest()
    assert sweep("report") == (0, f"wrote {mixed.directory.report}\n", "")
    text = mixed.directory.report.read_text()
    assert "Best so far: trial 5, val_accuracy 0.8125 at epoch 1" in text
    assert "ValueError: [red]no[/red] such thing" in text
    assert mixed.store.digest() == before


def test_of_a_running_sweep_it_is_a_snapshot(sweep: Sweep, mixed: Run) -> None:
    with RunLock(mixed.directory):
        assert sweep("report", "digits-001").code == 0
    assert "this is a snapshot" in mixed.directory.report.read_text()


def test_figures_are_written_where_they_are_wanted(sweep: Sweep, mixed: Run, tmp_path: Path) -> None:
    done = sweep("report", "--figures", str(tmp_path / "paper"), "--format", "svg")
    names = ("history", "parallel_coordinates", "learning_curves", "parameters", "times")
    assert (done.code, done.lines[1:]) == (0, [f"wrote {tmp_path}/paper/{name}.svg" for name in names])
    assert (tmp_path / "paper" / "history.svg").is_file()


def test_a_run_that_is_none_is_one_line(sweep: Sweep, mixed: Run) -> None:
    done = sweep("report", "digits-002")
    assert (done.code, done.err.count("\n"), done.out) == (2, 1, "")
    assert "did you mean digits-001?" in done.err


def test_a_warning_is_one_line_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    from sweep.cli.console import ConsoleReporter

    with ConsoleReporter() as reporter:
        reporter.warning("the report was not written: OSError: [red]no[/red]")
    assert "warning: the report was not written: OSError: [red]no[/red]\n" in capsys.readouterr().out
