from __future__ import annotations

from typing import Any

import keras
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from sweep.trial.checkpoint import CheckpointFile
from sweep.trial.fit_trainer import FitTrainer
from tests.trial.tiny import equal, images, one_hot, small_model, values


class Passing(keras_tuner.HyperModel):
    """As in KerasTuner's guide: the override adds arguments to what it is given."""

    def fit(self, hp: Any, model: keras.Model, *args: Any, **kwargs: Any) -> Any:
        return model.fit(*args, batch_size=hp.get("batch_size"), shuffle=hp.get("shuffle"), verbose=1, **kwargs)


def hyperparameters(**config: Any) -> keras_tuner.HyperParameters:
    hp = keras_tuner.HyperParameters()
    hp.values = {"batch_size": 16, "shuffle": True, **config}
    return hp


def trainer_of(hypermodel: Any, model: keras.Model, **config: Any) -> FitTrainer:
    x, y = images()
    validation = (x[:12], one_hot(y)[:12])
    return FitTrainer(hypermodel, hyperparameters(**config), model, x, one_hot(y), validation, batch_size=32, seed=9)


def seeded(make: Any, **settings: Any) -> keras.Model:
    keras.utils.set_random_seed(3)
    return make(**settings)


def noisy_model() -> keras.Model:
    class Noise(keras.layers.Layer):
        def call(self, x: Any, training: bool = False) -> Any:
            noise = tf.random.normal(tf.shape(x)) + keras.random.normal(keras.ops.shape(x))
            return x + noise if training else x

    return small_model(extra=[Noise()])


@pytest.mark.parametrize("make", [small_model, noisy_model])
def test_epochs_in_one_go_equal_epochs_from_a_checkpoint_to_the_bit(make: Any, tmp_path: Any):
    whole = seeded(make)
    trainer = trainer_of(Passing(), whole)
    expected = [trainer.run_epoch(epoch) for epoch in (1, 2)]
    first, second = seeded(make), seeded(make)
    trainer = trainer_of(Passing(), first)
    logs = [trainer.run_epoch(1)]
    file = CheckpointFile(tmp_path / "one.ckpt")
    file.save(trainer.variables, {})
    trainer = trainer_of(Passing(), second)
    checkpoint = file.load()
    assert checkpoint is not None
    checkpoint.restore(trainer.variables)
    logs.append(trainer.run_epoch(2))
    assert logs == expected
    assert equal(values(second), values(whole))


def test_the_overrides_own_arguments_hold_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]):
    model = seeded(small_model)
    logs = trainer_of(Passing(), model, batch_size=10).run_epoch(1)
    assert set(logs) == {"loss", "accuracy"}
    assert int(model.optimizer.iterations) == 7  # 61 images in batches of 10
    assert capfd.readouterr() == ("", "")
    assert keras.config.is_interactive_logging_enabled()


def test_the_images_are_shuffled_anew_at_each_epoch_where_the_override_shuffles():
    trained = {}
    for shuffle in (True, False):
        model = seeded(small_model)
        trainer = trainer_of(Passing(), model, shuffle=shuffle)
        trainer.run_epoch(1)
        trained[shuffle] = values(model)
    assert not equal(trained[True], trained[False])


class Recording:
    """Keeps what its `fit` is called with."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def fit(self, hp: Any, model: Any, x: Any, y: Any, **kwargs: Any) -> None:
        self.calls.append(kwargs)


class Explicit(Recording):
    def fit(  # type: ignore[override]
        self,
        hp: Any,
        model: Any,
        x: Any,
        y: Any,
        batch_size: int,
        epochs: int = 1,
        initial_epoch: int = 0,
        callbacks: Any = (),
    ) -> None:
        self.calls.append({"batch_size": batch_size, "epochs": epochs, "initial_epoch": initial_epoch})


class OwnLoop(Recording):
    def fit(self, hp: Any, model: Any, x: Any, y: Any, epochs: int = 10, **kwargs: Any) -> float:  # type: ignore[override]
        for epoch in range(epochs):
            self.calls.append({"epoch": epoch})
            for callback in kwargs["callbacks"]:
                callback.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.7, "table": np.zeros(3)})
        return 0.5


class OwnEpochs(Recording):
    def fit(self, hp: Any, model: keras.Model, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        self.calls.append(dict(kwargs))
        return model.fit(*args, epochs=2, **kwargs)


def test_an_override_that_takes_anything_is_told_the_epoch_the_validation_images_and_a_callback():
    recording = Recording()
    trainer = trainer_of(recording, small_model())
    assert trainer.run_epoch(4) == {}
    (call,) = recording.calls
    assert set(call) == {"epochs", "initial_epoch", "validation_data", "callbacks"}
    assert (call["epochs"], call["initial_epoch"]) == (4, 3)
    assert [len(array) for array in call["validation_data"]] == [12, 12]


def test_an_override_is_given_what_its_signature_names():
    explicit = Explicit()
    trainer_of(explicit, small_model()).run_epoch(4)
    assert explicit.calls == [{"batch_size": 32, "epochs": 4, "initial_epoch": 3}]


def test_a_loop_of_its_own_goes_round_once_an_epoch_and_its_numbers_are_taken():
    loop = OwnLoop()
    trainer = trainer_of(loop, small_model())
    assert trainer.run_epoch(1) == {"loss": 0.5}
    trainer.run_epoch(2)
    assert loop.calls == [{"epoch": 0}, {"epoch": 0}]


def test_an_override_that_sets_epochs_itself_is_called_again_without_them():
    own = OwnEpochs()
    model = small_model()
    trainer = trainer_of(own, model)
    trainer.run_epoch(1)
    trainer.run_epoch(2)
    assert ["epochs" in call for call in own.calls] == [True, False, False]
    assert int(model.optimizer.iterations) == 2 * 2 * 2  # two calls of two epochs of two batches


def test_other_type_errors_are_the_overrides_own():
    class Broken:
        def fit(self, hp: Any, model: Any, x: Any, y: Any, **kwargs: Any) -> Any:
            return 1 + "one"  # type: ignore[operator]

    with pytest.raises(TypeError, match="unsupported operand"):
        trainer_of(Broken(), small_model()).run_epoch(1)
