"""A user's code is run anew for each model: nothing that it made once goes from one trial to the next."""

import sys

import keras
import numpy as np
import pytest
from keras.src.saving.object_registration import GLOBAL_CUSTOM_NAMES

from sweep.errors import InputError, SweepFailed
from sweep.model.build import build_model
from sweep.model.image_input import ImageInput
from sweep.model.size import estimate
from sweep.model.user import build_user_model, discover, fit_override
from sweep.model.user_code import code_digest, expect_code, find_hypermodel
from sweep.records import TrialState
from sweep.trial import run
from sweep.trial.keras_session import keras_session
from tests.trial.tiny import Runner, TinyDataset, write_dataset

CONFIG = {"units": 4}
IMAGES = ImageInput((8, 8, 1), 3, (100.0,), (3000.0,))
BUILD = """
def build(hp):
    model = keras.Sequential([layers.Rescaling(1 / 255), {extra}layers.Flatten()])
    model.add(layers.Dense(hp.Int("units", 2, 4)))
    model.add({head})
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


class Model(kt.HyperModel):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(3)

    def build(self, hp):
        return build(hp)


instance = Model()
"""


def code(before="", extra="", head="layers.Dense(3)"):
    return before + BUILD.format(extra=extra, head=head)


def policies(model):
    return {layer.dtype_policy.name for layer in model.layers}


@pytest.fixture
def model_of(make_space):
    """The model that a source builds in a session of its own."""

    def build(source):
        with keras_session():
            return build_user_model(make_space(source), CONFIG, IMAGES)

    return build


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """What one and the same trial of a source comes to, in this process."""
    monkeypatch.setattr(run, "open_dataset", TinyDataset)
    (folder := tmp_path / "data").mkdir()
    dataset = write_dataset(folder)

    def train(source, name, units=4):
        return Runner(dataset, tmp_path / name, build_model, model=source)(2, units=units)

    return train


POLICY = code('keras.config.set_dtype_policy("mixed_float16")\n')
AUGMENTATION = code(
    'augment = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])\n', extra="augment, "
)
TRAINED = code("head = layers.Dense(3)\nhead.build((None, 4))\n", head="head")
MOVING = code("norm = layers.BatchNormalization()\n", extra="norm, ")


@pytest.mark.parametrize(("made", "name"), [(MOVING, "build"), (TRAINED, "Model"), (TRAINED, "instance")])
def test_a_trial_is_the_same_whichever_its_process_trained_before(user_module, trial, made, name):
    source = f"{user_module(made)}:{name}"
    first = trial(source, "first")
    assert first[1].state is TrialState.COMPLETED
    trial(source, "other", units=3)
    assert trial(source, "again") == first


def test_a_trial_that_was_stopped_goes_on_the_same(user_module, trial, tmp_path):
    source = f"{user_module(AUGMENTATION)}:build"
    whole = trial(source, "whole")
    (folder := tmp_path / "more").mkdir()
    runner = Runner(write_dataset(folder), tmp_path / "parts", build_model, model=source)
    runner(1, **CONFIG)
    trial(source, "between", units=3)
    assert runner(2, **CONFIG) == whole


@pytest.mark.parametrize("name", ["build", "Model", "instance"])
def test_a_policy_that_the_module_sets_holds_for_each_model_and_for_no_other(user_module, model_of, make_space, name):
    setting = f"{user_module(POLICY)}:{name}"
    plain = f"{user_module(code())}:{name}"
    for source, policy in [(setting, "mixed_float16"), (plain, "float32"), (setting, "mixed_float16")]:
        assert policies(model_of(source)) == {policy}
    with keras_session():
        assert policies(build_model(make_space(), {}, IMAGES)) == {"float32"}


def test_what_a_build_sets_for_all_of_keras_ends_with_the_trial(user_module, model_of):
    double = user_module(
        code().replace("def build(hp):\n", 'def build(hp):\n    keras.config.set_floatx("float64")\n', 1)
    )
    model_of(f"{double}:build")
    assert keras.config.floatx() == "float32"
    assert policies(model_of(f"{user_module(code())}:build")) == {"float32"}


def test_the_size_is_the_same_each_time(user_module, make_space):
    space = make_space(f"{user_module(POLICY)}:build")
    first = estimate(space, CONFIG, IMAGES)
    discover(space, IMAGES)
    assert estimate(space, CONFIG, IMAGES) == first


def test_fit_and_build_are_of_one_object_within_a_trial(user_module, make_space):
    fit = "    def fit(self, hp, model, *args, **kwargs):\n        return model.fit(*args, **kwargs)\n\n"
    space = make_space(f"{user_module(code().replace('    def build(self', fit + '    def build(self'))}:Model")
    with keras_session():
        found = find_hypermodel(space.model, IMAGES)
        assert fit_override(space, IMAGES) is found
    with keras_session():
        assert fit_override(space, IMAGES) is not found


def test_modules_beside_it_are_run_anew_and_libraries_are_not(user_module, model_of, tmp_path):
    helper = user_module("head = layers.Dense(3)\n")
    imports = f"from {helper} import head\nimport sklearn.isotonic\n"
    source = f"{user_module(code(imports, head='head'))}:build"
    first = model_of(source)
    own, library = sys.modules[helper], sys.modules["sklearn.isotonic"]
    second = model_of(source)
    assert sys.modules[helper] is not own
    assert sys.modules["sklearn.isotonic"] is library
    assert first.layers[-1] is not second.layers[-1]


def test_code_that_was_edited_meanwhile_is_refused(user_module, model_of, tmp_path):
    name = user_module(code())
    before = model_of(f"{name}:build")
    digest = code_digest(f"{name}:build")
    file = tmp_path / f"{name}.py"
    text = file.read_text()
    file.write_text(text.replace("layers.Dense(3)", "layers.Dense(3, use_bias=False)"))
    with pytest.raises(SweepFailed, match=rf"{name}\.py was edited while the sweep ran; undo that and resume"):
        model_of(f"{name}:build")
    file.write_text(text)
    after = model_of(f"{name}:build")
    assert [weight.shape for weight in after.weights] == [weight.shape for weight in before.weights]
    assert code_digest(f"{name}:build") == digest


@pytest.mark.parametrize("how", ["broken", "gone"])
def test_half_an_edit_is_no_fault_of_a_trial_either(user_module, model_of, tmp_path, how):
    name = user_module(code())
    model_of(f"{name}:build")
    file = tmp_path / f"{name}.py"
    file.unlink() if how == "gone" else file.write_text("def build(hp:")
    with pytest.raises(SweepFailed, match="was edited while the sweep ran"):
        model_of(f"{name}:build")


def test_a_process_that_begins_after_the_edit_refuses_it_too(user_module, model_of):
    name = user_module(code())
    expect_code(f"{name}:build", "the digest that the run began with")
    with pytest.raises(SweepFailed, match="was edited while the sweep ran"):
        model_of(f"{name}:build")


def test_modules_that_a_build_imports_are_run_anew_too(user_module, model_of):
    helper = user_module("head = layers.Dense(3)\n")
    lazy = f"def build(hp):\n    from {helper} import head\n"
    source = f"{user_module(code(head='head').replace('def build(hp):' + chr(10), lazy, 1))}:build"
    first = model_of(source)
    own = sys.modules[helper]
    second = model_of(source)
    assert sys.modules[helper] is not own
    assert first.layers[-1] is not second.layers[-1]


def test_classes_that_a_module_registers_do_not_gather(user_module, model_of):
    registered = "@keras.saving.register_keras_serializable()\nclass Mine(layers.Layer):\n    pass\n\n"
    source = f"{user_module(code(registered))}:build"
    model_of(source)
    count = len(GLOBAL_CUSTOM_NAMES)
    model_of(source)
    assert len(GLOBAL_CUSTOM_NAMES) == count


def test_a_module_without_a_file_is_one_line():
    with pytest.raises(InputError, match="model sys:nothing: the module 'sys' has no 'nothing'"):
        find_hypermodel("sys:nothing", IMAGES)


def test_an_edit_is_no_fault_of_the_trial_that_meets_it(user_module, trial, tmp_path):
    name = user_module(code())
    trial(f"{name}:build", "before")
    (tmp_path / f"{name}.py").write_text((tmp_path / f"{name}.py").read_text() + "# edited\n")
    with pytest.raises(SweepFailed, match="was edited while the sweep ran"):
        trial(f"{name}:build", "after")


def test_a_library_that_is_the_model_is_not_run_anew():
    source = "keras_tuner.applications:HyperResNet"
    with keras_session():
        find_hypermodel(source, IMAGES)
    before = sys.modules["keras_tuner.applications"]
    with keras_session():
        find_hypermodel(source, IMAGES)
        assert sys.modules["keras_tuner.applications"] is before


def test_weights_of_a_layer_made_once_begin_anew(user_module, model_of):
    source = f"{user_module(TRAINED)}:build"
    keras.utils.set_random_seed(3)
    first = model_of(source)
    values = [weight.numpy().copy() for weight in first.weights]
    first.layers[-1].kernel.assign(first.layers[-1].kernel + 1)
    keras.utils.set_random_seed(3)
    for value, weight in zip(values, model_of(source).weights, strict=True):
        np.testing.assert_array_equal(value, weight.numpy())
