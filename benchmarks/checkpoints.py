"""What checkpoints cost: the seconds in which trials save and load them, as a share of the seconds of their epochs, and
of all the seconds from the start of a training to its end, with building and compiling its model.

    python benchmarks/checkpoints.py
    python benchmarks/checkpoints.py --rounds 5 --folder /disk/to/measure

Each case is a sweep in a process of its own, which trains its trials itself, one after the other; the cases take turns.
Printed are medians over the rounds. A share depends on the disk, above all on how long it takes to `fsync`.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

import sweep
from sweep.observers import Reporter
from sweep.records import EpochReport, TrialRecord, TrialState
from sweep.space.definition import Space

IMAGES, SIDE, CLASSES = 1000, 64, 10

DIGITS = {
    "conv_layers": {"type": "int", "min": 1, "max": 3},
    "filters": {"type": "choice", "values": [16, 32, 64], "per": "conv_layers"},
    "dense_units": {"type": "choice", "values": [32, 64, 128]},
    "learning_rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
    "batch_size": {"type": "choice", "values": [16, 32, 64]},
}
"""Those of `search_spaces/digits.yaml` that decide how long an epoch takes and how large a checkpoint is."""

LARGE = {
    **{"conv_layers": 3, "filters": 32, "growth": "doubling", "dense_units": 512, "batch_size": 32},
    "learning_rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
}
"""4.3 million weights, of which Adam keeps three numbers each."""

CASES: dict[str, dict[str, Any]] = {
    "digits, random": {
        "data": {"source": "digits"},
        "search": {"method": "random", "max_trials": 8},
        "parameters": {**DIGITS, "epochs": 6},
    },
    "digits, hyperband": {
        "data": {"source": "digits"},
        "search": {"method": "hyperband", "factor": 3},
        "parameters": {**DIGITS, "epochs": {"type": "int", "min": 1, "max": 9}},
    },
    "few digits, hyperband": {
        "data": {"source": "digits", "limit": 200},
        "search": {"method": "hyperband", "factor": 3},
        "parameters": {**DIGITS, "epochs": {"type": "int", "min": 1, "max": 3}},
    },
    "large, random": {
        "data": {"source": "images.npz"},
        "search": {"method": "random", "max_trials": 2},
        "parameters": {**LARGE, "epochs": 4},
    },
    "large, hyperband": {
        "data": {"source": "images.npz"},
        "search": {"method": "hyperband", "factor": 3, "max_trials": 4},
        "parameters": {**LARGE, "epochs": {"type": "int", "min": 1, "max": 3}},
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=CASES, action="append", help="only this one; may be given again")
    parser.add_argument("--folder", help="where runs are written; left out, a temporary directory")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a process of its own, with the name of a case
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(json.dumps(measure(arguments.one, Path(arguments.folder))))
        return
    cases = arguments.case or list(CASES)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        write_images(Path(folder))
        rounds = [{name: in_new_process(name, folder) for name in cases} for _ in range(arguments.rounds)]
    print("| case | epochs | an epoch | saves | a save | loads | a load | of the epochs | from ... to | of all |")
    print("|---|" + "--:|" * 9)
    for name in cases:
        print(row(name, [one[name] for one in rounds]))


def in_new_process(name: str, folder: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", name, "--folder", folder]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return found


def row(name: str, found: list[dict[str, float]]) -> str:
    def median(value: Callable[[dict[str, float]], float]) -> float:
        return statistics.median(map(value, found))

    def of_one(kind: str) -> str:
        return f"{1000 * median(lambda one: one[f'{kind} seconds'] / max(one[kind], 1)):,.1f} ms"

    counts = [f"{median(itemgetter(kind)):.0f} | {of_one(kind)}" for kind in ("epochs", "save", "load")]
    shares = {kind: [cost(one) / one[f"{kind} seconds"] for one in found] for kind in ("epochs", "trainings")}
    least, most = min(shares["epochs"]), max(shares["epochs"])
    of_epochs, of_all = (statistics.median(values) for values in shares.values())
    return f"| {name} | {' | '.join(counts)} | {of_epochs:.2%} | {least:.2%} ... {most:.2%} | {of_all:.2%} |"


def cost(one: dict[str, float]) -> float:
    return one["save seconds"] + one["load seconds"]


def measure(name: str, folder: Path) -> dict[str, float]:
    """How often and how long in all: epochs, the saving and loading of checkpoints, and trainings."""
    from sweep.trial.checkpoint import CheckpointFile

    os.environ["SWEEP_CACHE"] = str(folder / "cache")
    os.chdir(folder)
    spent: dict[str, float] = defaultdict(float)
    for kind in ("save", "load"):
        setattr(CheckpointFile, kind, timed(getattr(CheckpointFile, kind), kind, spent))
    space = Space.model_validate({"name": "checkpoints", **CASES[name]})
    sweep.run(space, runs_dir=tempfile.mkdtemp(dir=folder), workers=0, retrain=False, reporter=Watch(spent))
    return {**dict.fromkeys(["load", "load seconds"], 0.0), **spent}


def timed(function: Callable[..., Any], kind: str, spent: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(function)
    def measured(*arguments: Any) -> Any:
        started = time.perf_counter()
        found = function(*arguments)
        spent[f"{kind} seconds"] += time.perf_counter() - started
        spent[kind] += kind == "save" or found is not None  # a trial that begins looks for a file that is not there
        return found

    return measured


class Watch(Reporter):
    """Adds up epochs and trainings, of which there is one at a time."""

    def __init__(self, spent: dict[str, float]) -> None:
        self._spent = spent
        self._started = 0.0

    def trial(self, record: TrialRecord) -> None:
        if record.state is TrialState.RUNNING:
            self._started = time.perf_counter()
        elif record.state.is_finished:
            self._spent["trainings seconds"] += time.perf_counter() - self._started

    def epoch(self, report: EpochReport) -> None:
        self._spent["epochs"] += 1
        self._spent["epochs seconds"] += report.seconds


def write_images(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE, SIDE, 3), dtype=np.uint8)
    np.savez(folder / "images.npz", x=pixels, y=np.arange(IMAGES) % CLASSES)


if __name__ == "__main__":
    main()
