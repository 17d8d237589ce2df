"""Is this machine ready for sweeps? Versions, graphics cards, disk, cache, and a tiny sweep that really trains."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sweep.data.cache import entries_folder
from sweep.environment import describe_environment
from sweep.errors import Interrupted, SweepError
from sweep.machine import Machine, this_machine
from sweep.store.removal import contents_of
from sweep.text import byte_text, counted, one_line

LEAST_FREE = 10**9
"""Bytes: with less, a cache entry or a few checkpoints fill the disk."""

SELF_TEST = """
name: self-test
data: {{source: {source}, seed: 0}}
search: {{method: random, max_trials: 2}}
trial_timeout: 1m
parameters:
  conv_layers: 1
  filters: 2
  dense_layers: 0
  batch_size: 16
  epochs: 1
  learning_rate: {{type: float, min: 1e-3, max: 1e-1, sampling: log}}
"""


@dataclass(frozen=True)
class Check:
    """`ok` is False where something is wrong; `text` is what was found, and what to do."""

    name: str
    ok: bool
    text: str


def examine(runs_dir: Path, self_test: bool = True) -> Iterator[Check]:
    """Each check as soon as it is done; none raises."""
    yield from _packages()
    yield _machine(this_machine())
    yield _folder("runs", runs_dir, "--runs-dir")
    cache = entries_folder(None)
    yield _folder("cache", cache, "SWEEP_CACHE")
    yield _cache(cache)
    if self_test:
        yield try_sweep()


def _packages() -> Iterator[Check]:
    about = describe_environment()
    versions = {"sweep": about["sweep"], **about["packages"]}
    told = [f"{name} {version}" for name, version in versions.items() if version]
    missing = [name for name, version in versions.items() if not version]
    yield Check("python", True, f"{about['python']} on {about['platform']}")
    told_missing = f"missing: {', '.join(missing)}; install them with: pip install -e . ({', '.join(told)})"
    yield Check("packages", not missing, told_missing if missing else ", ".join(told))


def _machine(machine: Machine) -> Check:
    cards = [one.name + (f" ({byte_text(one.memory)} free)" if one.memory else "") for one in machine.gpus]
    memory = "" if machine.memory is None else f", {byte_text(machine.memory)} of memory free"
    text = f"{counted(machine.processors, 'processor')}{memory}; GPU: {', '.join(cards) or 'none seen'}"
    return Check("machine", True, text)


def _folder(name: str, folder: Path, setting: str) -> Check:
    """Can it be written to, and has its disk room? It, or the folder that it would be made in. What the permissions say
    is not asked: they let root write in /proc, which nobody can."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if os.path.exists(one))
    try:
        tempfile.TemporaryDirectory(prefix=".sweep-doctor-", dir=there).cleanup()
    except OSError as exc:
        text = f"{there} cannot be written to ({exc.strerror}); check its permissions, or choose another place with"
        return Check(name, False, f"{text} {setting}")
    free = shutil.disk_usage(there).free
    text = f"{folder}: {byte_text(free)} free"
    return Check(name, free >= LEAST_FREE, text if free >= LEAST_FREE else f"{text}; free some space")


def _cache(folder: Path) -> Check:
    entries = [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []
    size = contents_of(folder).bytes
    text = f"{counted(len(entries), 'data set')}, {byte_text(size)}; all of it may be removed, and is made anew"
    return Check("cached images", True, text if entries else "none yet")


def try_sweep(run_sweep: Callable[[Path], None] | None = None) -> Check:
    """Two trials on two workers, the retraining and the evaluation, in a folder that is removed afterwards."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="sweep-doctor-") as folder, _cache_in(Path(folder) / "cache"):
            (run_sweep or _run_sweep)(Path(folder))
    except Interrupted as exc:
        raise Interrupted("stopped") from exc  # its folder is gone, and with it what it would be resumed from
    except SweepError as exc:
        return Check("self-test", False, str(exc))
    except Exception as exc:
        return Check("self-test", False, one_line(exc))
    took = time.monotonic() - began
    return Check("self-test", True, f"2 trials on 2 workers, the retraining and the evaluation took {took:.0f} s")


def _run_sweep(folder: Path) -> None:
    """Raises SweepError where anything is not as it should be."""
    from sweep import api
    from sweep.errors import SweepFailed
    from sweep.space.load import parse_space

    _write_images(folder / "images.npz")
    space = parse_space(SELF_TEST.format(source=folder / "images.npz"), "self-test")
    result = api.run(space, runs_dir=folder / "runs", workers=2)
    failed = [trial for trial in result.trials if trial.error]
    if failed:
        raise SweepFailed(f"trial {failed[0].id}: {failed[0].error}")
    if result.state != "finished" or len(result.trials) != 2 or result.test_accuracy is None:
        raise SweepFailed(f"the sweep ended {result.state}, with {len(result.trials)} trials of 2")


def _write_images(path: Path) -> None:
    """Noise of 8 x 8 pixels, with a bright row that tells the class."""
    import numpy as np

    generator = np.random.default_rng(0)
    labels = np.arange(60) % 3
    images = generator.integers(0, 150, (60, 8, 8), dtype=np.uint8)
    images[np.arange(60), labels * 2] += 90
    np.savez(path, x=images, y=labels.astype(np.int32))


@contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("SWEEP_CACHE")
    os.environ["SWEEP_CACHE"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SWEEP_CACHE"]
        else:
            os.environ["SWEEP_CACHE"] = before
