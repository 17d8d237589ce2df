"""Where the time of a sweep goes.

    python -m benchmarks.breakdown benchmarks/fixed.yaml
    python -m benchmarks.breakdown benchmarks/photos.yaml --set data.source=photos.zip
    python -m benchmarks.breakdown benchmarks/fixed.yaml --workers 2

Without `--workers` the sweep trains its trials itself, in one process, with the functions of the package wrapped from
outside: each second belongs to the innermost of them that runs, so the parts add up to the whole, and `the rest` is
what none of them is.

With `--workers` nothing is wrapped. Told is how many of the workers' seconds went by before the first trial was given
to one (imports, data), in trials, and idle: between trials, and at the end, when others train the last ones.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARTS = {
    "decode": ("sweep.data.prepare:prepare",),
    "build": ("sweep.trial.run:_Run._start",),
    "trace": ("sweep.trial.trainer:Trainer._prepare", "sweep.trial.evaluation:Evaluator._compile"),
    "train": ("sweep.trial.trainer:Trainer.run_epoch",),
    "validate": ("sweep.trial.evaluation:Evaluator.__call__",),
    "checkpoint": ("sweep.trial.checkpoint:CheckpointFile.save", "sweep.trial.checkpoint:CheckpointFile.load"),
    "clean up": ("keras.utils:clear_session",),
    "search": ("sweep.search.oracle_searcher:OracleSearcher.ask", "sweep.search.oracle_searcher:OracleSearcher.tell"),
    "record": (
        "sweep.loop:Loop._publish",
        "sweep.store.store:Store.record_epoch",
        "sweep.observers:TableObserver.refresh",
    ),
}
"""What stands for each part. A trial's first epoch validates and traces what validates, so these are nested."""


class Clock:
    """Seconds by part, each counted once."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._running: list[str] = []
        self._since = time.perf_counter()

    def begin(self, part: str) -> None:
        self._turn()
        self._running.append(part)
        self.calls[part] += 1

    def end(self) -> None:
        self._turn()
        self._running.pop()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._running[-1] if self._running else "the rest"] += now - self._since
        self._since = now

    def wrap(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def measured(*arguments: Any, **options: Any) -> Any:
            self.begin(part)
            try:
                return function(*arguments, **options)
            finally:
                self.end()

        return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("definition", type=Path)
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--workers", type=int, default=0)
    arguments = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SWEEP_CACHE"] = f"{folder}/cache"
        if arguments.workers:
            of_workers(arguments.definition, arguments.overrides, Path(folder), arguments.workers)
        else:
            of_one_process(arguments.definition, arguments.overrides, Path(folder))


def of_one_process(definition: Path, overrides: list[str], folder: Path) -> None:
    clock = Clock()
    clock.begin("import")
    import sweep
    from sweep.trial.runtime import configure_runtime

    space = sweep.load_space(definition, overrides)
    configure_runtime(space.threads_per_trial, space.deterministic)
    wrap_all(clock)
    gc.freeze()  # as a worker does, so that it looks for a trial's garbage among its own objects only
    clock.end()
    result = sweep.run(space, runs_dir=folder / "runs", workers=0, retrain=False)
    clock.begin("the rest")
    clock.end()
    whole = sum(clock.seconds.values())
    print(f"{space.name}: {len(result.trials)} trials, {result.epochs_trained} epochs, {whole:.1f} s in one process\n")
    print("| part | seconds | share | calls | ms a call |\n|---|--:|--:|--:|--:|")
    for part in ("import", *PARTS, "the rest"):
        seconds, calls = clock.seconds[part], clock.calls[part]
        shown = (f"{calls:,}", f"{1000 * seconds / calls:.1f}") if part in PARTS and calls else ("", "")
        print(f"| {part} | {seconds:.2f} | {seconds / whole:.1%} | {' | '.join(shown)} |")


def of_workers(definition: Path, overrides: list[str], folder: Path, workers: int) -> None:
    import sweep
    from sweep.observers import Reporter
    from sweep.records import TrialRecord, TrialState

    class Watch(Reporter):
        def __init__(self) -> None:
            self.first: float | None = None
            self.trained = 0.0
            self._since: dict[int, float] = {}

        def trial(self, record: TrialRecord) -> None:
            now = time.perf_counter()
            if record.state is TrialState.RUNNING:
                self.first = now if self.first is None else self.first
                self._since[record.id] = now
            elif record.state.is_finished:
                self.trained += now - self._since.pop(record.id)

    watch, began = Watch(), time.perf_counter()
    space = sweep.load_space(definition, overrides)
    result = sweep.run(space, runs_dir=folder / "runs", workers=workers, retrain=False, reporter=watch)
    whole = time.perf_counter() - began
    before = (watch.first or began) - began
    print(f"{space.name}: {len(result.trials)} trials, {whole:.1f} s on {workers} workers\n")
    print("| of the workers' seconds | seconds | share |\n|---|--:|--:|")
    epochs = sum(trial.seconds for trial in result.trials)
    parts = {
        "before the first trial": workers * before,
        "in epochs": epochs,
        "in trials, besides epochs": watch.trained - epochs,
        "idle": workers * (whole - before) - watch.trained,
    }
    for part, seconds in parts.items():
        print(f"| {part} | {seconds:.2f} | {seconds / (workers * whole):.1%} |")


def wrap_all(clock: Clock) -> None:
    """Raises SystemExit where the package has changed and a name is gone: no time is told as that of something else."""
    for part, names in PARTS.items():
        for name in names:
            module, _, path = name.partition(":")
            *owners, attribute = path.split(".")
            try:
                owner = functools.reduce(getattr, owners, importlib.import_module(module))
                function = getattr(owner, attribute)
            except (ImportError, AttributeError) as exc:
                raise SystemExit(f"benchmarks/breakdown.py: there is no {name} any more: {exc}") from exc
            setattr(owner, attribute, clock.wrap(part, function))


if __name__ == "__main__":
    main()
