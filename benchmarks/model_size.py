"""How far the estimate of a model's memory (`sweep.model.size`) is from what training it takes.

    python benchmarks/model_size.py

Each configuration is trained for one epoch in a process of its own, which has trained a tiny model before. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

IMAGES, SIDE, CLASSES = 1700, 64, 10
TINY = {"conv_layers": 1, "filters": 2, "dense_layers": 0}
CONFIGS: tuple[dict[str, Any], ...] = (
    {"conv_layers": 2, "filters": 16, "dense_units": 32, "batch_size": 32},
    {"conv_layers": 4, "filters": 64, "batch_norm": True, "dense_units": 256, "batch_size": 32},
    {"conv_layers": 3, "filters": 64, "optimizer": "rmsprop", "batch_size": 8},
    {
        **{"conv_layers": 3, "filters": 32, "growth": "doubling", "pooling": "none", "global_pooling": "average"},
        **{"optimizer": "sgd", "batch_size": 128},
    },
    {
        **{"conv_layers": 5, "filters": 64, "growth": "doubling", "kernel_size": 5, "dense_units": 512},
        **{"augmentation": "strong", "optimizer": "adamw", "batch_size": 64},
    },
    {"conv_layers": 1, "filters": 48, "dense_units": 1024, "optimizer": "sgd", "batch_size": 64},
    {"conv_layers": 1, "filters": 48, "dense_units": 1024, "optimizer": "adam", "batch_size": 64},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a process of its own: FOLDER CONFIG, as JSON
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*json.loads(arguments.one))))
        return
    print("| parameters | estimate, MB | peak, MB | estimate / peak | configuration |\n|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for config in CONFIGS:
            parameters, estimated, peak = in_new_process(folder, config)
            text = " ".join(f"{name}={value}" for name, value in config.items())
            figures = f"{parameters:,} | {estimated / 1e6:,.0f} | {peak / 1e6:,.0f} | {estimated / peak:.2f}"
            print(f"| {figures} | {text} |", flush=True)


def in_new_process(folder: str, config: dict[str, Any]) -> list[int]:
    command = [sys.executable, __file__, "--one", json.dumps([folder, config])]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: list[int] = json.loads(output.splitlines()[-1])
    return found


def measure(folder: str, config: dict[str, Any]) -> tuple[int, int, int]:
    """Parameters, the estimated bytes and the bytes by which this process grew at most."""
    from sweep.data.prepare import prepare
    from sweep.model.image_input import ImageInput
    from sweep.space.definition import Space
    from sweep.trial.context import TrialContext
    from sweep.trial.runtime import configure_runtime

    space = Space.model_validate({"name": "size", "data": {"source": str(write_images(Path(folder)))}})
    configure_runtime(space.threads_per_trial, space.deterministic)
    dataset = prepare(space.data, cache=Path(folder) / "cache").dataset
    context = TrialContext(space, dataset.path, Path(tempfile.mkdtemp(dir=folder)))
    train(context, 0, TINY)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = status("VmRSS")
    train(context, 1, config)
    peak = status("VmHWM") - before
    from sweep.model.size import estimate

    image_input = ImageInput(dataset.image_shape, CLASSES, dataset.mean, dataset.variance)
    size = estimate(space, config, image_input)
    return size.parameters, size.bytes, peak


def write_images(folder: Path) -> Path:
    path = folder / "images.npz"
    if not path.exists():
        pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE, SIDE, 3), dtype=np.uint8)
        np.savez(path, x=pixels, y=np.arange(IMAGES) % CLASSES)
    return path


def train(context: Any, trial: int, config: dict[str, Any]) -> None:
    from sweep.records import TrialRequest, TrialResult, TrialState
    from sweep.trial.run import run_trial

    *_, result = run_trial(context, TrialRequest(trial, config, seed=1, last_epoch=1))
    if not isinstance(result, TrialResult) or result.state is not TrialState.COMPLETED:
        raise SystemExit(f"the trial ended as {result}")


def status(name: str) -> int:
    """A line of this process' status, in bytes."""
    lines = Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
