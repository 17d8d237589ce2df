"""What `precision` and `jit` cost and save here: the seconds of a first epoch, which compiles, and of a later one.

    python benchmarks/precision.py

Each row is a process of its own with one thread, on random images. Seconds are of processor time, which other programs
on the machine disturb less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

EPOCHS = 3
NETWORK = {"conv_layers": 2, "filters": 16, "growth": "doubling", "batch_norm": True, "dense_units": 64}
DATA = {
    "digits, 8x8": ((8, 8, 1), 1150, 288, NETWORK),
    "photos, 64x64": ((64, 64, 3), 1600, 400, {**NETWORK, "conv_layers": 4, "filters": 32, "dense_units": 128}),
}
WAYS = [("float32", False), ("float32", True), ("mixed_bfloat16", False), ("mixed_float16", False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a process of its own: DATA PRECISION JIT, as JSON
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*json.loads(arguments.one))))
        return
    print("| images | precision | jit | first epoch, s | later epoch, s |\n|---|---|---|--:|--:|")
    for name in DATA:
        for precision, jit in WAYS:
            command = [sys.executable, __file__, "--one", json.dumps([name, precision, jit])]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            first, *later = json.loads(output.splitlines()[-1])
            print(f"| {name} | {precision} | {str(jit).lower()} | {first:.2f} | {min(later):.3f} |", flush=True)


@dataclass
class Images:
    """What a training uses of a dataset."""

    shape: tuple[int, int, int]
    train_size: int
    validation_size: int
    x: np.ndarray = field(init=False)
    y: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        count = self.train_size + self.validation_size
        self.x = np.random.default_rng(0).integers(0, 256, (count, *self.shape), dtype=np.uint8)
        self.y = (np.arange(count) % 10).astype(np.int32)

    def train(self) -> tuple[np.ndarray, np.ndarray]:
        return self.x[: self.train_size], self.y[: self.train_size]

    def validation(self) -> tuple[np.ndarray, np.ndarray]:
        return self.x[self.train_size :], self.y[self.train_size :]


def measure(name: str, precision: str, jit: bool) -> list[float]:
    """Seconds of each epoch, with its validation."""
    from sweep.model.build import build_model
    from sweep.model.image_input import ImageInput
    from sweep.space.definition import Space
    from sweep.trial.runtime import configure_runtime
    from sweep.trial.training import Training

    shape, train_size, validation_size, config = DATA[name]
    settings = {"precision": precision, "jit": jit, "deterministic": not jit}
    space = Space.model_validate({"name": "precision", "data": {"source": "digits"}, **settings})
    configure_runtime(space.threads_per_trial, space.deterministic)
    image_input = ImageInput(shape, 10, (128.0,) * shape[2], (5400.0,) * shape[2])
    dataset: Any = Images(shape, train_size, validation_size)

    import keras

    keras.utils.set_random_seed(0)
    training = Training(space, config, 0, build_model(space, config, image_input), dataset, image_input)
    seconds = []
    for epoch in range(1, EPOCHS + 1):
        before = time.process_time()
        training.run_epoch(epoch)
        seconds.append(time.process_time() - before)
    return seconds


if __name__ == "__main__":
    main()
