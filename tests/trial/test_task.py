from __future__ import annotations

import gc
import pickle
from functools import partial
from pathlib import Path

import pytest
import tensorflow as tf

from sweep.records import TrialRequest, TrialState
from sweep.trial import run as run_module
from sweep.trial.context import TrialContext
from sweep.trial.task import run_task
from tests.trial.tiny import TinyDataset, space


def test_the_task_trains_the_built_in_model_after_a_journey_to_a_worker(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "open_dataset", TinyDataset)
    threads = tf.config.threading.get_intra_op_parallelism_threads() or 1
    context = TrialContext(space(threads_per_trial=threads), dataset, tmp_path)
    function = pickle.loads(pickle.dumps(partial(run_task, context)))
    assert gc.get_freeze_count() > 0
    request = TrialRequest(trial=0, config={"conv_layers": 1, "filters": 2, "batch_size": 32}, seed=1, last_epoch=2)
    *reports, result = function(request)
    assert [report.epoch for report in reports] == [1, 2]
    assert (result.state, result.epochs_trained) == (TrialState.COMPLETED, 2)
