from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sweep.boards import rebuild_tensorboard
from sweep.errors import InputError
from sweep.store.layout import RunDirectory
from sweep.store.lock import RunLock
from sweep.store.store import Store


def scalars(logdir: Path) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Run to tag to points."""
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

    reader = EventMultiplexer().AddRunsFromDirectory(str(logdir)).Reload()
    found: dict[str, Any] = {}
    for run, tags in reader.Runs().items():
        found[run] = {tag: [(one.step, one.value) for one in reader.Scalars(run, tag)] for tag in tags["scalars"]}
        found[run] |= {tag: [one.step for one in reader.Tensors(run, tag)] for tag in tags["tensors"]}
    return found


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> RunDirectory:
    return RunDirectory(shutil.copytree(finished, tmp_path / "runs" / "tiny-001"))


def test_what_is_rebuilt_is_what_the_sweep_wrote(run: RunDirectory) -> None:
    written = scalars(run.tensorboard)
    shutil.rmtree(run.tensorboard)
    rebuild_tensorboard(run)
    assert scalars(run.tensorboard) == written
    assert set(written) >= {"final", "trial-0000", "trial-0001", "trial-0002"}


def test_what_was_there_before_is_not_doubled(run: RunDirectory) -> None:
    written = scalars(run.tensorboard)
    (run.tensorboard / "trial-0009").mkdir()
    rebuild_tensorboard(run)
    rebuild_tensorboard(run)
    assert scalars(run.tensorboard) == written
    assert not (run.tensorboard / "trial-0009").exists()


def test_without_an_answer_there_are_only_trials(run: RunDirectory) -> None:
    shutil.rmtree(run.final)
    rebuild_tensorboard(run)
    assert sorted(path.name for path in run.tensorboard.iterdir()) == ["trial-0000", "trial-0001", "trial-0002"]


def test_the_store_is_only_read(run: RunDirectory) -> None:
    with Store.open(run.database, read_only=True) as store:
        before = store.digest(), len(store.events())
    rebuild_tensorboard(run)
    with Store.open(run.database, read_only=True) as store:
        assert (store.digest(), len(store.events())) == before


def test_a_sweep_that_runs_writes_its_own(run: RunDirectory) -> None:
    with RunLock(run), pytest.raises(InputError, match="run tiny-001 is being run by pid"):
        rebuild_tensorboard(run)
