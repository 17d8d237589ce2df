from __future__ import annotations

from pathlib import Path

import pytest

from sweep.data.dataset import Dataset
from sweep.data.prepare import prepare
from sweep.model.image_input import ImageInput
from sweep.preparation import image_input_of
from sweep.space.definition import Space
from sweep.trial import timing
from sweep.trial.timing import Timing, time_training
from sweep.trial.training import Training
from tests.tiny_sweep import write_images

CONFIG = {"conv_layers": 1, "filters": 2, "filters_0": 2, "dense_layers": 0, "batch_size": 2, "learning_rate": 0.01}


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Space:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    data = {"source": str(write_images(tmp_path / "tiny.npz"))}
    return Space.model_validate({"name": "tiny", "data": data, "parameters": {}})


def test_a_few_steps_tell_how_long_an_epoch_takes(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = prepare(space.data).dataset
    seen: list[tuple[int, int]] = []
    run_epoch = Training.run_epoch

    def spy(self: Training, epoch: int) -> object:
        seen.append((len(self._train[0]), len(self._validation[0])))
        return run_epoch(self, epoch)

    monkeypatch.setattr(Training, "run_epoch", spy)
    found = time_training(space, CONFIG, dataset, image_input_of(dataset))
    assert set(seen) == {(20, 5)}  # 10 steps of 38 images, and as many of 10
    assert 2 <= len(seen) <= 1 + timing.REPEATS
    assert found.begin > 0 and 0 < found.epoch < 30


def test_it_is_the_least_of_a_few_for_as_many_images_as_there_are(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fake:
        def __init__(self, *_: object) -> None:
            self.seconds = iter([3.0, 0.25, 0.125, 0.5])

        def run_epoch(self, epoch: int) -> None:
            clock[0] += next(self.seconds)

    clock = [0.0]
    monkeypatch.setattr(timing, "Training", Fake)
    monkeypatch.setattr(timing, "build_model", lambda *_: None)
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    dataset = Dataset(Path(), "", ("a",), (8, 8, 1), 400, 100, 100, (0.0,), (1.0,))
    found = time_training(space, {"batch_size": 4}, dataset, ImageInput((8, 8, 1), 1, (0.0,), (1.0,)))
    assert found == Timing(3.0 - 0.125, 0.125 * 10)
