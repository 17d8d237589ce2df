import keras
import keras_tuner as kt
import numpy as np
import pytest
from keras import layers

from sweep.model.user_fit import fit_arguments, meet_fit, overrides_fit


def compiled():
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(4, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


class Plain(kt.HyperModel):
    def build(self, hp):
        return compiled()


class Usual(Plain):
    def fit(self, hp, model, *args, **kwargs):
        result = model.fit(*args, batch_size=hp.Choice("batch_size", [8, 16]), epochs=hp.Int("epochs", 2, 9), **kwargs)
        hp.Float("after", 0.0, 1.0)
        return result


class OwnLoop(Plain):
    """Trains step by step and would go on for ever."""

    def fit(self, hp, model, x, y, validation_data, callbacks=None):
        hp.Float("noise", 0.0, 1.0)
        assert (x.shape, x.dtype, y.tolist()) == ((8, 8, 8, 3), np.uint8, [0, 1, 2, 3, 0, 1, 2, 3])
        while True:
            gradients = [keras.ops.zeros_like(variable) for variable in model.trainable_variables]
            model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


class Catching(Plain):
    def fit(self, hp, model, x, y, **kwargs):
        try:
            model.train_on_batch(x, y)
        except Exception:
            hp.Float("caught", 0.0, 1.0)


class Failing(Plain):
    def fit(self, hp, model, x, y, **kwargs):
        hp.Float("before", 0.0, 1.0)
        raise ValueError("these images are black")


class OwnFitIsInherited(Usual):
    pass


def names_met(hypermodel, image_input):
    hp = kt.HyperParameters()
    meet_fit(hypermodel, hp, hypermodel.build(hp), image_input, "m:f")
    return [one.name for one in hp.space]


def test_an_own_fit_is_told_from_keras_tuners():
    assert [overrides_fit(one()) for one in (Plain, Usual, OwnFitIsInherited)] == [False, True, True]
    assert not overrides_fit(kt.applications.HyperResNet(input_shape=(8, 8, 3), classes=4))
    assert not overrides_fit(object())
    patched = Plain()
    patched.fit = lambda hp, model, *args, **kwargs: None
    assert overrides_fit(patched)


def test_a_fit_gets_what_it_names_and_what_keras_tuner_always_hands_on():
    offered = {"batch_size": 8, "epochs": 3, "callbacks": [], "validation_data": (1, 2), "verbose": 0}
    assert fit_arguments(Usual().fit, offered) == {"callbacks": [], "validation_data": (1, 2)}
    assert fit_arguments(OwnLoop().fit, offered) == {"callbacks": [], "validation_data": (1, 2)}
    assert fit_arguments(lambda hp, model, x, y, epochs: None, offered) == {"epochs": 3}


@pytest.mark.parametrize(
    ("hypermodel", "names"), [(Usual, ["batch_size", "epochs"]), (OwnLoop, ["noise"]), (Catching, [])]
)
def test_a_fit_runs_up_to_its_first_training(image_input, hypermodel, names):
    assert names_met(hypermodel(), image_input) == names


def test_a_fit_that_fails_on_black_images_is_warned_of(image_input):
    with pytest.warns(
        UserWarning, match="model m:f: its fit, tried on a few black images, raised ValueError: these images"
    ):
        assert names_met(Failing(), image_input) == ["before"]
