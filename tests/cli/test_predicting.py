from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.cli.conftest import Run, Sweep
from tests.tiny_sweep import Trainer


def test_predict_tells_labels_and_probabilities(trainer: Trainer, finished: Path, tmp_path: Path) -> None:
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 255, (8, 8), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    place = ("--runs-dir", finished.parent)
    done = trainer("predict", "tiny-001", tmp_path, "--top", 2, "--json", *place, cwd=tmp_path)
    assert (done.code, done.err) == (0, ""), done
    first, second = json.loads(done.out)
    assert (first["image"], second["image"]) == (str(tmp_path / "0.png"), str(tmp_path / "1.png"))
    assert first["label"] == next(iter(first["probabilities"])) and len(first["probabilities"]) == 2
    (tmp_path / "bad.png").write_bytes(b"x")
    large = bytearray((tmp_path / "0.png").read_bytes())
    large[16:24] = struct.pack(">II", 10_000, 10_000)
    large[29:33] = struct.pack(">I", zlib.crc32(bytes(large[12:29])))
    (tmp_path / "large.png").write_bytes(large)
    given = [tmp_path / name for name in ("bad.png", "large.png", "0.png")]
    shown = trainer("predict", "tiny-001", *given, *place, cwd=tmp_path)
    percent = 100 * first["probabilities"][first["label"]]
    assert shown.code == 1
    assert shown.out.startswith(f"{tmp_path / '0.png'}: {first['label']} {percent:.1f} %, ")
    assert shown.err.splitlines() == [
        f"{tmp_path / 'bad.png'}: cannot be read: no JPEG, PNG, GIF, BMP, WebP, TIFF or PPM image",
        f"{tmp_path / 'large.png'}: cannot be read: has 100,000,000 pixels; 89,478,485 are the most",
    ]


def test_what_is_not_there_is_said_before_tensorflow_is_imported(
    sweep: Sweep, make_run: Callable[..., Run], tmp_path: Path, runs: Path
) -> None:
    make_run()
    done = sweep("predict", "digits-001", str(tmp_path / "no.png"))
    assert done == (2, "", f"error: {tmp_path / 'no.png'}: there is no such file or folder\n")
    (tmp_path / "a.png").write_bytes(b"x")
    assert sweep("predict", "digits-001", str(tmp_path / "a.png")) == (
        *(2, ""),
        f"error: digits-001 has no final model yet; make one: sweep retrain-best digits-001 --runs-dir {runs}\n",
    )
    (runs / "digits-001" / "final").mkdir()
    assert sweep("predict", "digits-001", str(tmp_path / "a.png")) == (
        *(1, ""),
        f"error: {runs}/digits-001/final/model.keras: is missing; "
        f"make it anew with: sweep retrain-best digits-001 --runs-dir {runs}\n",
    )
