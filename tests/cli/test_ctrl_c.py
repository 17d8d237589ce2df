from __future__ import annotations

import subprocess
import sys

LOST = """
import os, signal, time
from sweep.cli.ctrl_c import never_lost

class Deleted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

with never_lost():
    try:
        Deleted()
        time.sleep(20)
    except KeyboardInterrupt:
        print("heard")
"""

OTHER = """
from sweep.cli.ctrl_c import never_lost

class Deleted:
    def __del__(self):
        raise ValueError("other")

with never_lost():
    Deleted()
print("went on")
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)


def test_ctrl_c_while_something_is_deleted_is_raised_again() -> None:
    done = run(LOST)
    assert (done.stdout, done.stderr) == ("heard\n", "")


def test_any_other_exception_there_is_told_as_ever() -> None:
    done = run(OTHER)
    assert done.stdout == "went on\n"
    assert "ValueError: other" in done.stderr
