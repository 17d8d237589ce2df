"""Keras forgets its global dtype policy at the end of each trial, and a user's module is run only once in a process."""

import importlib
import sys

import keras
import pytest

from sweep.model.build import build_model
from sweep.model.image_input import ImageInput
from sweep.model.size import estimate
from sweep.model.user import build_user_model, discover
from sweep.records import TrialState
from sweep.trial import run
from sweep.trial.keras_session import keras_session
from tests.trial.tiny import Runner, TinyDataset, write_dataset

MIXED = "mixed_float16"
SETTING = f'keras.config.set_dtype_policy("{MIXED}")\n'
MODELS = """
seen = []


def build(hp):
    hp.Choice("color", ["red", "green"])
    model = keras.Sequential([layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    seen.append(model.layers[-1].dtype_policy.name)
    return model


def in_double(hp):
    keras.config.set_floatx("float64")
    return build(hp)


class Model(kt.HyperModel):
    def build(self, hp):
        return build(hp)


class Double(Model):
    def __init__(self):
        super().__init__()
        keras.config.set_dtype_policy("float64")


instance = Model()
"""
CONFIG = {"color": "red"}


@pytest.fixture(autouse=True)
def clean_keras():
    yield
    keras.config.set_floatx("float32")
    keras.utils.clear_session(free_memory=False)


@pytest.fixture
def image_input():
    return ImageInput((8, 8, 1), 3, (100.0,), (3000.0,))


@pytest.fixture
def setting(user_module):
    """A module that sets the policy."""
    return user_module(SETTING + MODELS)


@pytest.fixture
def plain(user_module):
    """A module that leaves the policy alone."""
    return user_module(MODELS)


@pytest.fixture
def policies(make_space, image_input):
    """The dtype policies of the layers of the models that are built from a source, each in a session of its own."""

    def of(source, sessions=2):
        for _ in range(sessions):
            with keras_session():
                build_user_model(make_space(source), CONFIG, image_input)
        return seen(source)

    return of


def seen(source):
    """The dtype policies that the module's models were built with since this was last asked."""
    found = sys.modules[source.partition(":")[0]].seen
    taken = list(found)
    found.clear()
    return taken


@pytest.mark.parametrize("name", ["build", "Model", "instance"])
def test_the_policy_that_a_module_sets_holds_for_each_model_of_a_process(setting, policies, name):
    assert policies(f"{setting}:{name}", sessions=3) == [MIXED] * 3


def test_it_holds_for_another_name_of_the_module_too(setting, policies):
    assert policies(f"{setting}:build") == policies(f"{setting}:Model") == [MIXED] * 2


def test_a_policy_that_making_the_instance_sets_holds_for_this_instance_alone(setting, policies):
    assert policies(f"{setting}:Double") == ["float64"] * 2
    assert policies(f"{setting}:Model") == [MIXED] * 2


def test_a_module_without_a_policy_has_the_default_one_whatever_was_built_before(
    setting, plain, make_space, image_input
):
    for source in (f"{setting}:build", f"{plain}:build", f"{setting}:build", f"{plain}:build"):
        build_user_model(make_space(source), CONFIG, image_input)  # in one and the same session
    assert (seen(setting), seen(plain)) == ([MIXED] * 2, ["float32"] * 2)


def test_the_built_in_model_has_the_default_policy_in_its_own_session(setting, policies, make_space, image_input):
    policies(f"{setting}:build")
    with keras_session():
        model = build_model(make_space(), {}, image_input)
        assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}


def test_a_build_that_sets_floatx_gets_it_as_without_a_sweep(plain, policies):
    assert policies(f"{plain}:in_double") == ["float64"] * 2


def test_a_module_that_was_imported_before_keeps_the_policy_that_holds_when_a_sweep_first_uses_it(
    setting, policies, make_space, image_input, tmp_path
):
    sys.path.insert(0, str(tmp_path))
    importlib.import_module(setting)
    discover(make_space(f"{setting}:build"), image_input)
    assert set(seen(setting)) == {MIXED}
    assert policies(f"{setting}:build") == [MIXED] * 2


def test_discovery_and_the_estimate_of_the_size_build_with_it(setting, make_space, image_input):
    space = make_space(f"{setting}:build")
    sizes = [estimate(space, CONFIG, image_input) for _ in range(2)]
    discover(space, image_input)
    assert sizes[0] == sizes[1]
    built = seen(setting)
    assert len(built) > 3
    assert set(built) == {MIXED}


def test_trials_of_one_process_are_the_same_to_the_bit(setting, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "open_dataset", TinyDataset)
    (folder := tmp_path / "data").mkdir()
    dataset = write_dataset(folder)
    trials = [
        Runner(dataset, tmp_path / name, build_model, model=f"{setting}:build")(1, **CONFIG)
        for name in ("first", "second")
    ]
    assert trials[0] == trials[1]
    assert trials[0][1].state is TrialState.COMPLETED
    assert seen(setting) == [MIXED] * 2
