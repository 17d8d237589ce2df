from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path
from sweep.records import EpochReport, Objective, TrialRecord, TrialState
from sweep.tracking.final import write_final
from sweep.tracking.tensorboard import TensorBoardTracker

logdir = Path(sys.argv[1])
tracker = TensorBoardTracker(logdir, "digits-001", "3fa9c1", (), Objective("val_accuracy", "max"))
tracker.rebuild([TrialRecord(0, TrialState.COMPLETED, {"a": 1}, 1)], {0: [EpochReport(0, 1, {"loss": 1.0}, 1.0)]})
assert "matplotlib" not in sys.modules
write_final(logdir, {"test": {"accuracy": 1.0}, "confusion_matrix": [[1]]}, ["a"])
print([name for name in ("tensorflow", "keras", "matplotlib.pyplot") if name in sys.modules])
print(sorted(path.name for path in logdir.iterdir()))
"""


def test_writing_imports_neither_tensorflow_nor_pyplot(tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "tensorboard")]
    env = os.environ | {"PYTHONPATH": os.getcwd()}
    output = subprocess.run(command, capture_output=True, text=True, env=env, check=True).stdout
    assert output.splitlines() == ["[]", "['final', 'trial-0000']"]
