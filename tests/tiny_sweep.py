"""A sweep that is over in seconds, and a process in which the command line is called again and again, so that
TensorFlow is imported once, with settings that no other test has touched."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sweep.store.store import Store
from sweep.trial.runtime import configure_runtime

CLASSES = 3


def write_images(path: Path, count: int = 60, seed: int = 0) -> Path:
    """An .npz of noise, 8 x 8 pixels, with a bright row that tells the class."""
    generator = np.random.default_rng(seed)
    labels = (np.arange(count) % CLASSES).astype(np.int32)
    images = generator.integers(0, 150, (count, 8, 8), dtype=np.uint8)
    images[np.arange(count), labels * 2] += 90
    np.savez(path, x=images, y=labels)
    return path


def write_space(folder: Path, name: str = "tiny", **sections: Any) -> Path:
    """A random search of three trials of two epochs; `sections` replace those of the file."""
    parameters = {"conv_layers": 1, "filters": 2, "dense_layers": 0, "batch_size": 16, "epochs": 2}
    space = {
        "name": name,
        "data": {"source": str(folder / "tiny.npz")},
        "search": {"method": "random", "max_trials": 3},
        "parameters": {
            **parameters,
            "learning_rate": {"type": "float", "min": 0.001, "max": 0.1, "sampling": "log"},
        },
        **sections,
    }
    path = folder / f"{name}.yaml"
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in space.items()))
    return path


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Trainer:
    """`trainer("run", "tiny.yaml", cwd=folder)` as the console script would do it, in the process described above."""

    def __init__(self, cache: Path) -> None:
        self.environment = {"SWEEP_CACHE": str(cache)}
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def __call__(self, *arguments: object, cwd: Path) -> Done:
        return self._process.submit(call_main, list(map(str, arguments)), str(cwd), self.environment).result(120)

    def close(self) -> None:
        self._process.shutdown()

    def start(self, *arguments: object, cwd: Path, **options: Any) -> subprocess.Popen[str]:
        """The same command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "sweep.cli.main", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **self.environment, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )


def call_main(arguments: list[str], cwd: str, environment: Mapping[str, str]) -> Done:
    """`sweep ARGUMENTS` in this process and that directory."""
    from sweep.cli.main import main

    os.environ.update(environment)
    configure_runtime(1, deterministic=True)
    os.chdir(cwd)
    sys.argv = ["sweep", *arguments]
    code = 0
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
    return Done(code, *(_text(stream) for stream in (out, err)))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


def open_store(run: Path) -> Store:
    return Store.open(run / "sweep.db", read_only=True)


def digest(run: Path) -> str:
    with open_store(run) as store:
        return store.digest()
