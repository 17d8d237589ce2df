"""Whole sweeps against whole scripts that do the same work with other tools."""

from __future__ import annotations

import re
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import sweep
from benchmarks.result import Result
from benchmarks.timing import ROOT, Command, Facts, Run, disturbance, in_turns, median_seconds, module, run_in
from benchmarks.timing import sweep as sweep_command
from sweep.records import TrialState
from sweep.store.layout import find_run
from sweep.store.store import Store

HERE = ROOT / "benchmarks"
IMAGES_APART = 0.01
"""By so much may two tools' splits differ: each rounds in its own way, and ours leaves out doubled photos."""


@dataclass(frozen=True)
class Contest:
    """Ours against the fastest of the others. `faster` is how many times as long they must take at least, `limit` how
    many times as long as they we may take at most."""

    row: str
    ours: Command
    others: tuple[Command, ...]
    faster: float | None = None
    limit: float | None = None

    def result(self, runs: dict[str, list[Run]]) -> Result:
        for other in self.others:
            require_equal_work(self.ours.name, runs[self.ours.name], other.name, runs[other.name])
        ours = median_seconds(runs[self.ours.name])
        theirs = {other.name: median_seconds(runs[other.name]) for other in self.others}
        best = min(theirs.values())
        against = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in theirs.items())
        others = disturbance(runs[self.ours.name], *(runs[other.name] for other in self.others))
        result = partial(Result, self.row, f"{ours:.1f} s", against, others=others)
        if self.limit is not None:
            return result(f"{ours / best:.2f}x", f"<= {self.limit:g}x", ours / best <= self.limit)
        if self.faster is not None:
            return result(f"{best / ours:.1f}x", f">= {self.faster:g}x", best / ours >= self.faster)
        return result(f"{best / ours:.1f}x")


def measure(contests: Sequence[Contest], rounds: int) -> list[Result]:
    """Commands that several contests have in common are run once a round."""
    commands = {command.name: command for one in contests for command in (one.ours, *one.others)}
    runs = in_turns(list(commands.values()), rounds)
    return [one.result(runs) for one in contests]


def hyperband() -> Contest:
    return Contest(
        "hyperband",
        ours("sweep, hyperband.yaml", HERE / "hyperband.yaml"),
        (module("KerasTuner", "benchmarks.peers.kerastuner_hyperband"),),
        faster=5,
    )


def fixed() -> Contest:
    peers = (
        module("Optuna", "benchmarks.peers.optuna_fixed"),
        module("Ray Tune", "benchmarks.peers.ray_fixed", waits=False),
        module("Keras loop", "benchmarks.peers.keras_loop"),
    )
    return Contest("fixed", ours("sweep, fixed.yaml", HERE / "fixed.yaml", "--workers", "2"), peers, faster=3)


def limit() -> Contest:
    bare = module("bare compiled epochs", "benchmarks.peers.compiled_limit")
    return Contest("limit", fixed().ours, (bare,), limit=1.4)


def photos(source: Path, scratch: Path) -> Contest:
    peer = module("KerasTuner", "benchmarks.peers.kerastuner_photos", str(class_folders(source, scratch)))
    return Contest("photos", on_photos("sweep, photos.yaml", source), (peer,), faster=2.5)


def originals(source: Path, scratch: Path) -> Contest:
    """The cache that `sweep plan` leaves is that of a first sweep on the same photos."""
    cache = tempfile.mkdtemp(prefix="cache-", dir=scratch)
    plan = ("plan", str(HERE / "photos.yaml"), "--set", f"data.source={source}")
    run_in(Path(tempfile.mkdtemp(dir=scratch)), sweep_command("plan", *plan, look=nothing, SWEEP_CACHE=cache))
    peer = module("KerasTuner", "benchmarks.peers.kerastuner_photos", str(class_folders(source, scratch)))
    again = replace(on_photos("sweep, photos.yaml again", source, SWEEP_CACHE=cache), look=trained_from_cache)
    return Contest("originals", again, (peer,), faster=4)


def cached_photos(source: Path, scratch: Path) -> Contest:
    """Not what the guides of Keras show, but what one may come upon."""
    folder = str(class_folders(source, scratch))
    peer = module("KerasTuner with `cache()`", "benchmarks.peers.kerastuner_photos", folder, "--cache")
    return Contest("cached", on_photos("sweep, photos.yaml", source), (peer,))


def on_photos(name: str, source: Path, **environment: str) -> Command:
    return ours(name, HERE / "photos.yaml", "--set", f"data.source={source}", **environment)


def ours(name: str, definition: Path, *options: str, **environment: str) -> Command:
    """A search, with all that belongs to it."""
    return sweep_command(name, "run", str(definition), "--no-retrain", *options, look=trained, **environment)


def trained(folder: Path, _: str) -> Facts:
    """What the latest run below `folder` trained."""
    result = sweep.open(runs_dir=folder / "runs")
    with Store.open(find_run(folder / "runs").database, read_only=True) as store:
        images = store.facts["images"]["train"]
    done = [trial for trial in result.trials if trial.state is TrialState.COMPLETED]
    best = max(trial.objective or 0.0 for trial in done)
    return {"trials": len(done), "epochs": sum(one.epochs_trained for one in done), "images": images, "best": best}


def trained_from_cache(folder: Path, output: str) -> Facts:
    if not re.search(r"^data: .*(\n.*)?cached$", output, re.MULTILINE):
        raise SystemExit(f"the photos were to be in the cache:\n{output[:500]}")
    return trained(folder, output)


def nothing(_: Path, __: str) -> Facts:
    return {}


def require_equal_work(one: str, ours: Sequence[Run], other: str, theirs: Sequence[Run]) -> None:
    """Raises SystemExit where trials, epochs or images are not the same: no ratio could be told."""
    for mine, its in ((mine.facts, its.facts) for mine in ours for its in theirs):
        equal = (mine["trials"], mine["epochs"]) == (its["trials"], its["epochs"])
        if not equal or abs(mine["images"] / its["images"] - 1) > IMAGES_APART:
            raise SystemExit(f"not the same work: {one} {dict(mine)}, {other} {dict(its)}")


def class_folders(source: Path, scratch: Path) -> Path:
    """The folder that holds a folder for each class: of a `.zip`, unpacked below `scratch`."""
    folder = source
    if source.is_file():
        print(f"unpacking {source.name}", file=sys.stderr, flush=True)
        folder = Path(tempfile.mkdtemp(dir=scratch))
        with zipfile.ZipFile(source) as archive:
            archive.extractall(folder)
    while len(inside := sorted(path for path in folder.iterdir() if path.is_dir())) == 1:
        folder = inside[0]
    return folder
