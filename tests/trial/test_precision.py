"""Trials in half precision, and trials compiled with XLA: as exact as any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from sweep.model.build import build_model
from sweep.records import TrialState
from tests.trial.tiny import Runner, equal

pytestmark = pytest.mark.usefixtures("tiny_data")

INITIAL_SCALE = 2.0**15
CONFIG = {
    **{"conv_layers": 1, "filters": 4, "batch_norm": True, "dropout": 0.2, "dense_units": 8},
    **{"augmentation": "light", "optimizer": "sgd", "batch_size": 16},
}
COMPILED = {**CONFIG, "augmentation": "flip", "dense_layers": 0, "batch_size": 48}  # a batch of 48, then one of 13


@pytest.fixture
def other_ops() -> Iterator[None]:
    """XLA needs TensorFlow without its deterministic ops."""
    disable_op_determinism()
    yield
    tf.config.experimental.enable_op_determinism()


def trains_in_rungs_as_in_one_go(whole: Runner, rungs: Runner, **config: object) -> tuple[np.ndarray, ...]:
    expected, result = whole(3, **config)
    assert result.state is TrialState.COMPLETED
    rungs(1, **config)
    assert rungs(3, **config) == (expected, result)
    assert equal(rungs.state(), whole.state())
    assert len({metrics["loss"] for _, metrics in expected}) == 3
    return whole.state()


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_a_trial_in_half_precision_goes_on_exactly(dataset: Path, tmp_path: Path, precision: str):
    whole, rungs, single = (
        Runner(dataset, tmp_path / name, build_model, precision=one)
        for name, one in (("whole", precision), ("rungs", precision), ("single", "float32"))
    )
    trains_in_rungs_as_in_one_go(whole, rungs, **CONFIG)
    assert whole(3, **CONFIG)[0] != single(3, **CONFIG)[0]  # in the same process, and after it


def test_a_loss_scale_that_went_down_is_restored(dataset: Path, tmp_path: Path):
    raw = {"precision": "mixed_float16", "data": {"source": "digits", "scaling": "none"}}  # whose gradients overflow
    whole, rungs = (Runner(dataset, tmp_path / name, build_model, **raw) for name in ("whole", "rungs"))
    config = {**CONFIG, "batch_norm": False, "augmentation": "none"}
    state = trains_in_rungs_as_in_one_go(whole, rungs, **config)
    scales = {INITIAL_SCALE / 2**halved for halved in range(1, 13)}
    assert [float(one) for one in state if one.ndim == 0 and one.dtype == np.float32 and float(one) in scales]


@pytest.mark.usefixtures("other_ops")
def test_a_trial_compiled_with_xla_goes_on_exactly_and_has_the_results_of_one_that_is_not(
    dataset: Path, tmp_path: Path
):
    jit = {"jit": True, "deterministic": False}
    whole, rungs = (Runner(dataset, tmp_path / name, build_model, **jit) for name in ("whole", "rungs"))
    trains_in_rungs_as_in_one_go(whole, rungs, **COMPILED)
    steady = {**COMPILED, "dropout": 0.0, "augmentation": "none"}  # XLA draws other random numbers
    reports = [
        Runner(dataset, tmp_path / f"jit {one}", build_model, jit=one, deterministic=False)(2, **steady)[0]
        for one in (False, True)
    ]
    for (_, plain), (_, compiled) in zip(*reports, strict=True):
        assert compiled == pytest.approx(plain, rel=1e-4)
