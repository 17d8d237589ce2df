import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from sweep.model.cnn import build_cnn
from sweep.model.image_input import ImageInput

EVERYTHING = {
    "conv_layers": 2,
    "filters": 4,
    "growth": "doubling",
    "batch_norm": True,
    "activation": "mish",
    "conv_dropout": 0.1,
    "dropout": 0.2,
    "dense_units": 8,
    "augmentation": "strong",
    "optimizer": "nadam",
    "weight_decay": 0.001,
    "label_smoothing": 0.1,
}


def layers_of(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def build(image_input, scaling="standardize", **config):
    return build_cnn({"filters": 4, "dense_units": 8, **config}, image_input, scaling)


def seeded(image_input, seed, config=EVERYTHING):
    keras.utils.set_random_seed(seed)
    model = build_cnn(config, image_input, "standardize")
    model.optimizer.build(model.trainable_variables)
    return model


def values_of(variables):
    return [np.asarray(variable) for variable in variables]


def equal(these, those):
    return all(np.array_equal(a, b) for a, b in zip(these, those, strict=True))


def test_raw_pixels_become_a_distribution_over_the_classes(image_input, images):
    outputs = build(image_input).predict(images, verbose=0)
    assert outputs.shape == (12, 4)
    assert np.allclose(outputs.sum(axis=1), 1, atol=1e-6)


def test_the_layers_follow_the_configuration(image_input):
    model = build(image_input, conv_layers=3, growth="doubling", kernel_size=5, dense_layers=2, dropout=0.5)
    assert [(conv.filters, conv.kernel_size) for conv in layers_of(model, keras.layers.Conv2D)] == [
        (4, (5, 5)),
        (8, (5, 5)),
        (16, (5, 5)),
    ]
    assert [dense.units for dense in layers_of(model, keras.layers.Dense)] == [8, 8, 4]
    assert [type(layer).__name__ for layer in model.layers[-5:]] == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]


def test_each_layer_may_have_values_of_its_own(image_input):
    per_layer = {"filters_0": 3, "filters_1": 5, "kernel_size_0": 1, "kernel_size_1": 3}
    per_layer |= {"activation_0": "tanh", "activation_1": "elu", "pooling_0": "none", "pooling_1": "average"}
    per_layer |= {"dense_units_0": 6, "dense_units_1": 7, "dropout_0": 0.1, "dropout_1": 0.2}
    model = build(image_input, conv_layers=2, dense_layers=2, **per_layer)
    convolutions = layers_of(model, keras.layers.Conv2D)
    assert [(conv.filters, conv.kernel_size[0]) for conv in convolutions] == [(3, 1), (5, 3)]
    assert [layer.activation.__name__ for layer in layers_of(model, keras.layers.Activation)] == ["tanh", "elu"]
    assert [type(layer).__name__ for layer in model.layers if "Pooling" in type(layer).__name__] == ["AveragePooling2D"]
    dense = layers_of(model, keras.layers.Dense)
    assert [(layer.units, layer.activation.__name__) for layer in dense[:2]] == [(6, "elu"), (7, "elu")]
    assert [layer.rate for layer in layers_of(model, keras.layers.Dropout)] == [0.1, 0.2]


def test_batch_norm_stands_between_a_convolution_without_bias_and_its_activation(image_input):
    kinds = [type(layer).__name__ for layer in build(image_input, conv_layers=1, batch_norm=True).layers]
    assert kinds[2:6] == ["Conv2D", "BatchNormalization", "Activation", "MaxPooling2D"]
    assert layers_of(build(image_input, batch_norm=True), keras.layers.Conv2D)[0].use_bias is False
    assert layers_of(build(image_input), keras.layers.Conv2D)[0].use_bias is True


def test_conv_dropout_drops_whole_filters_after_each_block(image_input):
    assert [layer.rate for layer in layers_of(build(image_input, conv_dropout=0.3), keras.layers.SpatialDropout2D)] == [
        0.3
    ] * 3
    assert not layers_of(build(image_input), keras.layers.SpatialDropout2D)


def test_dropout_without_dense_layers_stands_before_the_classifier(image_input):
    model = build(image_input, dense_layers=0, dropout=0.4)
    assert [type(layer).__name__ for layer in model.layers[-3:]] == ["Flatten", "Dropout", "Dense"]


@pytest.mark.parametrize(("pooling", "features"), [("none", 8 * 8 * 4), ("average", 4), ("max", 4)])
def test_global_pooling_leaves_one_value_a_filter(image_input, pooling, features):
    model = build(image_input, conv_layers=1, pooling="none", global_pooling=pooling, dense_layers=0)
    assert model.layers[-1].input.shape == (None, features)


def test_kernels_and_pooling_larger_than_the_map_leave_one_pixel(image_input, images):
    model = build(image_input, conv_layers=6, kernel_size=9)
    maps = [layer.output.shape[1] for layer in layers_of(model, keras.layers.MaxPooling2D)]
    assert maps == [4, 2, 1, 1, 1, 1]
    assert np.isfinite(model.predict(images, verbose=0)).all()


def test_one_pixel_of_one_channel_is_enough():
    model = build(ImageInput((1, 1, 1), 2, (100.0,), (0.0,)))
    assert model.predict(np.full((3, 1, 1, 1), 200, np.uint8), verbose=0).shape == (3, 2)


def test_label_smoothing_spreads_a_part_of_each_label(image_input):
    y, outputs = np.eye(4, dtype="float32")[:1], np.array([[0.7, 0.1, 0.1, 0.1]], "float32")
    smoothed = 0.8 * y + 0.2 / 4
    assert float(build(image_input, label_smoothing=0.2).loss(y, outputs)) == pytest.approx(
        -np.sum(smoothed * np.log(outputs)), rel=1e-5
    )


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(image_input):
    first, again, other = (values_of(seeded(image_input, seed).variables) for seed in (7, 7, 8))
    assert equal(first, again)
    assert not equal(first, other)


def test_the_state_of_every_random_layer_is_a_variable_of_the_model(image_input):
    model = seeded(image_input, 0)
    states = [variable for variable in model.non_trainable_variables if "seed_generator_state" in variable.path]
    assert len(states) == 5 + 2 + 1  # augmentation, a spatial dropout in each block, one dropout
    assert not any(state is weight for state in states for weight in model.weights)


def test_random_layers_change_nothing_and_draw_nothing_outside_training(image_input, images):
    model = seeded(image_input, 0)
    before = values_of(model.variables)
    plain, predicted = np.asarray(model(images)), model.predict(images, verbose=0)
    assert np.allclose(plain, predicted, atol=1e-6)
    assert equal(before, values_of(model.variables))
    assert not np.allclose(plain, model(images, training=True), atol=1e-3)


@pytest.fixture
def deterministic_ops():
    keras.utils.set_random_seed(0)  # without a seed random ops refuse to run
    tf.config.experimental.enable_op_determinism()
    yield
    disable_op_determinism()


@pytest.mark.usefixtures("deterministic_ops")
def test_training_in_one_compiled_loop_is_repeatable_with_deterministic_ops(image_input, images):
    labels = tf.one_hot(np.arange(12) % 4, 4)

    def train():
        model = seeded(image_input, 3, {**EVERYTHING, "conv_layers": 1})

        @tf.function
        def epoch():
            loss = tf.constant(0.0)
            for start in tf.range(0, 12, 4):
                loss = model.train_step((tf.constant(images)[start : start + 4], labels[start : start + 4]))["loss"]
            return loss

        before = values_of(model.trainable_variables)
        epoch()
        assert not equal(before, values_of(model.trainable_variables))
        return values_of([*model.variables, *model.optimizer.variables])

    assert equal(train(), train())


def test_a_saved_model_loads_with_plain_keras_and_gives_the_same_outputs(image_input, images, tmp_path):
    model = seeded(image_input, 1)
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "expected.npz", images=images, outputs=model.predict(images, verbose=0))
    code = """
        import sys, warnings
        import keras, numpy as np
        warnings.simplefilter("error", UserWarning)
        expected = np.load("expected.npz")
        model = keras.models.load_model("model.keras")
        assert np.array_equal(model.predict(expected["images"], verbose=0), expected["outputs"])
        assert not [name for name in sys.modules if name.split(".")[0] == "sweep"]
        print(model.input.dtype, sorted({type(layer).__module__.split(".")[0] for layer in model.layers}))
    """
    lines = "\n".join(line.strip() for line in code.splitlines())
    done = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "uint8 ['keras']"
