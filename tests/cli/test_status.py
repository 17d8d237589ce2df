from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest

from sweep.cli import status
from sweep.records import TrialState
from sweep.store.lock import RunLock
from tests.cli.conftest import ADAM, SGD, Run, Sweep


@pytest.fixture
def busy(make_run: Callable[..., Run]) -> Run:
    """A run with one trial in training, if its lock is held."""
    run = make_run(method="hyperband")
    run.store.record_event("started", workers=2, epochs=0)
    run.store.record_event("planned", max_trials=None, trials=4, epochs=12, exact=True)
    run.trial(0, values=(0.5, 0.75, 0.625))
    run.trial(1, TrialState.FAILED, error="ValueError: no")
    run.trial(2, TrialState.RUNNING, (0.25, 0.875), config=SGD)
    run.trial(3, values=(0.5, 0.5, 0.8125), config=SGD)
    return run


def test_a_running_sweep_as_json(sweep: Sweep, busy: Run) -> None:
    with RunLock(busy.directory):
        found = sweep("status", "--json").json
    assert found.pop("seconds_so_far") >= 0
    assert found.pop("epochs_per_second") is None or found
    assert found.pop("seconds_left") is not None
    assert found == {
        "name": "digits-001",
        "state": "running",
        "phase": "searching",
        "method": "hyperband",
        "objective": {"metric": "val_accuracy", "direction": "max"},
        "workers": 2,
        "trials": {"planned": 4, "done": 3, "diverged": 0, "failed": 1, "skipped": 0},
        "epochs": {"planned": 12, "done": 8, "exact": True},
        "running": [{"id": 2, "epoch": 2, "budget": 3, "rung": None, "values": [0.25, 0.875], "config": SGD}],
        "best": {"id": 3, "objective": 0.8125, "best_epoch": 3, "config": SGD},
        "beaten": {"id": 0, "objective": 0.75, "best_epoch": 2, "config": ADAM},
    }


def test_a_running_sweep_on_a_screen(sweep: Sweep, busy: Run) -> None:
    with RunLock(busy.directory):
        lines = sweep("status").lines
    assert lines[0] == "digits-001  hyperband  3/4 trials  1 failed  2 workers"
    assert "  8/12 epochs  " in lines[1]
    assert lines[2].startswith("trial 2  ") and "2/3  ▁█   0.8750  " in lines[2]
    assert lines[3].startswith("best 0.8125  trial 3, beat 0.7500 (trial 0)  ")
    assert lines[4:] == ["running, searching"]


def test_one_that_nobody_runs_says_how_to_go_on(sweep: Sweep, busy: Run) -> None:
    lines = sweep("status").lines
    assert lines[-2:] == ["interrupted", f"go on with: {busy.directory.command('resume')}"]
    assert not any(line.startswith("trial ") or " left" in line for line in lines)
    found = sweep("status", "--json").json
    assert (found["state"], found["phase"], found["running"], found["seconds_left"]) == ("interrupted", None, [], None)
    busy.finish()
    assert sweep("status").lines[-1] == "finished"


def test_one_that_has_just_begun(sweep: Sweep, make_run: Callable[..., Run]) -> None:
    with RunLock(make_run().directory):
        lines = sweep("status").lines
    assert (lines[0], lines[-2:]) == (
        "digits-001  random  0/0 trials  in this process",
        ["no result yet", "running, starting"],
    )


@pytest.mark.parametrize("columns", [30, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int, terminal: Callable[..., list[str]], busy: Run) -> None:
    with RunLock(busy.directory):
        assert max(map(len, terminal(columns, "status"))) <= max(72, columns)


def test_what_follows_the_search_is_told(sweep: Sweep, busy: Run) -> None:
    busy.store.release_running()
    with RunLock(busy.directory):
        busy.store.record_event("search_finished")
        assert sweep("status", "--json").json["phase"] == "retraining"
        busy.store.record_event("test_evaluation", trial=0)
        assert sweep("status").lines[-1] == "running, evaluating"


def test_a_watcher_in_a_pipe_gets_a_line_for_each_change_until_the_end(
    sweep: Sweep, busy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "WATCH_SECONDS", 0.0)
    looks = iter([lambda: None, lambda: None, lambda: busy.trial(4, values=(0.9,)), lambda: lock.__exit__()])
    monkeypatch.setattr(status, "_pause", lambda began: next(looks)())
    lock = RunLock(busy.directory).__enter__()
    lines = sweep("status", "--watch").lines
    assert [line.split(", ")[0] for line in lines] == ["digits-001: searching"] * 2 + ["digits-001: interrupted"]
    assert "3/4 trials, 8/12 epochs, 1 failed, best 0.8125 (trial 3)" in lines[0]
    assert "4/4 trials, 9/12 epochs, 1 failed, best 0.9000 (trial 4)" in lines[1]
    assert lines[2].endswith(", go on with: " + busy.directory.command("resume"))


def test_or_a_json_object(sweep: Sweep, busy: Run) -> None:
    (line,) = sweep("status", "--watch", "--json").lines
    assert json.loads(line)["state"] == "interrupted"


def test_ctrl_c_ends_the_watching_and_nothing_else(sweep: Sweep, busy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(began: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "_pause", interrupt)
    with RunLock(busy.directory):
        done = sweep("status", "--watch")
    assert (done.code, done.err, len(done.lines)) == (0, "", 1)


def test_a_watcher_in_a_terminal_leaves_the_last_look(terminal: Callable[..., list[str]], busy: Run) -> None:
    lines = terminal(80, "status", "--watch")
    assert any(line.endswith("digits-001  hyperband  3/4 trials  1 failed  2 workers") for line in lines)


def test_large_stores_are_looked_at_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    status._pause(time.monotonic())
    status._pause(time.monotonic() - 0.5)
    assert slept[0] == 1.0 and slept[1] >= 10.0


def test_a_run_that_is_none(sweep: Sweep, busy: Run) -> None:
    done = sweep("status", "no-001")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_sweep_is_stopped_from_another_process(sweep: Sweep, busy: Run) -> None:
    seen: list[str] = []

    def run_until_asked() -> None:
        with RunLock(busy.directory):
            ready.set()
            while not busy.directory.stop_file.exists():
                time.sleep(0.01)
            seen.append(json.loads(busy.directory.stop_file.read_text())["stop"])

    for arguments, what in (((), "trials"), (("--now",), "epochs")):
        ready = threading.Event()
        thread = threading.Thread(target=run_until_asked)
        thread.start()
        ready.wait()
        done = sweep("stop", "digits-001", *arguments)
        thread.join()
        assert (done.code, done.err, seen.pop()) == (0, "", what)
        assert done.lines == [
            f"digits-001 stops once its running {what} have ended",
            f"digits-001 is interrupted; go on with: {busy.directory.command('resume')}",
        ]


def test_without_waiting_it_returns_at_once(sweep: Sweep, busy: Run) -> None:
    with RunLock(busy.directory):
        done = sweep("stop", "--no-wait")
    assert (done.code, done.lines) == (0, ["digits-001 stops once its running trials have ended"])


def test_who_does_not_wait_any_more_hears_that_it_stops_all_the_same(
    sweep: Sweep, busy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    with RunLock(busy.directory):
        done = sweep("stop")
    assert (done.code, done.err) == (130, "sweep: not waiting any more; digits-001 stops all the same\n")


def test_what_does_not_run_cannot_be_stopped(sweep: Sweep, busy: Run) -> None:
    resume = busy.directory.command("resume")
    assert sweep("stop") == (2, "", f"error: digits-001 is not running: it is interrupted; go on with: {resume}\n")
    busy.finish()
    assert sweep("stop", "--now") == (2, "", "error: digits-001 is not running: it is finished\n")
    assert not busy.directory.stop_file.exists()


def test_after_the_search_only_now_stops_anything(sweep: Sweep, busy: Run) -> None:
    busy.store.record_event("search_finished")
    with RunLock(busy.directory):
        done = sweep("stop", "--no-wait")
        assert (done.code, done.err) == (
            2,
            "error: the search of digits-001 has ended; to stop what follows: "
            f"{busy.directory.command('stop')} --now\n",
        )
        assert sweep("stop", "--now", "--no-wait").code == 0
