"""Every command line that the README and the tutorial show, typed one after the other in one folder by a newcomer."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_docs import DOCS, README, ROOT, blocks

CLASSES = ("daisy", "dandelion", "rose", "sunflower", "tulip")
SMALLER = {
    "image_size": "[8, 8]",
    "conv_layers": "1",
    "filters": "4",
    "kernel_size": "3",
    "batch_norm": "false",
    "augmentation": "none",
    "global_pooling": "average",
    "dense_units": "8",
    "dropout": "{type: float, min: 0.0, max: 0.5, step: 0.1}",
    "batch_size": "16",
}
"""Lines of search_spaces/photos.yaml that are others here: the same search, of a network that trains in no time."""

FAILS = {"sweep validate photos.yaml": 2}
"""Commands that are shown for what they find, and their exit codes."""


def shown() -> list[str]:
    """The command lines in the order of the pages, each once."""
    lines = [
        line
        for page in (README, DOCS / "tutorial.md")
        for block in blocks(page, "sh", "console")
        for line in block.splitlines()
    ]
    typed = [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines if re.match(r"(\$ )?sweep ", line)]
    return list(dict.fromkeys(line.replace("/path/to/photos", "photos") for line in typed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With photos, those that the lines name among them, and the repository's definition made small."""
    generator = np.random.default_rng(0)
    named = re.findall(r"photos/\S+\.jpg", "\n".join(shown()))
    usual = [f"photos/{name}/{number}.jpg" for name in CLASSES for number in range(30)]
    for path in (tmp_path / name for name in (*usual, *named)):
        path.parent.mkdir(parents=True, exist_ok=True)
        light = 40 * CLASSES.index(path.parent.name)
        pixels = generator.integers(light, light + 60, (24, 32, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(path)
    text = (ROOT / "search_spaces" / "photos.yaml").read_text()
    for key, value in SMALLER.items():
        text, count = re.subn(rf"^(\s*{key}:).*$", rf"\1 {value}", text, flags=re.MULTILINE)
        assert count == 1, key
    (tmp_path / "search_spaces").mkdir()
    (tmp_path / "search_spaces" / "photos.yaml").write_text(text)
    mistakes = re.search(r"^\$ sweep validate photos\.yaml$", README.read_text(), re.MULTILINE)
    assert mistakes, "the README shows mistakes in a file"
    (tmp_path / "photos.yaml").write_text(
        text.replace("image_size", "image_sise").replace("val_accuracy", "val_acuracy")
    )
    return tmp_path


def test_every_command_line_of_readme_and_tutorial_does_what_it_says(folder: Path) -> None:
    lines = shown()
    assert len(lines) > 12
    environment = {**os.environ, "SWEEP_CACHE": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    for line in lines:
        code, output = typed(line, folder, environment)
        assert code == FAILS.get(line, 0), f"{line}\n{output}"
        assert "Traceback" not in output, f"{line}\n{output}"


def typed(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and output; of a command that serves until Ctrl-C, 0 as soon as it says where."""
    command = [sys.executable, "-m", "sweep", *shlex.split(line)[1:]]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    output = "".join(until(process, "http://localhost:" if "tensorboard" in line else None))
    if "http://localhost:" in output and "tensorboard" in line:
        process.terminate()
        process.wait(20)
        return 0, output
    return process.wait(120), output


def until(process: subprocess.Popen[str], sign: str | None) -> Iterator[str]:
    """What the process writes, up to the line with the sign."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line
        if sign is not None and line.startswith(sign):
            return
