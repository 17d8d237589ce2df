from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sweep import new_run as module
from sweep.errors import InputError, SweepFailed
from sweep.new_run import new_run
from sweep.preparation import Ready, get_ready
from sweep.space.load import load_space
from sweep.store.layout import list_runs
from tests.tiny_sweep import open_store, write_images, write_space


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    write_images(tmp_path / "tiny.npz")
    return get_ready(load_space(write_space(tmp_path)))


def test_a_run_has_its_files_before_its_first_trial(ready: Ready, tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", None, ready)
    assert run.name == "tiny-001"
    assert {path.name for path in run.root.iterdir()} == {
        *("space.yaml", "environment.json", "labels.csv", "sweep.db"),
        *("tensorboard", "checkpoints", "logs"),
    }
    assert load_space(run.space_file) == ready.space
    assert json.loads(run.environment_file.read_text())["packages"]["keras"]
    with open_store(run.root) as store:
        assert store.facts["dataset_digest"] == ready.dataset.digest
        assert (store.trials(), store.events()) == ([], [])


def test_each_run_has_an_id_of_its_own(ready: Ready, tmp_path: Path) -> None:
    ids = set()
    for _ in range(2):
        with open_store(new_run(tmp_path / "runs", None, ready).root) as store:
            ids.add(store.facts["sweep_id"])
    assert len(ids) == 2


@pytest.mark.parametrize("part", ["dump_space", "write_json", "write_labels"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_cannot_be_made_whole_is_removed(
    error: BaseException, part: str, ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise error

    monkeypatch.setattr(module, part, fail)
    expected = SweepFailed if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        new_run(tmp_path / "runs", "mine", ready)
    if isinstance(error, OSError):
        place = tmp_path / "runs" / "mine"
        assert str(caught.value) == f"{place}: No space left on device; free some space, or choose another --runs-dir"
    assert list((tmp_path / "runs").iterdir()) == list_runs(tmp_path / "runs") == []


def test_a_name_that_is_taken_leaves_the_other_run_alone(ready: Ready, tmp_path: Path) -> None:
    run = new_run(tmp_path / "runs", "mine", ready)
    with pytest.raises(InputError, match="run mine exists already"):
        new_run(tmp_path / "runs", "mine", ready)
    assert run.database.exists()
