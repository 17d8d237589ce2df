from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from sweep.data.dataset import Dataset
from sweep.errors import SweepFailed
from sweep.final.evaluate import evaluate
from sweep.final.requests import EvaluateRequest, Retrained, RetrainEpoch, RetrainRequest
from sweep.final.retrain import retrain, retrain_epochs
from sweep.space.definition import Retrain, Space

CONFIG = {"conv_layers": 1, "filters": 4, "dense_units": 8, "batch_size": 16, "learning_rate": 0.01}


def space(**changes) -> Space:
    return Space.model_validate({"name": "s", "data": {"source": "colours.npz"}, **changes})


def request(dataset: Dataset, folder: Path, config=CONFIG, best_epoch: int = 2, **changes) -> RetrainRequest:
    return RetrainRequest(space(**changes), config, best_epoch, seed=7, dataset=dataset.path, folder=folder)


@pytest.mark.parametrize(
    ("epochs", "best_epoch", "train_size", "development_size", "batch_size", "expected"),
    [
        ("best", 7, 80, 100, 32, 7),
        (12, 7, 80, 100, 32, 12),
        ("same_updates", 8, 80, 100, 10, 6),  # 8·8 = 64 updates, 10 an epoch: 6.4
        ("same_updates", 10, 80, 100, 32, 8),  # 10·3 = 30 updates, 4 an epoch: 7.5, half up
        ("same_updates", 5, 10, 12, 1000, 5),  # one update an epoch, then and now
        ("same_updates", 1, 10, 100, 10, 1),  # 1 update, 10 an epoch: never less than one epoch
    ],
)
def test_how_long_it_is_trained(epochs, best_epoch, train_size, development_size, batch_size, expected):
    settings = Retrain(epochs=epochs)
    assert retrain_epochs(settings, best_epoch, train_size, development_size, batch_size) == expected


@pytest.fixture(scope="module")
def retrained(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("final")
    return folder, list(retrain(request(dataset, folder, best_epoch=3)))


def test_each_epoch_is_reported_and_the_end(retrained):
    _, reports = retrained
    *epochs, end = reports
    assert [(report.epoch, report.epochs) for report in epochs] == [(1, 3), (2, 3), (3, 3)]
    assert all(isinstance(report, RetrainEpoch) and set(report.metrics) == {"loss", "accuracy"} for report in epochs)
    assert epochs[2].metrics["loss"] < epochs[0].metrics["loss"]
    assert isinstance(end, Retrained)
    assert (end.epochs, end.images) == (3, 84)
    assert end.seconds >= sum(report.seconds for report in epochs)


def test_train_and_validation_images_are_what_it_is_trained_on(retrained):
    folder, _ = retrained
    model = keras.models.load_model(folder / "model.keras")
    assert int(model.optimizer.iterations.numpy()) == 3 * 6  # 84 images in batches of 16: 6 updates an epoch


def test_only_the_model_and_its_labels_are_left(retrained):
    folder, _ = retrained
    assert sorted(path.name for path in folder.iterdir()) == ["labels.json", "model.keras"]
    assert json.loads((folder / "labels.json").read_text()) == {"classes": ["blue", "green", "red"]}


def test_the_statistics_are_those_of_the_training_images(retrained, dataset):
    folder, _ = retrained
    scaling = keras.models.load_model(folder / "model.keras").get_layer("scaling")
    train = dataset.train()[0].astype(float).mean(axis=(0, 1, 2))
    everything = dataset.development()[0].astype(float).mean(axis=(0, 1, 2))
    assert np.ravel(scaling.mean) == pytest.approx(train, abs=1e-3)
    assert np.abs(train - everything).max() > 0.1


PLAIN_KERAS = """
import sys, keras, numpy
model = keras.models.load_model(sys.argv[1])
assert not any(name.partition(".")[0] == "sweep" for name in sys.modules)
images = numpy.load(sys.argv[2])
assert images.dtype == "uint8" and model.input_shape == (None, 8, 8, 3)
numpy.save(sys.argv[3], model.predict(images, verbose=0))
"""


def test_plain_keras_loads_the_file_and_classifies_raw_pixels(retrained, dataset, tmp_path):
    folder, _ = retrained
    assert classified(folder, dataset, tmp_path) > 0.9


def classified(folder: Path, dataset: Dataset, tmp_path: Path) -> float:
    """The part of the validation images that the saved model has right, in a process that knows Keras only."""
    images, labels = dataset.validation()
    np.save(tmp_path / "images.npy", images)
    arguments = [folder / "model.keras", tmp_path / "images.npy", tmp_path / "probabilities.npy"]
    subprocess.run([sys.executable, "-c", PLAIN_KERAS, *map(str, arguments)], check=True, cwd=tmp_path)
    probabilities = np.load(tmp_path / "probabilities.npy")
    assert probabilities.shape == (24, 3)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(24), abs=1e-5)
    return float((probabilities.argmax(axis=1) == labels).mean())


def weights(folder: Path) -> list[np.ndarray]:
    return keras.models.load_model(folder / "model.keras").get_weights()


def test_the_same_request_makes_the_same_weights_over_what_was_left_half_done(retrained, dataset, tmp_path):
    folder, _ = retrained
    killed = retrain(request(dataset, tmp_path, best_epoch=3))
    next(killed)
    killed.close()
    assert list(tmp_path.iterdir()) == []
    list(retrain(request(dataset, tmp_path, best_epoch=3)))
    for one, other in zip(weights(tmp_path), weights(folder), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_test_images_are_not_opened(dataset, tmp_path, monkeypatch):
    opened: list[str] = []
    load = np.load
    monkeypatch.setattr(np, "load", lambda path, **options: opened.append(str(path)) or load(path, **options))
    monkeypatch.setattr(Dataset, "test", lambda self: pytest.fail("the test split was opened"))
    list(retrain(request(dataset, tmp_path, best_epoch=1)))
    assert sorted(Path(path).name for path in opened) == ["development.npy", "development_labels.npy"]


def test_a_loss_that_is_not_finite_ends_it_with_a_reason(dataset, tmp_path):
    config = CONFIG | {"optimizer": "sgd", "learning_rate": 1e30}
    with pytest.raises(SweepFailed, match=r"^the loss became (nan|inf) in epoch \d of 5; set another `retrain:"):
        list(retrain(request(dataset, tmp_path, config, best_epoch=5)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_a_model_in_half_precision_is_trained_saved_and_loaded_as_such(precision, dataset, tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        *_, end = retrain(request(dataset, tmp_path / name, best_epoch=3, precision=precision))
        assert end.epochs == 3
        assert keras.config.dtype_policy().name == "float32"
    model = keras.models.load_model(tmp_path / "one" / "model.keras")
    assert {layer.name: layer.dtype_policy.name for layer in model.layers if layer.name != "pixels"} == {
        **{layer.name: precision for layer in model.layers if layer.name != "pixels"},
        **{"scaling": "float32", "probabilities": "float32"},
    }
    for one, other in zip(weights(tmp_path / "one"), weights(tmp_path / "other"), strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, other)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) is (precision == "mixed_float16")
    if precision == "mixed_float16":
        steps = int(model.optimizer.step_counter.numpy())
        halved = np.log2(2.0**15 / float(model.optimizer.dynamic_scale.numpy()))
        # A step that overflows halves the scale and updates nothing; the steps since are counted.
        assert int(model.optimizer.iterations.numpy()) == 3 * 6 - halved
        assert 0 < steps <= 3 * 6 - halved
    assert classified(tmp_path / "one", dataset, tmp_path) > 0.9


USERS = """
import keras
import keras_tuner


class Doubling(keras.layers.Layer):
    def call(self, x):
        return keras.ops.cast(x, "float32") / 128


def model(*layers, loss="sparse_categorical_crossentropy"):
    pixels = keras.Input((8, 8, 3), dtype="uint8")
    x = pixels
    for layer in (*layers, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3, "softmax")):
        x = layer(x)
    built = keras.Model(pixels, x)
    built.compile("adam", loss, metrics=["accuracy"])
    return built


class Nested(keras.layers.Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.inner = keras.layers.Dense(3)

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        with open("seen.txt", "a") as file:
            print(self.inner.compute_dtype, file=file)
        return self.inner(x)


def with_nested_layer(hp):
    return model(keras.layers.Rescaling(1 / 255), Nested())


def with_own_layer(hp):
    return model(Doubling())


def with_lambda(hp):
    return model(keras.layers.Lambda(lambda x: keras.ops.cast(x, "float32")))


def with_closure(hp):
    def loss(y_true, y_pred):
        return keras.losses.categorical_crossentropy(y_true, y_pred)

    return model(keras.layers.Rescaling(1 / 255), loss=loss)


keras.utils.set_random_seed(1)
augmentation = keras.Sequential([keras.layers.RandomFlip(), keras.layers.RandomZoom(0.2)])


def with_augmentation(hp):
    return model(augmentation, keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(3, 3))


class InHalf(keras_tuner.HyperModel):
    def build(self, hp):
        keras.config.set_dtype_policy("mixed_bfloat16")
        return model(keras.layers.Rescaling(1 / 255))

    def fit(self, hp, model, x, y, **kwargs):
        with open("seen.txt", "a") as file:
            print(keras.config.dtype_policy().name, file=file)
        return model.fit(x, y)


class WithFit(keras_tuner.HyperModel):
    def build(self, hp):
        return model(keras.layers.Rescaling(1 / 255))

    def fit(self, hp, model, x, y, validation_data=None, **kwargs):
        with open("seen.txt", "a") as file:
            print(len(x), len(validation_data[0]), file=file)
        return model.fit(x, y, batch_size=hp.get("batch_size"), **kwargs)
"""


@pytest.fixture
def users(tmp_path, monkeypatch):
    """The name of a module with models of a user's own, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return users_module(tmp_path, "users")


def users_module(folder: Path, prefix: str) -> str:
    name = f"{prefix}_{abs(hash(folder))}"
    (folder / f"{name}.py").write_text(USERS)
    return name


def of_a_user(dataset, folder, source: str, **changes) -> RetrainRequest:
    folder.mkdir()
    parameters = {"batch_size": 16}
    return request(dataset, folder, {"batch_size": 16}, best_epoch=1, model=source, parameters=parameters, **changes)


@pytest.mark.parametrize("name", ["with_own_layer", "with_closure"])
def test_a_model_of_a_users_own_is_saved(dataset, tmp_path, users, name):
    *_, end = retrain(of_a_user(dataset, tmp_path / "final", f"{users}:{name}"))
    assert (end.epochs, end.images) == (1, 84)
    assert (tmp_path / "final" / "model.keras").exists()


def test_a_model_that_cannot_be_loaded_again_is_refused_before_it_is_trained(dataset, tmp_path, users):
    reports = retrain(of_a_user(dataset, tmp_path / "final", f"{users}:with_lambda"))
    with pytest.raises(SweepFailed, match=rf"^the model of {users}:with_lambda cannot be loaded from .*ambda"):
        next(reports)


def test_a_users_own_fit_trains_all_the_images_it_may_see(dataset, tmp_path, users):
    *_, end = retrain(of_a_user(dataset, tmp_path / "final", f"{users}:WithFit"))
    assert end.images == 84
    assert (tmp_path / "seen.txt").read_text() == "84 24\n"


def test_the_weights_are_the_same_whatever_ran_in_the_process_before(dataset, tmp_path, users):
    """Two copies of a module are to each other as the modules of two processes."""
    other = users_module(tmp_path, "others")
    for folder, module in (("first", users), ("before", other), ("second", other)):
        list(retrain(of_a_user(dataset, tmp_path / folder, f"{module}:with_augmentation")))
    for one, another in zip(weights(tmp_path / "first"), weights(tmp_path / "second"), strict=True):
        np.testing.assert_array_equal(one, another)


def test_a_setting_that_a_build_makes_holds_until_its_model_is_trained_and_no_longer(dataset, tmp_path, users):
    list(retrain(of_a_user(dataset, tmp_path / "final", f"{users}:InHalf")))
    assert (tmp_path / "seen.txt").read_text() == "mixed_bfloat16\n"
    assert keras.config.dtype_policy().name == "float32"


def test_what_a_layer_makes_when_it_is_loaded_has_the_definitions_precision(dataset, tmp_path, users):
    trained = of_a_user(dataset, tmp_path / "final", f"{users}:with_nested_layer", precision="mixed_bfloat16")
    list(retrain(trained))
    scores = evaluate(EvaluateRequest(trained.space, dataset.path, tmp_path / "final" / "model.keras"))
    assert set((tmp_path / "seen.txt").read_text().split()) == {"bfloat16"}
    assert 0 < scores["test"]["loss"] < 2
    assert keras.config.dtype_policy().name == "float32"
