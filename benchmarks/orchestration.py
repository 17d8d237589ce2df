"""What a sweep costs besides training: trials that do nothing, with the whole of search, store, tables and TensorBoard.

    python benchmarks/orchestration.py
    python benchmarks/orchestration.py --trials 100 1000 10000 --folder /disk/to/measure

Prints milliseconds a trial: of all, and the medians of the first and of the last 100; and how long a resume takes until
it knows what to train next. Everything is forced to the disk as in a real sweep, so the disk counts.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sweep.boards import make_tracker
from sweep.executors.inline import InlineExecutor
from sweep.loop import Loop, Observer
from sweep.observers import Reporter, TableObserver
from sweep.records import METRICS, EpochReport, TrialRecord, TrialRequest, TrialResult, TrialState
from sweep.search.oracle_searcher import make_searcher, replay
from sweep.seeds import derive_seed
from sweep.space.definition import Space
from sweep.store.layout import create_run
from sweep.store.store import Store

PARAMETERS = {
    "conv_layers": {"type": "int", "min": 1, "max": 5},
    "filters": {"type": "choice", "values": [16, 32, 64], "per": "conv_layers"},
    "kernel_size": {"type": "choice", "values": [3, 5, 7], "per": "conv_layers"},
    "learning_rate": {"type": "float", "min": 1e-5, "max": 1e-1, "sampling": "log"},
    "batch_size": {"type": "choice", "values": [16, 32, 64]},
    "epochs": {"type": "int", "min": 1, "max": 27},
    "dropout": {"type": "float", "min": 0.0, "max": 0.7},
}
TRIALS_OF_ALL_BRACKETS = 49


class Clock(Reporter):
    """When trials ended."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def trial(self, record: TrialRecord) -> None:
        if record.state.is_finished:
            self.ends.append(time.perf_counter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--methods", nargs="+", default=["random", "hyperband"], choices=["random", "hyperband"])
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder if left out")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each row, in milliseconds")
    arguments = parser.parse_args()
    if not arguments.json:
        print(f"{'method':10}{'trials':>8}{'ms a trial':>12}{'first 100':>11}{'last 100':>10}{'resume':>10}")
    for method in arguments.methods:
        for trials in arguments.trials:
            with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
                cost = measure(method, trials, Path(folder))
            print(json.dumps(vars(cost)) if arguments.json else cost.row(method), flush=True)


@dataclass(frozen=True)
class Cost:
    """Milliseconds a trial: over all, and the medians of the first and the last 100, which a disk that is busy for a
    moment does not change; and of a replay."""

    trials: int
    milliseconds: float
    first: float
    last: float
    replay: float

    def row(self, method: str) -> str:
        figures = f"{self.milliseconds:>12.2f}{self.first:>11.2f}{self.last:>10.2f}{self.replay / 1000:>8.1f} s"
        return f"{method:10}{self.trials:>8,}{figures}"


def measure(method: str, trials: int, folder: Path) -> Cost:
    """A search of at least so many trainings of nothing, written below `folder`."""
    space = make_space(method, trials)
    run, clock = create_run(folder, None, "orchestration"), Clock()
    with Store.create(run.database, {"name": run.name, "sweep_id": "0"}) as store:
        tracker, tables = make_tracker(run, store, space), TableObserver(run, store)
        tracker.rebuild([])
        observers: list[Observer] = [tracker, tables, clock]
        parts = make_searcher(space), InlineExecutor(train_nothing), store
        began = time.perf_counter()
        Loop(*parts, seed_of=partial(derive_seed, 0, "trial"), checkpoints=run.checkpoints, observers=observers).run()
        tables.refresh()
        ended = time.perf_counter()
        replay(space, store.decisions())
        replayed = time.perf_counter()
    ends = [began, *clock.ends]
    took = [after - before for before, after in itertools.pairwise(ends)]
    first, last = statistics.median(took[:100]), statistics.median(took[-100:])
    seconds = (ended - began) / len(took), first, last, replayed - ended
    return Cost(len(took), *(1000 * value for value in seconds))


def make_space(method: str, trials: int) -> Space:
    """A search of at least so many trainings, promotions included."""
    search: dict[str, object] = {"method": method, "max_trials": trials}
    if method == "hyperband":
        search |= {"factor": 3, "iterations": math.ceil(trials / TRIALS_OF_ALL_BRACKETS)}
    data = {"name": "orchestration", "data": {"source": "digits"}, "search": search, "parameters": PARAMETERS}
    return Space.model_validate(data)


def train_nothing(request: TrialRequest) -> Iterator[EpochReport | TrialResult]:
    """One epoch, and a result that depends on the configuration."""
    rate, last = float(request.config["learning_rate"]), request.last_epoch
    value = -abs(math.log10(rate) + 3)
    yield EpochReport(request.trial, last, dict.fromkeys(METRICS, value), 0.1)
    yield TrialResult(request.trial, TrialState.COMPLETED, last, last, value, 100)


if __name__ == "__main__":
    main()
