from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.store.lock import RunLock
from tests.cli.conftest import Run, Sweep


def test_a_label_is_given_shown_and_taken_away(sweep: Sweep, mixed: Run) -> None:
    assert sweep("label", "digits-001").out == "digits-001: no labels\n"
    assert sweep("label", "digits-001", "first try").out == "digits-001: first try\n"
    assert sweep("label", "digits-001", "[red]b[/red]").out == "digits-001: first try, [red]b[/red]\n"
    lines = sweep("show").lines
    assert lines[1:3] == ["label           first try", "label           [red]b[/red]"]
    assert sweep("show", "--json").json["labels"] == ["first try", "[red]b[/red]"]
    assert sweep("list").lines[-1] == "digits-001: first try, [red]b[/red]"
    assert sweep("label", "digits-001", "first try", "--remove", "--json").json == {
        "name": "digits-001",
        "labels": ["[red]b[/red]"],
    }
    assert sweep("label", "digits-001", "--remove").out == "digits-001: no labels\n"


def test_a_label_can_be_given_while_the_sweep_runs_and_says_nothing_of_its_state(sweep: Sweep, mixed: Run) -> None:
    with RunLock(mixed.directory):
        assert sweep("label", "digits-001", "now").code == 0
    mixed.finish()
    before = sweep("show", "--json").json
    sweep("label", "digits-001", "later")
    assert sweep("show", "--json").json == {**before, "labels": ["now", "later"]}
    assert before["state"] == "finished"


def test_a_label_that_is_none_is_refused(sweep: Sweep, mixed: Run) -> None:
    assert sweep("label", "digits-001", "") == (2, "", "error: a label has at least one character\n")
    assert sweep("label", "digits-001", "a\tb") == (
        *(2, ""),
        "error: a label is one line of visible characters; its character 2 is U+0009 (a control character)\n",
    )


def answer(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_rm_says_what_goes_and_asks(
    sweep: Sweep, make_run: Callable[..., Run], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run()
    run.trial(0, values=(0.5, 0.75))
    run.answer()
    make_run("other-001")
    answer("n\n", monkeypatch)
    done = sweep("rm", "digits-001")
    assert (done.code, done.err) == (1, "nothing was removed\n")
    answer("", monkeypatch)
    done = sweep("rm", "digits-001")
    assert (done.code, done.err) == (1, "error: nothing was removed: nobody answered; --yes removes without asking\n")
    assert done.out.endswith("remove 1 run? [y/N]: \n")
    assert run.directory.database.is_file()
    answer("y\n", monkeypatch)
    done = sweep("rm", "digits-001")
    assert done.code == 0
    assert done.lines[0].startswith("digits-001: interrupted, 1 trial, 2 epochs; 4 files, ")
    assert done.lines[-1].startswith("remove 1 run? [y/N]: removed 1 run, ")
    assert [path.name for path in runs.iterdir()] == ["other-001"]


def test_ctrl_c_at_the_question_of_rm_ends_as_everywhere(
    sweep: Sweep, mixed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("click.termui.visible_prompt_func", stopped)
    done = sweep("rm", "digits-001")
    assert (done.code, done.err) == (130, "sweep: nothing was removed\n")
    assert mixed.directory.database.is_file()


def test_rm_of_several_without_a_question(sweep: Sweep, make_run: Callable[..., Run], runs: Path) -> None:
    for name in ("a-001", "b-001", "c-001"):
        make_run(name)
    done = sweep("rm", "a-001", "c-001", "a-001", "--yes", "--json")
    assert [one["name"] for one in done.json] == ["a-001", "c-001"]
    assert all(one["bytes"] > 0 for one in done.json)
    assert [path.name for path in runs.iterdir()] == ["b-001"]


def test_rm_takes_none_where_one_cannot_go(sweep: Sweep, make_run: Callable[..., Run], runs: Path) -> None:
    make_run("a-001")
    running = make_run("b-001")
    (runs / "folder").mkdir()
    with RunLock(running.directory):
        assert sweep("rm", "a-001", "b-001", "--yes") == (
            *(2, ""),
            "error: b-001 is being run; stop it first, nothing was removed\n",
        )
    for name, message in (
        ("nope", "there is no run 'nope' in "),
        ("folder", f"{runs / 'folder'} has no sweep.db: it is no run"),
        ("../runs", "'../runs' is a path; give the run's name"),
        (".", "'.' is no name for a run"),
    ):
        done = sweep("rm", "a-001", name, "--yes")
        assert (done.code, done.out) == (2, "") and done.err.startswith(f"error: {message}")
    assert sorted(path.name for path in runs.iterdir()) == ["a-001", "b-001", "folder"]


def test_rm_of_a_damaged_run(sweep: Sweep, make_run: Callable[..., Run], runs: Path) -> None:
    make_run().directory.database.write_bytes(b"no database " * 1000)
    done = sweep("rm", "digits-001", "--yes")
    assert done.lines[0].startswith("digits-001: its store cannot be read; ")
    assert list(runs.iterdir()) == []


def test_rm_says_what_it_did_not_come_to(
    sweep: Sweep, make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a-001", "b-001", "c-001"):
        make_run(name)

    def refuse(folder: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(folder))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    done = sweep("rm", "a-001", "b-001", "c-001", "--yes")
    assert done.code == 1
    assert done.err.endswith("; b-001 was not removed; c-001 was not removed\n") and done.err.count("\n") == 1
    assert [line.split()[0] for line in sweep("list").lines[1:]] == ["b-001", "c-001"]
