from __future__ import annotations

import gc
import pickle
from pathlib import Path

import pytest

from sweep.records import TrialRequest, TrialState
from sweep.trial import run as run_module
from sweep.trial import task
from sweep.trial.context import TrialContext
from tests.trial.tiny import TinyDataset, space


def test_the_task_trains_the_built_in_model_after_a_journey_to_a_worker(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "open_dataset", TinyDataset)
    configured: list[tuple[int, bool]] = []
    monkeypatch.setattr(task, "configure_runtime", lambda *settings: configured.append(settings))
    context = TrialContext(space(threads_per_trial=3, deterministic=False), dataset, tmp_path)
    function = pickle.loads(pickle.dumps(task.TrialTask(context)))
    assert gc.get_freeze_count() > 0
    request = TrialRequest(trial=0, config={"conv_layers": 1, "filters": 2, "batch_size": 32}, seed=1, last_epoch=2)
    *reports, result = function(request)
    assert configured == [(3, False)] * 2  # when it arrives, and with the request
    assert [report.epoch for report in reports] == [1, 2]
    assert (result.state, result.epochs_trained) == (TrialState.COMPLETED, 2)
