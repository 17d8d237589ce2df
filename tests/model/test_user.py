import keras
import numpy as np
import pytest

from sweep.errors import InputError
from sweep.model.labels import encode_labels, label_encoding, probabilities
from sweep.model.user import build_user_model, discover, fit_override

NETWORK = """
    def build(hp):
        model = keras.Sequential([keras.Input((8, 8, 3)), layers.Rescaling(1 / 255)])
        for index in range(hp.Int("depth", 1, 2)):
            model.add(layers.Conv2D(hp.Int(f"filters_{index}", 2, 64, step=2), 3, padding="same"))
        model.add(layers.Flatten())
        with hp.conditional_scope("depth", [2]):
            if hp.get("depth") == 2:
                model.add(layers.Dropout(hp.Float("rate", 0.1, 0.5)))
        model.add(layers.Dense(4, activation="softmax"))
        model.compile(hp.Choice("optimizer", ["adam", "sgd"]), "sparse_categorical_crossentropy")
        return model

    class Model(kt.HyperModel):
        def build(self, hp):
            self.built_with = hp
            return build(hp)

        def fit(self, hp, model, *args, **kwargs):
            return model.fit(*args, batch_size=hp.Choice("batch_size", [8, 16]), **kwargs)
"""


@pytest.fixture
def network(user_module):
    return user_module(NETWORK)


def written(space):
    """The parameters as the file would have them."""
    return {name: one.model_dump(exclude_defaults=True) for name, one in space.parameters.items()}


def test_a_space_without_parameters_becomes_what_the_code_asks_for(network, make_space, image_input):
    assert written(discover(make_space(f"{network}:build"), image_input)) == {
        "depth": {"type": "int", "min": 1, "max": 2},
        "filters_0": {"type": "int", "min": 2, "max": 64, "step": 2},
        "filters_1": {"type": "int", "min": 2, "max": 64, "step": 2},
        "rate": {"type": "float", "min": 0.1, "max": 0.5, "when": {"depth": (2,)}},
        "optimizer": {"type": "choice", "values": ("adam", "sgd")},
    }


def test_what_a_fit_asks_for_is_found_too(network, make_space, image_input):
    found = written(discover(make_space(f"{network}:Model"), image_input))
    assert found["batch_size"] == {"type": "choice", "values": (8, 16)}
    assert "depth" in found


def test_what_the_file_declares_stays_as_it_says(network, make_space, image_input):
    declared = {
        "depth": {"type": "int", "min": 1, "max": 2},
        "filters": {"type": "choice", "values": [4, 8], "per": "depth"},
        "optimizer": {"type": "fixed", "value": "sgd"},
    }
    space = make_space(f"{network}:build", **declared)
    found = discover(space, image_input)
    assert list(found.parameters) == ["depth", "filters", "optimizer", "rate"]
    assert {name: found.parameters[name] for name in declared} == dict(space.parameters)
    assert space.parameters.keys() == declared.keys()


def test_a_model_is_built_with_exactly_the_configuration(network, make_space, image_input):
    space = discover(make_space(f"{network}:Model"), image_input)
    config = {"depth": 2, "filters_0": 6, "filters_1": 10, "rate": 0.3, "optimizer": "sgd", "batch_size": 8}
    model = build_user_model(space, config, image_input)
    convolutions = [layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert (convolutions, model.get_layer(index=-2).rate, model.optimizer.name[:3]) == ([6, 10], 0.3, "sgd")
    assert fit_override(space, image_input).built_with.values == config


def test_fit_override_is_the_hypermodel_only_where_it_has_a_fit_of_its_own(network, make_space, image_input):
    assert type(fit_override(make_space(f"{network}:Model"), image_input)).__name__ == "Model"
    assert fit_override(make_space(f"{network}:build"), image_input) is None
    assert fit_override(make_space(), image_input) is None


def test_the_built_in_model_has_nothing_to_discover(make_space, image_input):
    space = make_space(filters=8)
    assert discover(space, image_input) is space


def test_a_model_that_cannot_be_built_at_all_is_told_before_anything_is_searched(user_module, make_space, image_input):
    name = user_module("""
        def build(hp):
            hp.Int("units", 1, 2)
            raise ValueError("no graphics card")
    """)
    with pytest.raises(InputError) as error:
        discover(make_space(f"{name}:build"), image_input)
    assert str(error.value) == f"model {name}:build: build(hp) raised ValueError: no graphics card"


def test_the_same_seed_gives_a_user_s_model_the_same_weights(network, make_space, image_input):
    def weights():
        keras.utils.set_random_seed(11)
        config = {"depth": 1, "filters_0": 4, "optimizer": "adam"}
        return build_user_model(make_space(f"{network}:build"), config, image_input).get_weights()

    assert all(np.array_equal(a, b) for a, b in zip(weights(), weights(), strict=True))


def test_keras_tuners_own_hypermodel_runs_with_scaled_pixels(make_space, image_input, images, user_module):
    name = user_module("""
        class Small(kt.HyperModel):
            def __init__(self, input_shape, classes):
                super().__init__()
                self.input_shape, self.classes = input_shape, classes

            def build(self, hp):
                pixels = keras.Input(self.input_shape)
                x = layers.Conv2D(4, 3, activation=hp.Choice("activation", ["relu", "tanh"]))(pixels)
                outputs = layers.Dense(self.classes)(layers.GlobalAveragePooling2D()(x))
                model = keras.Model(pixels, outputs)
                model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
                return model
    """)
    model = build_user_model(make_space(f"{name}:Small", scaling="standardize"), {"activation": "tanh"}, image_input)
    encoding = label_encoding(model, 4)
    history = model.fit(images, encode_labels(np.arange(12) % 4, encoding, 4), verbose=0).history
    assert (encoding, sorted(history)) == ("one_hot", ["accuracy", "loss"])
    assert np.allclose(probabilities(model.predict(images, verbose=0), 4).sum(axis=1), 1)


def test_a_parameter_that_the_code_never_asks_for_is_refused(network, make_space, image_input):
    declared = {"optimiser": {"type": "choice", "values": ["adam", "sgd"]}, "epochs": 3, "batch_size": 8}
    with pytest.raises(InputError) as caught:
        discover(make_space(f"{network}:build", **declared), image_input)
    message = f"parameters.optimiser: {network}:build never asks for it; did you mean 'optimizer'?"
    assert str(caught.value) == message


def test_asking_by_get_or_for_one_layer_is_asking(user_module, make_space, image_input):
    name = user_module("""
        def build(hp):
            model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten()])
            for index in range(hp.get("depth")):
                model.add(layers.Dense(hp.Int(f"units_{index}", 1, 9)))
            model.add(layers.Dense(4, activation="softmax"))
            model.compile("sgd", "sparse_categorical_crossentropy")
            return model
    """)
    declared = {
        "depth": {"type": "int", "min": 1, "max": 2},
        "units": {"type": "choice", "values": [2, 4], "per": "depth"},
    }
    assert written(discover(make_space(f"{name}:build", **declared), image_input)).keys() == declared.keys()
