from __future__ import annotations

import os
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
def complete(runs: Path) -> Callable[..., list[str]]:
    """What bash is offered after these words, the last of which is not finished."""

    def call(*words: str) -> list[str]:
        environment = {
            **os.environ,
            "SWEEP_RUNS_DIR": str(runs),
            "_SWEEP_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["sweep", *words]),
            "COMP_CWORD": str(len(words)),
        }
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)
        assert done.stderr == ""
        return [line.partition(",")[2] for line in done.stdout.split()]

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


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(shell: str, sweep: Sweep) -> None:
    done = sweep("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"_SWEEP_COMPLETE={shell}_complete" in done.out


def test_other_shells_are_refused(sweep: Sweep) -> None:
    assert sweep("completion", "cmd").code == 2
    assert sweep("completion") == (
        *(2, ""),
        "error: Missing argument 'SHELL'. Choose from: bash, zsh, fish (see: sweep completion --help)\n",
    )
