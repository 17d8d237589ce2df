from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.__main__ import main

INTERRUPTED_IMPORT = """
import os, signal, sys
import sweep.__main__

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "sweep.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
sys.argv = ["sweep", "--version"]
sweep.__main__.main()
"""


def test_ctrl_c_while_it_is_imported_ends_it_without_a_word() -> None:
    command = [sys.executable, "-c", INTERRUPTED_IMPORT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_afterwards_ctrl_c_is_pythons_again_or_what_the_caller_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[object] = []
    monkeypatch.setattr("sweep.cli.main.main", lambda: met.append(signal.getsignal(signal.SIGINT)))
    for handler in (signal.default_int_handler, signal.SIG_IGN):
        before = signal.signal(signal.SIGINT, handler)
        try:
            main()
        finally:
            signal.signal(signal.SIGINT, before)
    assert met == [signal.default_int_handler, signal.SIG_IGN]


def test_a_folder_that_is_called_sweep_does_not_hide_the_package(tmp_path: Path) -> None:
    """Such as the clone itself, beside a script."""
    (tmp_path / "sweep").mkdir()
    (tmp_path / "script.py").write_text("import sweep; print(callable(sweep.run))")
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
