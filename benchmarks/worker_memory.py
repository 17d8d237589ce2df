"""Whether a worker's own memory grows with the data: all workers map one file, so it must not.

    python -m benchmarks.worker_memory

Sweeps that differ in nothing but the number of images, each on two workers. Looked at, from outside and all the
while, is what a process shares with no other (USS); printed is the most that any worker had. A page of the mapped file
counts as a worker's own as long as no other worker has read it, though no one has a copy of it and the system may drop
it at any time: so USS is told once as it is and once without such clean pages.

Images are read in pieces of 64 MiB, so data of less than two would be whole in a worker; both sizes have several. Linux
only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.timing import folder_of_its_own, started_in, sweep

SIDE, CLASSES = 96, 10
SIZES = {"less": 7_000, "more": 20_000}

LOOK_SECONDS = 0.1
DEFINITION = {
    "name": "memory",
    "data": {"source": "images.npz", "scaling": "unit"},
    "search": {"method": "random", "max_trials": 4},
    "parameters": {
        **{"conv_layers": 1, "filters": 2, "dense_units": 8, "batch_size": 64, "epochs": 2},
        "learning_rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
    },
}


@dataclass(frozen=True)
class Own:
    """Bytes that a process shares with no other; `written` are those of them that are no unchanged page of a file."""

    all: int = 0
    written: int = 0

    def most(self, other: Own) -> Own:
        return Own(max(self.all, other.all), max(self.written, other.written))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    most = {name: most_of_a_worker(images) for name, images in SIZES.items()}
    facts = {name: {"data": SIZES[name] * SIDE * SIDE * 3, **vars(own)} for name, own in most.items()}
    if arguments.json:
        print(json.dumps(facts))
        return
    print("| data | USS | without clean pages |\n|--:|--:|--:|")
    for one in facts.values():
        print(f"| {' | '.join(f'{one[kind] / 1e6:,.0f} MB' for kind in ('data', 'all', 'written'))} |")


def most_of_a_worker(images: int) -> Own:
    """The most of any process that the sweep starts, at any time."""
    with folder_of_its_own() as folder:
        pixels = np.random.default_rng(0).integers(0, 256, (images, SIDE, SIDE, 3), dtype=np.uint8)
        np.savez(folder / "images.npz", x=pixels, y=np.arange(images) % CLASSES)
        del pixels
        (folder / "memory.yaml").write_text(json.dumps(DEFINITION))  # JSON is YAML
        command = sweep("memory", "run", "memory.yaml", "--workers", "2", "--no-retrain", look=lambda *_: {})
        most = Own()
        with open(folder / "output", "w") as output, started_in(folder, command, output, output) as process:
            while process.poll() is None:
                for one in descendants(process.pid):
                    most = most.most(own_memory(one.pid))
                time.sleep(LOOK_SECONDS)
        if process.returncode != 0:
            raise SystemExit((folder / "output").read_text()[-2000:])
    return most


def descendants(process: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
        return psutil.Process(process).children(recursive=True)
    return []


def own_memory(process: int) -> Own:
    """Nothing where the process has just ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return Own()
    sizes = {name: 1024 * int(size) for name, size, *_ in map(str.split, lines) if name.startswith("Private_")}
    return Own(sum(sizes.values()), sizes.get("Private_Dirty:", 0))


if __name__ == "__main__":
    main()
