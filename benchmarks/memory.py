"""The memory of a sweep's processes while it trains many small models one after the other: it stays flat.

    python benchmarks/memory.py --trials 200
    python benchmarks/memory.py --trials 200 --one-shape

Runs a random search on two workers and another one inside of one process, each in an orchestrator of its own, and
prints how much memory (RSS) its processes have at rest. Linux only.

TensorFlow keeps what oneDNN made for each shape of an array that it has met, up to a number of them: where no two
models are alike, that fills up over the first hundreds of trials. With `--one-shape` all models are of one shape, so
that what is left is what trials themselves leave behind.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path

import numpy as np

import sweep
from sweep.observers import Reporter
from sweep.records import TrialRecord
from sweep.space.definition import Space

MARKS = (0.1, 0.3, 0.5, 0.7, 1.0)
"""Parts of the sweep after which memory is looked at."""

WINDOW = 10
"""A worker may be in the middle of a trial: what it has at rest is the least of so many looks."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--one-shape", action="store_true", help="models differ in what changes no shape only")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)  # a process of its own, with so many workers
    arguments = parser.parse_args()
    if arguments.inside is not None:
        print(json.dumps(search(tiny_space(arguments.trials, arguments.one_shape), arguments.inside)))
        return
    marks = [round(part * arguments.trials) for part in MARKS]
    print(f"| process | {' | '.join(f'{mark} trials' for mark in marks)} | growth a trial of the process |")
    print("|---|" + "--:|" * (len(marks) + 1))
    for workers in (2, 0):
        command = [sys.executable, __file__, *sys.argv[1:], "--inside", str(workers)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seen: dict[str, list[int]] = json.loads(output.splitlines()[-1])
        for name, sizes in seen.items():
            own = (marks[-1] - marks[0]) / (workers if name.startswith("worker") else 1)
            growth = (sizes[-1] - sizes[0]) / own / 1e3
            figures = " | ".join(f"{size / 1e6:,.0f} MB" for size in sizes)
            print(f"| {name} | {figures} | {growth:+,.0f} kB |", flush=True)


def search(space: Space, workers: int) -> dict[str, list[int]]:
    """The RSS of each process in bytes at each mark."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SWEEP_CACHE"] = folder
        looks = Looks(space.search.max_trials or 0)
        sweep.run(space, runs_dir=folder, workers=workers, retrain=False, reporter=looks)
    names = [f"worker {number}" for number in range(1, workers + 1)]
    everyone = ["orchestrator" if workers else "all in one process", *names]
    return {name: list(sizes) for name, sizes in zip(everyone, zip(*looks.marks, strict=True), strict=True)}


def tiny_space(trials: int, one_shape: bool) -> Space:
    shapes = {
        "conv_layers": {"type": "int", "min": 1, "max": 3},
        "filters": {"type": "int", "min": 2, "max": 16, "per": "conv_layers"},
        "batch_norm": {"type": "boolean"},
    }
    parameters = {
        **({"conv_layers": 2, "filters": 8, "batch_norm": True} if one_shape else shapes),
        "optimizer": {"type": "choice", "values": ["adam", "sgd"]},
        "learning_rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
        "dropout": {"type": "float", "min": 0.0, "max": 0.5},
        "epochs": 2,
    }
    data = {"source": "digits", "limit": 400}
    search = {"method": "random", "max_trials": trials}
    return Space.model_validate({"name": "memory", "data": data, "search": search, "parameters": parameters})


class Looks(Reporter):
    """Looks at this process and its children whenever a trial has ended."""

    def __init__(self, trials: int) -> None:
        self._at = {round(part * trials) for part in MARKS}
        self._ended = 0
        self._last: deque[list[int]] = deque(maxlen=WINDOW)
        self.marks: list[list[int]] = []

    def trial(self, record: TrialRecord) -> None:
        if not record.state.is_finished:
            return
        self._ended += 1
        self._last.append([rss(process) for process in (os.getpid(), *children())])
        if self._ended in self._at:
            self.marks.append(np.min(list(self._last), axis=0).tolist())


def rss(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def children() -> list[int]:
    found = (path.read_text().split() for path in Path("/proc/self/task").glob("*/children"))
    return sorted(int(process) for processes in found for process in processes)


if __name__ == "__main__":
    main()
