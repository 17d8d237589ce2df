from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Sweep

PROGRAM = (
    "import sys\nfrom sweep.cli.main import main\nsys.argv = ['sweep']\n"
    "try:\n    main()\nfinally:\n    heavy = {'tensorflow', 'keras', 'sklearn', 'pydantic'} & set(sys.modules)\n"
    "    assert not heavy, heavy\n"
)


@pytest.fixture
def environment(runs: Path, tmp_path: Path) -> dict[str, str]:
    """Of a shell that finds `sweep`."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "sweep"
    command.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(PROGRAM)}\n")
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "SWEEP_RUNS_DIR": str(runs), "PATH": path, "HOME": str(tmp_path)}


@pytest.fixture
def complete(environment: dict[str, str]) -> Callable[..., list[str]]:
    """What bash is offered after these words, the last of which is not finished."""

    def call(*words: str) -> list[str]:
        asked = {"_SWEEP_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["sweep", *words])}
        asked["COMP_CWORD"] = str(len(words))
        done = subprocess.run(["sweep"], env={**environment, **asked}, capture_output=True, text=True)
        assert done.stderr == ""
        return [line.partition(",")[2] for line in done.stdout.split()]

    return call


IN_BASH = """
compopt() { echo "paths $2"; }
eval "$SCRIPT"
COMP_WORDS=($WORDS) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
[[ $LINE == *" " ]] && COMP_WORDS+=("") && COMP_CWORD=$((COMP_CWORD + 1))
_sweep_completion sweep
printf '%s\\n' "${COMPREPLY[@]}"
"""
IN_ZSH = """
compdef() { }
compset() { print -r -- "without $2" }
_path_files() { print -r -- "paths $1" }
compadd() { print -rl -- ${(P)@[-1]} }
_describe() { print -rl -- ${(P)@[-2]} }
eval "$SCRIPT"
words=("${(@s: :)LINE}") CURRENT=${#words}
_sweep_completion
"""
IN_FISH = """
source (echo $SCRIPT | psub)
complete -C $LINE
"""


@pytest.fixture
def offered(environment: dict[str, str], sweep: Sweep, tmp_path: Path) -> Callable[..., list[str]]:
    """What a real shell makes of the script for a line. In bash and zsh the line editor is a stand-in, which gives the
    words as they would, and says what it is given."""

    def call(shell: str, line: str) -> list[str]:
        if shutil.which(shell) is None:
            pytest.skip(f"there is no {shell} here")
        program = {"bash": IN_BASH, "zsh": IN_ZSH, "fish": IN_FISH}[shell]
        quiet = {"bash": "--norc", "zsh": "-f", "fish": "--no-config"}[shell]
        given = {"SCRIPT": sweep("completion", shell).out, "LINE": line, "WORDS": line.replace("=", " = ")}
        command = [shell, quiet, "-c", program]
        done = subprocess.run(command, env={**environment, **given}, capture_output=True, text=True, cwd=tmp_path)
        return done.stdout.splitlines()

    return call


def test_names_of_runs_and_numbers_of_trials_are_completed(
    complete: Callable[..., list[str]], make_run: Callable[..., Run], runs: Path
) -> None:
    for name in ("digits-001", "digits-002", "photos-001"):
        make_run(name).trial(0, values=(0.5,))
    (runs / "no-run").mkdir()
    assert complete("show", "dig") == ["digits-001", "digits-002"]
    assert complete("rm", "digits-001", "") == ["digits-002", "photos-001"]
    assert complete("show", "digits-001", "") == ["0"]
    assert complete("refi") == ["refine"]


def test_where_there_is_nothing_nothing_is_offered(
    complete: Callable[..., list[str]], make_run: Callable[..., Run]
) -> None:
    assert complete("show", "") == []
    make_run().directory.database.write_bytes(b"damaged")
    assert complete("show", "digits-001", "") == []


def test_a_trial_that_is_typed_already_is_not_offered_again(
    complete: Callable[..., list[str]], make_run: Callable[..., Run]
) -> None:
    run = make_run()
    for number in range(3):
        run.trial(number, values=(0.5,))
    assert complete("retry", "digits-001", "1", "") == ["0", "2"]


@pytest.mark.parametrize("place", ["~/other", "$HOME/other"])
def test_a_home_that_the_shell_has_yet_to_expand_is_found(
    place: str, complete: Callable[..., list[str]], make_run: Callable[..., Run], runs: Path, tmp_path: Path
) -> None:
    make_run()
    runs.rename(tmp_path / "other")
    assert complete("show", "--runs-dir", place, "") == ["digits-001"]


SHELLS = pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])


@SHELLS
def test_a_shell_completes_commands_options_runs_and_trials(
    shell: str, offered: Callable[..., list[str]], make_run: Callable[..., Run]
) -> None:
    make_run("digits-001").trial(0, values=(0.5,))
    make_run("other.v1_x")
    parts = {"bash": "", "zsh": ":", "fish": "\t"}[shell]
    assert offered(shell, "sweep show ") == ["digits-001", "other.v1_x"]
    assert offered(shell, "sweep show oth") == ["other.v1_x"]
    assert offered(shell, "sweep show digits-001 ") == [f"0{parts}completed 0.5000" if parts else "0"]
    helped = f"compare{parts}Show RUNS side by side." if parts else "compare"
    assert offered(shell, "sweep comp")[0] == helped
    assert offered(shell, "sweep show --run") == [
        f"--runs-dir{parts}Where run directories are." if parts else "--runs-dir"
    ]


@SHELLS
def test_a_shell_completes_what_stands_after_an_equals_sign(
    shell: str, offered: Callable[..., list[str]], make_run: Callable[..., Run], runs: Path
) -> None:
    make_run()
    one_word = "" if shell == "bash" else "--format="
    assert offered(shell, "sweep export --format=js") == [f"{one_word}json", f"{one_word}jsonl"]
    assert offered(shell, "sweep show --runs-dir=runs dig") == ["digits-001"]
    paths = {"bash": ["paths dirnames", ""], "zsh": ["without --*=", "paths -/"], "fish": ["--runs-dir=runs/"]}[shell]
    assert [one.partition("\t")[0] for one in offered(shell, "sweep show --runs-dir=ru")] == paths


def test_other_shells_are_refused(sweep: Sweep) -> None:
    assert sweep("completion", "cmd").code == 2
    assert sweep("completion") == (
        *(2, ""),
        "error: Missing argument 'SHELL'. Choose from: bash, zsh, fish (see: sweep completion --help)\n",
    )
