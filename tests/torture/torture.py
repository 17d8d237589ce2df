"""Kill sweeps again and again, at seeded random moments and at named write points, and compare what comes out.

`python -m tests.torture.torture --kills 60` prints a row for each sweep; it fails where a digest differs from that of
the uninterrupted sweep, a trial stands `running`, a finished trial was run twice, or TensorBoard has a doubled row or
epoch.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweep.faults import POINTS
from sweep.records import Proposal
from sweep.store.store import Store
from sweep.trial.runtime import import_tensorflow

SPACE = Path(__file__).with_name("space.yaml")
METHODS: dict[str, list[str]] = {
    "random": ["search.method=random", "search.max_trials=8"],
    "hyperband": ["search.method=hyperband"],
    "bayesian": ["search.method=bayesian", "search.max_trials=9", "search.initial_points=4", "search.generation=3"],
    "grid": ["search.method=grid", "search.max_trials=8"],
}
TIMEOUT = 300.0
"""Seconds after which a sweep that does not end counts as hung."""


@dataclass
class Sweep:
    """One sweep in a folder of its own: started, killed, resumed."""

    method: str
    workers: int
    folder: Path
    settings: list[str]
    kills: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "run"

    def command(self) -> list[str]:
        common = ["--runs-dir", str(self.folder), "--workers", str(self.workers)]
        if (self.root / "sweep.db").exists():
            return [sys.executable, "-m", "sweep.cli.main", "resume", "run", *common]
        shutil.rmtree(self.root, ignore_errors=True)  # killed before there was a run
        overrides = [part for setting in self.settings for part in ("--set", setting)]
        return [sys.executable, "-m", "sweep.cli.main", "run", str(SPACE), "--name", "run", *common, *overrides]

    def start(self, fault: str | None = None) -> subprocess.Popen[bytes]:
        environment = dict(os.environ)
        environment.pop("SWEEP_FAULT", None)
        if fault is not None:
            environment["SWEEP_FAULT"] = fault
        with (self.folder / "output.log").open("ab") as log:
            return subprocess.Popen(self.command(), stdout=log, stderr=log, env=environment, start_new_session=True)

    def finish(self) -> None:
        """Run or resume it to its end. A worker's death on the way is the sweep's own affair."""
        process = self.start()
        code = process.wait(TIMEOUT)
        if code != 0:
            raise AssertionError(f"{self}: exit {code}\n{(self.folder / 'output.log').read_text()[-3000:]}")

    def kill_at_random(self, generator: random.Random, longest: float) -> None:
        """Start it, wait for a random time, and kill the orchestrator, one of its processes, or the whole group."""
        process = self.start()
        victim = generator.choice(["orchestrator", "group", "worker"])  # or the fork server, or the searcher
        moment = generator.uniform(0.0, longest)
        if _ends_within(process, moment):
            return
        others = _descendants(process.pid)
        if victim == "worker" and others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(generator.choice(others), signal.SIGKILL)
            process.wait(TIMEOUT)
        elif victim == "orchestrator":
            process.kill()
        else:
            victim = "group"
        _kill_group(process.pid)
        process.wait()
        _wait_for_group(process.pid)
        self.kills.append(f"{victim} after {moment:.1f} s")

    def kill_at(self, point: str, count: int) -> bool:
        """Run it until a process reaches the point so many times and is killed there; whether one did."""
        mark = self.folder / f"mark-{len(self.kills)}"
        process = self.start(f"{point}:{count}:{mark}")
        process.wait(TIMEOUT)
        _kill_group(process.pid)
        _wait_for_group(process.pid)
        if mark.exists():
            self.kills.append(f"{point} #{count}")
        return mark.exists()


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _descendants(pid: int) -> list[int]:
    """The fork server, and what it has forked: workers and the searcher."""
    with contextlib.suppress(OSError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [*children, *(one for child in children for one in _descendants(child))]
    return []


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _wait_for_group(pid: int) -> None:
    """Until no process of the group is left: its checkpoints and locks are then at rest."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(pid, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.05)


def inspect(sweep: Sweep) -> dict[str, Any]:
    """What must be equal to the uninterrupted sweep; raises AssertionError where the sweep is not sound in itself."""
    with Store.open(sweep.root / "sweep.db", read_only=True) as store:
        trials = store.trials(live=True)
        assert all(trial.state.is_finished for trial in trials), [trial.state for trial in trials]
        asked = Counter(fact.trial for fact in store.decisions() if isinstance(fact, Proposal))
        for trial in trials:
            ends = Counter(attempt.outcome for attempt in store.attempts(trial.id))
            assert ends["completed"] == asked[trial.id], f"trial {trial.id} was run twice: {ends}"
        digest = store.digest()
        epochs = {trial.id: [report.epoch for report in store.epochs(trial.id)] for trial in trials}
    _check_tensorboard(sweep.root / "tensorboard", epochs)
    metrics = json.loads((sweep.root / "final" / "metrics.json").read_text())
    leftovers = [path.name for path in (sweep.root / "checkpoints").iterdir()]
    assert not leftovers, leftovers
    return {"digest": digest, "test": metrics["test"], "winner": metrics["winner"]["id"]}


def _check_tensorboard(logdir: Path, epochs: dict[int, list[int]]) -> None:
    """One HParams row for each trial, with its end, and each epoch's point once."""
    import_tensorflow()  # without its greeting: TensorBoard's reader would import it anyway
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.metadata import PLUGIN_NAME, SESSION_END_INFO_TAG, SESSION_START_INFO_TAG

    folders = sorted(path.name for path in logdir.iterdir() if path.name.startswith("trial-"))
    assert folders == [f"trial-{trial:04}" for trial in sorted(epochs)]
    for trial, wanted in epochs.items():
        events = EventAccumulator(str(logdir / f"trial-{trial:04}")).Reload()
        assert [event.step for event in events.Scalars("loss/train")] == wanted, f"trial {trial}"
        assert {SESSION_START_INFO_TAG, SESSION_END_INFO_TAG} <= set(events.PluginTagToContent(PLUGIN_NAME))


def reference(method: str, folder: Path, workers: int = 0) -> tuple[dict[str, Any], float]:
    """The uninterrupted sweep, and how many seconds it took."""
    sweep = _new(method, workers, folder)
    began = time.monotonic()
    sweep.finish()
    return inspect(sweep), time.monotonic() - began


def _new(method: str, workers: int, folder: Path) -> Sweep:
    return Sweep(method, workers, Path(tempfile.mkdtemp(prefix=f"{method}-", dir=folder)), METHODS[method])


def torture(
    method: str, kills: int, seed: int, folder: Path, wanted: dict[str, Any], seconds: Mapping[int, float]
) -> Sweep:
    """One sweep with so many kills at random moments, then finished and compared. `seconds` is how long it takes
    uninterrupted, by the number of workers, of which one is drawn."""
    generator = random.Random(seed)
    sweep = _new(method, generator.choice(sorted(seconds)), folder)
    while len(sweep.kills) < kills and not (sweep.root / "final").exists():
        sweep.kill_at_random(generator, seconds[sweep.workers])
    sweep.finish()
    found = inspect(sweep)
    assert found == wanted, f"{sweep}\n{found}\n{wanted}"
    return sweep


def torture_point(method: str, point: str, count: int, folder: Path, wanted: dict[str, Any]) -> Sweep:
    """One sweep that is killed at a named point, then finished and compared."""
    sweep = _new(method, 1, folder)
    if not sweep.kill_at(point, count):
        raise AssertionError(f"{point} was not reached {count} times")
    sweep.finish()
    found = inspect(sweep)
    assert found == wanted, f"{sweep}\n{found}\n{wanted}"
    return sweep


def main() -> None:
    """All methods in turn until there were so many kills, and every named point for each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60, help="at random moments; named points come on top")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--points", nargs="*", default=list(POINTS), choices=list(POINTS))
    arguments = parser.parse_args()
    began, total = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        generator = random.Random(arguments.seed)
        references: dict[str, dict[str, Any]] = {}
        seconds: dict[str, dict[int, float]] = {method: {} for method in arguments.methods}
        for method in arguments.methods:
            references[method], _ = reference(method, folder)
            _row(method, "inline", "none", references[method])
            for workers in (1, 2, 4):
                found, seconds[method][workers] = reference(method, folder, workers)
                assert found == references[method], (method, workers, found)
                _row(method, str(workers), "none", found)
        for method in arguments.methods:
            for point in arguments.points:
                count = 1 if point.startswith(("run.", "final.", "winner.")) else generator.randint(1, 6)
                sweep = torture_point(method, point, count, folder, references[method])
                total += len(sweep.kills)
                _row(method, str(sweep.workers), ", ".join(sweep.kills), references[method])
        random_kills = 0
        while random_kills < arguments.kills:
            method = arguments.methods[generator.randrange(len(arguments.methods))]
            seed, times = generator.randrange(10**6), seconds[method]
            sweep = torture(method, generator.randint(1, 4), seed, folder, references[method], times)
            random_kills += len(sweep.kills)
            _row(method, str(sweep.workers), ", ".join(sweep.kills) or "none", references[method])
            shutil.rmtree(sweep.folder)
    total += random_kills
    print(
        f"{total} kills, {random_kills} of them at random moments; every digest equal; {time.monotonic() - began:.0f} s"
    )


def _row(method: str, workers: str, kills: str, found: dict[str, Any]) -> None:
    accuracy = found["test"]["accuracy"]
    print(f"{method:9} | {workers:6} | {found['digest'][:16]} | {accuracy:.4f} | {kills}", flush=True)


if __name__ == "__main__":
    main()
