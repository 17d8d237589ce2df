"""A sweep in which the machine makes a trial fail, against one in which it does not."""

from __future__ import annotations

import json
from pathlib import Path

from tests.tiny_sweep import Trainer, digest, write_images, write_space

MODEL = """
from pathlib import Path
import keras

def build(hp):
    units = hp.Int("units", 2, 9)
    if Path("no-memory").exists() and units % 2:
        raise MemoryError("none left")
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(units),
                              keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model
"""


def test_retried_trials_give_the_table_of_a_sweep_in_which_nothing_failed(trainer: Trainer, tmp_path: Path) -> None:
    write_images(tmp_path / "tiny.npz")
    (tmp_path / "retried_net.py").write_text(MODEL)
    sections = {"model": "retried_net:build", "parameters": {"epochs": 1, "batch_size": 16}}
    space = write_space(tmp_path, search={"method": "random", "max_trials": 4}, **sections)
    well = trainer("run", space, "--workers", "0", "--no-retrain", cwd=tmp_path)
    assert (well.code, well.err) == (0, ""), well
    (tmp_path / "no-memory").touch()
    ill = trainer("run", space, "--workers", "0", "--no-retrain", cwd=tmp_path)
    assert ill.code == 0, ill
    runs = tmp_path / "runs"
    assert digest(runs / "tiny-002") != digest(runs / "tiny-001")
    (tmp_path / "no-memory").unlink()
    done = trainer("retry", "tiny-002", "--workers", "0", "--json", cwd=tmp_path)
    assert done.code == 0, done
    told = json.loads(done.out)
    assert (told["trials"]["completed"], told["trials"]["failed"]) == (4, 0)
    assert told["digest"] == digest(runs / "tiny-001")
    assert told["test"] is not None
    again = trainer("retry", "tiny-002", "--workers", "0", cwd=tmp_path)
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("error: tiny-002 has its winner: ") and again.err.count("\n") == 1
