from __future__ import annotations

import math
import os
from pathlib import Path

import keras
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

from sweep.errors import SweepFailed
from sweep.trial.checkpoint import CheckpointFile
from tests.trial.tiny import equal

FACTS = {"reports": [[{"loss": 0.1 + 0.2, "auc": None, "bad": math.nan, "worse": math.inf}, 1e-17]]}


def variables() -> list[tf.Variable | keras.Variable]:
    generator = np.random.default_rng(1)
    return [
        keras.Variable(generator.normal(size=(3, 4)).astype("float32")),
        keras.Variable(7, dtype="int64"),
        keras.Variable(generator.normal(size=5), dtype="bfloat16"),
        tf.Variable([1, 2**31 - 1], dtype=tf.int32),
        keras.Variable(np.zeros((0, 2), "float32")),
        keras.Variable([math.nan, -0.0, math.inf], dtype="float16"),
    ]


def zeros() -> list[keras.Variable]:
    return [keras.Variable(np.zeros_like(one.numpy()), dtype=one.numpy().dtype.name) for one in variables()]


def saved(path: Path) -> CheckpointFile:
    file = CheckpointFile(path / "sub" / "trial-0001.ckpt")
    file.save(variables(), FACTS)
    return file


def test_facts_and_variables_come_back_to_the_bit(tmp_path: Path):
    checkpoint = saved(tmp_path).load()
    assert checkpoint is not None
    assert repr(checkpoint.facts["reports"]) == repr(FACTS["reports"])
    restored = zeros()
    checkpoint.restore(restored)
    for one, original in zip(restored, variables(), strict=True):
        assert one.numpy().tobytes() == original.numpy().tobytes()
        assert one.numpy().dtype == original.numpy().dtype
    assert restored[2].numpy().dtype == ml_dtypes.bfloat16


def test_there_is_one_file_a_trial_named_so_that_it_sorts(tmp_path: Path):
    assert CheckpointFile.of(tmp_path, 7).path == tmp_path / "trial-0007.ckpt"
    file = saved(tmp_path)
    file.save(variables(), {"reports": []})
    checkpoint = file.load()
    assert checkpoint is not None and checkpoint.facts["reports"] == []
    assert [path.name for path in file.path.parent.iterdir()] == ["trial-0001.ckpt"]
    file.delete()
    file.delete()
    assert file.load() is None


def test_a_file_cut_anywhere_counts_as_none(tmp_path: Path):
    file = saved(tmp_path)
    whole = file.path.read_bytes()
    for length in [*range(0, len(whole), 97), len(whole) - 1]:
        file.path.write_bytes(whole[:length])
        assert file.load() is None, length


def test_a_flipped_byte_never_gives_other_values(tmp_path: Path):
    file = saved(tmp_path)
    whole = file.path.read_bytes()
    noticed = 0
    for position in range(0, len(whole), 13):
        file.path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        checkpoint = file.load()
        noticed += checkpoint is None
        if checkpoint is not None:  # it was in a date or the like
            assert repr(checkpoint.facts["reports"]) == repr(FACTS["reports"])
            assert equal(
                (one.view(np.uint8) for one in checkpoint.arrays if one.ndim),
                (one.numpy().view(np.uint8) for one in variables() if one.numpy().ndim),
            )
    assert noticed > len(whole) / 13 / 2


def test_a_save_that_fails_leaves_the_former_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = saved(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SweepFailed, match=r"cannot write .*trial-0001\.ckpt: No space left on device; make room"):
        file.save(zeros(), {"reports": []})
    checkpoint = file.load()
    assert checkpoint is not None and len(checkpoint.facts["reports"]) == 1


def test_file_and_folder_are_on_disk_before_the_save_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (steps.append("sync " + os.readlink(f"/proc/self/fd/{fd}")), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda old, new: (steps.append("replace"), replace(old, new)))
    folder = saved(tmp_path).path.parent
    assert steps == [f"sync {folder}/trial-0001.ckpt.tmp", "replace", f"sync {folder}"]


@pytest.mark.parametrize(
    "change",
    [
        lambda some: some[:-1],
        lambda some: [*some, keras.Variable(1.0)],
        lambda some: [keras.Variable(np.zeros((4, 3), "float32")), *some[1:]],
        lambda some: [*some[:3], keras.Variable([1.0, 2.0], dtype="float32"), *some[4:]],
    ],
    ids=["fewer", "more", "shape", "type"],
)
def test_a_model_it_does_not_fit_is_refused_untouched(tmp_path: Path, change: object):
    checkpoint = saved(tmp_path).load()
    assert checkpoint is not None and callable(change)
    others = change(zeros())
    before = [one.numpy() for one in others]
    with pytest.raises(SweepFailed, match=r"trial-0001\.ckpt was written by another model than the one built now"):
        checkpoint.restore(others)
    assert equal(before, (one.numpy() for one in others))
