from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sweep.seeds import derive_seed
from sweep.trial import trainer as trainer_module
from sweep.trial.trainer import Trainer
from tests.trial.tiny import CONFIG, TRAIN, equal, images, one_hot, small_model, stateful_model, values

SEED = 5


def seeded(make: Any, *args: Any, **kwargs: Any) -> keras.Model:
    keras.utils.set_random_seed(3)
    return make(*args, **kwargs)


def fitted(model: keras.Model, x: np.ndarray, y: np.ndarray, batch_size: int, epochs: int) -> list[dict[str, float]]:
    """What `model.fit` makes of the orders that a `Trainer` of SEED takes."""
    logs = []
    for epoch in range(1, epochs + 1):
        order = np.random.default_rng(derive_seed(SEED, "order", epoch)).permutation(len(x))
        history = model.fit(x[order], y[order], batch_size=batch_size, shuffle=False, verbose=0).history
        logs.append({name: float(value[0]) for name, value in history.items()})
    return logs


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_an_epoch_equals_fit_on_the_same_order_to_the_bit(optimizer: str):
    x, y = images()
    ours, theirs = (seeded(stateful_model, {**CONFIG, "optimizer": optimizer}) for _ in range(2))
    trainer = Trainer(ours, x, one_hot(y), batch_size=16, seed=SEED)
    logs = [trainer.run_epoch(epoch) for epoch in (1, 2)]
    assert logs == fitted(theirs, x, one_hot(y), 16, 2)
    assert equal(values(ours), values(theirs))


def test_integer_labels_and_one_batch_larger_than_the_data_equal_fit_too():
    x, y = images()
    ours, theirs = (seeded(small_model, loss="sparse_categorical_crossentropy") for _ in range(2))
    logs = [Trainer(ours, x, y, batch_size=4 * TRAIN, seed=SEED).run_epoch(1)]
    assert logs == fitted(theirs, x, y, 4 * TRAIN, 1)
    assert equal(values(ours), values(theirs))
    assert int(ours.optimizer.iterations) == 1


def test_the_pieces_in_which_images_are_read_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    x, y = images()
    np.save(tmp_path / "x.npy", x)
    trained = []
    for chunk_bytes, source in ((2**20, x), (3 * 16 * x[0].nbytes, np.load(tmp_path / "x.npy", mmap_mode="r")), (1, x)):
        monkeypatch.setattr(trainer_module, "CHUNK_BYTES", chunk_bytes)
        model = seeded(small_model)
        trainer = Trainer(model, source, one_hot(y), batch_size=16, seed=SEED)
        assert max(len(piece) for piece, _ in trainer._chunks(1)) == {2**20: TRAIN, 1: 16}.get(chunk_bytes, 48)
        trained.append((trainer.run_epoch(1), values(model)))
    for logs, weights in trained[1:]:
        assert logs == trained[0][0]
        assert equal(weights, trained[0][1])


def test_a_model_is_traced_once_whatever_the_pieces_batches_and_epochs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trainer_module, "CHUNK_BYTES", 1)
    calls = 0

    class Counting(keras.Sequential):
        def train_step(self, data: Any) -> Any:
            nonlocal calls
            calls += 1
            return super().train_step(data)

    x, y = images()
    model = Counting(small_model().layers)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", "precision"])
    trainer = Trainer(model, x, one_hot(y), batch_size=16, seed=SEED)
    for epoch in (1, 2, 3):
        trainer.run_epoch(epoch)
    assert calls == 1


def test_every_epoch_has_each_image_once_in_an_order_of_its_own():
    x, y = images()
    trainer = Trainer(small_model(loss="sparse_categorical_crossentropy"), x, y, batch_size=16, seed=SEED)
    numbered = np.arange(TRAIN)
    trainer._labels = numbered
    orders = [np.concatenate([numbers for _, numbers in trainer._chunks(epoch)]) for epoch in (1, 2, 1)]
    assert all(np.array_equal(np.sort(order), numbered) for order in orders)
    assert np.array_equal(orders[0], orders[2])
    assert not np.array_equal(orders[0], orders[1])


def test_an_epoch_does_not_depend_on_what_the_process_did_before():
    x, y = images()
    trained = []
    for _ in range(2):
        model = seeded(stateful_model)
        trainer = Trainer(model, x, one_hot(y), batch_size=16, seed=SEED)
        tf.random.uniform(())
        np.random.rand()
        trainer.run_epoch(1)
        trained.append(values(model))
    assert equal(*trained)


def test_a_train_step_of_the_users_own_is_called_and_its_numbers_are_reported():
    class Doubled(keras.Model):
        def train_step(self, data: Any) -> dict[str, Any]:
            logs = super().train_step(data)
            return {"twice": 2 * logs["loss"], "outputs": self(data[0]), "constant": 1.5}

    x, y = images()
    base = seeded(small_model)
    model = Doubled(base.inputs[0], base.outputs[0])
    model.compile("sgd", "categorical_crossentropy")
    logs = Trainer(model, x, one_hot(y), batch_size=16, seed=SEED).run_epoch(1)
    assert set(logs) == {"twice", "constant"}
    assert logs["constant"] == 1.5
    assert logs["twice"] == pytest.approx(2 * float(model.get_metrics_result()["loss"]), rel=1e-6)


def test_a_model_compiled_to_run_eagerly_does_so_with_nearly_the_same_numbers():
    x, y = images()
    eager, compiled = seeded(small_model, run_eagerly=True), seeded(small_model)
    seen: list[bool] = []
    eager.layers[0].call = lambda pixels: seen.append(tf.executing_eagerly()) or keras.ops.cast(pixels, "float32") / 255
    logs = Trainer(eager, x, one_hot(y), batch_size=16, seed=SEED).run_epoch(1)
    assert seen and all(seen)
    assert logs == pytest.approx(Trainer(compiled, x, one_hot(y), batch_size=16, seed=SEED).run_epoch(1), rel=1e-4)


def test_the_state_has_weights_statistics_generators_and_the_optimizers():
    model = seeded(stateful_model)
    x, y = images()
    trainer = Trainer(model, x, one_hot(y), batch_size=16, seed=SEED)
    paths = [variable.path for variable in trainer.variables]
    assert sum("seed_generator_state" in path for path in paths) == 3  # two augmentations and a dropout
    for part in ("moving_mean", "moving_variance", "kernel", "/iteration", "/learning_rate", "velocity"):
        assert any(part in path for path in paths), part


def test_the_state_has_a_second_optimizer_that_only_the_train_step_knows():
    class TwoOptimizers(keras.Model):
        def train_step(self, data: Any) -> Any:
            logs = super().train_step(data)
            other.apply([tf.ones_like(self.trainable_variables[-1])], [self.trainable_variables[-1]])
            return logs

    other = keras.optimizers.SGD(0.01, momentum=0.9)
    x, y = images()
    base = small_model()
    other.build([base.trainable_variables[-1]])
    model = TwoOptimizers(base.inputs[0], base.outputs[0])
    model.compile("sgd", "categorical_crossentropy")
    trainer = Trainer(model, x, one_hot(y), batch_size=16, seed=SEED)
    trainer.run_epoch(1)
    momentum = other.variables[-1].numpy()
    assert momentum.any()
    assert any(np.array_equal(variable.numpy(), momentum) for variable in trainer.variables)
