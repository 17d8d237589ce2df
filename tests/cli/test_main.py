from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from sweep import api
from sweep.cli.main import cli
from sweep.errors import DataError, DefinitionError, InputError, Interrupted, Problem, SweepFailed
from sweep.store.lock import RunLock
from tests.cli.conftest import Run, Sweep


def command(name: str) -> click.Command:
    """`data check`, too."""
    found: click.Command = cli
    for part in name.split():
        assert isinstance(found, click.Group)
        found = found.commands[part]
    return found


COMMANDS = [name for name in cli.commands if name != "data"] + ["data check"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_is_in_the_readme_and_takes_debug(name: str) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    options = {option for parameter in command(name).params for option in parameter.opts}
    assert command(name).help
    assert f"| `sweep {name}" in readme
    assert "--debug" in options


@pytest.mark.parametrize("group", [[], ["data"]])
def test_the_list_of_commands_cuts_no_line(group: list[str], sweep: Sweep) -> None:
    commands = sweep(*group, "--help").out.partition("Commands:")[2]
    assert commands.strip() and "..." not in commands


REPORTING = ["validate", "plan", "run", "resume", "list", "show", "trials", "best", "retrain-best", "evaluate"]


@pytest.mark.parametrize("name", [*REPORTING, "data check"])
def test_every_command_that_reports_has_json(name: str) -> None:
    assert "--json" in {option for parameter in command(name).params for option in parameter.opts}


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("no such thing"), 2, "error: no such thing\n"),
        (DataError("a\nb\x1b[2J"), 2, "error: a\nb\\x1b[2J\n"),
        (
            DefinitionError("x.yaml", [Problem(3, 1, "no"), Problem(1, 2, "k")]),
            2,
            "error: x.yaml:1:2: k\nx.yaml:3:1: no\n",
        ),
        (SweepFailed("disk full"), 1, "error: disk full\n"),
        (Interrupted("go on"), 130, "sweep: go on\n"),
        (KeyboardInterrupt(), 130, "sweep: stopped\n"),
        (click.Abort(), 130, "sweep: stopped\n"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(
    error: BaseException, code: int, line: str, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(api, "open", fail)
    assert sweep("show") == (code, "", line)
    for arguments in (["--debug", "show"], ["show", "--debug"]):
        debugged = sweep(*arguments)
        assert (debugged.code, debugged.out) == (code, "")
        assert debugged.err.startswith("Traceback (most recent call last):\n")
        assert debugged.err.endswith(line)


def test_a_fault_of_our_own_is_one_line_too_and_keeps_its_traceback(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("of all\nthings")

    monkeypatch.setattr(api, "open", fail)
    done = sweep("show")
    match = re.fullmatch(
        r"error: ZeroDivisionError: of all \(this is a fault in sweep; traceback: (/.*\.log)\)\n", done.err
    )
    assert match is not None and done.code == 1
    log = Path(match[1])
    assert "in fail\n    raise ZeroDivisionError" in log.read_text()
    log.unlink()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nosuch"], "No such command 'nosuch' (see: sweep --help)"),
        (["shw"], "No such command 'shw'. Did you mean 'show'? (see: sweep --help)"),
        (["--nosuch"], "No such option '--nosuch' (see: sweep --help)"),
        (["show", "--jsno"], "No such option '--jsno'. Did you mean '--json'? (see: sweep show --help)"),
        (["show", "a", "0", "b"], "Got unexpected extra argument (b) (see: sweep show --help)"),
        (["run"], "Missing argument 'FILE' (see: sweep run --help)"),
        (["data", "check"], "Missing argument 'SOURCE' (see: sweep data check --help)"),
        (["show", "--runs-dir"], "Option '--runs-dir' requires an argument"),
        (["run", "x", "--workers", "-1"], "Invalid value for '--workers': '-1' is neither 'auto' nor a number"),
        (
            ["run", "x", "--workers", "two"],
            "Invalid value for '--workers': 'two' is neither 'auto' nor a number",
        ),
        (["trials", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1"),
        (["trials", "--sort", "x\x1b"], r"Invalid value for '--sort': 'x\x1b' is not one of 'id', 'objective'"),
        (["export", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of 'csv', 'json'"),
        (["list", "--runs-dir", ""], "Invalid value for '--runs-dir' (env var: 'SWEEP_RUNS_DIR'): the name is empty"),
        (["report", "--figures", ""], "Invalid value for '--figures': the name is empty (see: sweep report --help)"),
        (["predict", "x", ""], "Invalid value for 'IMAGES...': the name is empty (see: sweep predict --help)"),
        (["plan", "x", "--samples", "-1"], "Invalid value for '--samples': -1 is not in the range x>=0"),
        (["tensorboard", "--port", "0"], "Invalid value for '--port': 0 is not in the range 1<=x<=65535"),
        (["run", "/tmp"], "Invalid value for 'FILE': File '/tmp' is a directory"),
        (["export", "--output", "/tmp"], "Invalid value for '--output': File '/tmp' is a directory"),
        (["list", "--runs-dir", "/etc/passwd"], "Invalid value for '--runs-dir'"),
    ],
)
def test_wrong_options_are_one_line_that_says_where_help_is(arguments: list[str], line: str, sweep: Sweep) -> None:
    done = sweep(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {line}")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["data"]])
def test_without_a_command_there_is_help(arguments: list[str], sweep: Sweep) -> None:
    done = sweep(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Usage: {' '.join(['sweep', *arguments])} ")


def test_help_lists_the_commands_in_the_order_they_are_met(sweep: Sweep) -> None:
    lines = sweep("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == list(cli.commands)
    assert list(cli.commands)[:4] == ["validate", "plan", "data", "run"]


READING = [["show"], ["show", "--json"], ["trials"], ["trials", "--json"], ["best"], ["export"]]


@pytest.mark.parametrize("arguments", [*READING, ["resume"], ["retrain-best"], ["evaluate"], ["tensorboard"]])
def test_there_must_be_a_run(arguments: list[str], sweep: Sweep, runs: Path) -> None:
    line = f"error: there is no run in {runs}; run one with: sweep run search_spaces/digits.yaml\n"
    assert sweep(*arguments) == (2, "", line)


@pytest.mark.parametrize("arguments", [*READING, ["resume"], ["retrain-best"], ["evaluate"], ["tensorboard"]])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digit-001", "there is no run 'digit-001' in RUNS; did you mean digits-001?"),
        ("other", "there is no run 'other' in RUNS; see them all with: sweep list --runs-dir RUNS"),
        ("a/digits-001", "'a/digits-001' is a path; give the run's name, digits-001, and its place with --runs-dir"),
        ("", "'' is no name for a run: begin with a letter or digit; "),
        ("..", "'..' is no name for a run: "),
        ("[red]\n", r"'[red]\n' is no name for a run: "),
    ],
)
def test_a_run_that_does_not_exist(
    name: str, message: str, arguments: list[str], sweep: Sweep, make_run: Callable[..., Run], runs: Path
) -> None:
    make_run().store.close()
    done = sweep(arguments[0], name, *arguments[1:])
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: " + message.replace("RUNS", str(runs)))
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [*READING, ["resume"], ["evaluate"], ["tensorboard", "--rebuild", "--no-serve"]])
@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"no database " * 1000, 1, "file is not a database; .*restore it from a copy"),
        (b"SQLite format 3\0" + b"\1" * 8000, 1, ".*; .*restore it from a copy"),
        (b"", 2, "this SQLite file is no store of a sweep; restore the run's own sweep.db"),
    ],
)
def test_a_damaged_store_is_said_in_one_line(
    content: bytes, code: int, message: str, arguments: list[str], sweep: Sweep, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    run.store.close()
    run.directory.database.write_bytes(content)
    done = sweep(*arguments)
    assert (done.code, done.out) == (code, "")
    assert re.fullmatch(f"error: {re.escape(str(run.directory.database))}: {message}\n", done.err)


@pytest.fixture
def damaged(make_run: Callable[..., Run]) -> Run:
    """A run that has its answer, whose metrics are valid JSON of the wrong kind."""
    run = make_run()
    run.trial(0, values=(0.5,))
    run.win(0, 0.5, 1)
    run.answer()
    run.finish()
    (run.directory.final / "metrics.json").write_text('{"test": 1}')
    return run


def damage_of(run: Run, runs: Path) -> str:
    return (
        f"{run.directory.final}/metrics.json: is damaged (classes: field required); "
        f"make it anew with: sweep retrain-best digits-001 --runs-dir {runs}"
    )


def test_damaged_metrics_hide_nothing_else(damaged: Run, sweep: Sweep, runs: Path) -> None:
    shown = sweep("show")
    assert (shown.code, shown.err) == (0, "")
    assert "trial 0: 0.5000 at epoch 1" in shown.out
    assert damage_of(damaged, runs) in " ".join(shown.out.split())
    assert "retrain and test the winner" not in shown.out
    listed = sweep("list")
    assert (listed.code, listed.err) == (0, "")
    assert [line.split()[:4] for line in listed.lines[1:-1]] == [["digits-001", "finished", "1", "0.5000"]]
    assert listed.lines[-1] == damage_of(damaged, runs)


def test_damaged_metrics_are_told_in_json(damaged: Run, sweep: Sweep, runs: Path) -> None:
    for told in (sweep("show", "--json").json, sweep("list", "--json").json[0]):
        assert (told["damage"], told["test"], told["state"]) == (damage_of(damaged, runs), None, "finished")


@pytest.mark.parametrize("arguments", [["best"], ["trials"], ["show", "digits-001", "0"], ["export"], ["status"]])
def test_what_needs_no_metrics_does_not_mind_damaged_ones(arguments: list[str], damaged: Run, sweep: Sweep) -> None:
    done = sweep(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "digits-001" in done.out or "completed" in done.out


def test_a_board_is_not_made_from_damaged_metrics(damaged: Run, sweep: Sweep, runs: Path) -> None:
    done = sweep("tensorboard", "--rebuild", "--no-serve")
    assert (done.code, done.err) == (1, f"error: {damage_of(damaged, runs)}\n")


@pytest.mark.parametrize("arguments", [["show"], ["trials"], ["best"], ["export"], ["compare", "digits-001"]])
def test_a_store_that_lost_a_trial_is_damaged(arguments: list[str], sweep: Sweep, make_run: Callable[..., Run]) -> None:
    run = make_run()
    run.trial(0, values=(0.5,))
    run.trial(1, values=(0.75,))
    run.store.close()
    lost = sqlite3.connect(run.directory.database)
    lost.execute("DELETE FROM trial WHERE id = 0")
    lost.commit()
    lost.close()
    done = sweep(*arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"error: {run.directory.database}: trial 0 is missing; the store is damaged; restore it from a copy\n"
    )


@pytest.mark.parametrize("table", ["fact", "event"])
def test_a_byte_that_is_no_text_is_damage_of_one_run_only(
    table: str, sweep: Sweep, make_run: Callable[..., Run], runs: Path
) -> None:
    make_run("fine-001")
    run = make_run("rotten-001")
    run.store.close()
    rotten = sqlite3.connect(run.directory.database)
    column = {"fact": "value", "event": "payload"}[table]
    rotten.execute(f"UPDATE {table} SET {column} = CAST(x'22ff22' AS TEXT)")
    rotten.commit()
    rotten.close()
    shown = sweep("show", "rotten-001")
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.endswith("; the store is damaged; restore it from a copy\n") and shown.err.count("\n") == 1
    listed = sweep("list")
    assert (listed.code, listed.lines[-1].split()[0]) == (0, "fine-001")
    assert listed.err.startswith("left out: ")
    assert sweep("rm", "rotten-001", "--yes").code == 0


@pytest.mark.parametrize("command", ["show", "retry"])
def test_a_number_that_no_store_can_hold_is_wrong_input(
    command: str, sweep: Sweep, make_run: Callable[..., Run]
) -> None:
    make_run()
    done = sweep(command, "digits-001", "99999999999999999999999")
    assert (done.code, done.out) == (2, "")
    assert "is not in the range" in done.err and done.err.count("\n") == 1


def test_sigterm_is_ctrl_c(make_run: Callable[..., Run], runs: Path) -> None:
    """So what is half made goes, whatever command made it."""
    run = make_run()
    with RunLock(run.directory):
        running = process("stop", "--runs-dir", str(runs), stdout=subprocess.PIPE)
        assert running.stdout is not None and b"stops once" in running.stdout.readline()
        running.terminate()
        error = running.communicate()[1].decode()
    told = {"sweep: stopped\n", "sweep: not waiting any more; digits-001 stops all the same\n"}  # by when it comes
    assert running.returncode == 130 and error in told


def process(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "sweep.cli.main", *arguments], stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize("arguments", [["list"], *READING])
def test_a_reader_that_has_seen_enough_is_no_error(
    arguments: list[str], make_run: Callable[..., Run], runs: Path
) -> None:
    make_run().trial(0, values=(0.5,))
    reading, writing = os.pipe()
    os.close(reading)
    running = process(*arguments, stdout=writing, env={**os.environ, "SWEEP_RUNS_DIR": str(runs)})
    os.close(writing)
    assert (running.communicate()[1], running.returncode) == (b"", 0)


def test_a_full_disk_behind_the_output_is_an_error(make_run: Callable[..., Run], runs: Path) -> None:
    make_run()
    with open("/dev/full", "wb") as full:
        running = process("show", "--runs-dir", str(runs), stdout=full)
    error = running.communicate()[1].decode()
    assert running.returncode == 1
    assert error.startswith("error: No space left on device") and error.count("\n") == 1


def test_a_terminal_of_other_letters_gets_question_marks(make_run: Callable[..., Run], runs: Path) -> None:
    make_run().trial(0, values=(0.5,), config={"activation": "größer"})
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "SWEEP_RUNS_DIR": str(runs)}
    out, err = process("trials", stdout=subprocess.PIPE, env=environment).communicate()
    assert (b"activation=gr??er" in out, err) == (True, b"")
