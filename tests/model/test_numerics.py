import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism, is_op_determinism_enabled

from sweep.errors import InputError
from sweep.model.build import build_model
from sweep.model.cnn import build_cnn
from sweep.model.size import estimate
from sweep.model.user import build_user_model, discover
from sweep.trial.keras_session import keras_session

CONFIG = {"conv_layers": 1, "filters": 2, "dense_units": 4, "batch_norm": True, "augmentation": "light"}
HALF = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
IN_FLOAT32 = {"scaling", "random_flip", "random_translation", "random_rotation", "random_zoom", "probabilities"}

USER = """
{before}
def build(hp):
    model = keras.Sequential([{extra}layers.Flatten(), layers.Dense(hp.Int("units", 1, 4)), layers.Dense(4)])
    model.compile("sgd", "mse"{settings})
    return model
"""


@pytest.fixture(autouse=True)
def session():
    with keras_session():
        yield


@pytest.fixture
def free_ops():
    """XLA is not refused for the sake of deterministic ops that another test has switched on."""
    were_deterministic = is_op_determinism_enabled()
    disable_op_determinism()
    yield
    if were_deterministic:
        tf.config.experimental.enable_op_determinism()


@pytest.fixture
def of_a_user(user_module, make_space):
    def space(before="", extra="", settings="", **changes):
        made = make_space(f"{user_module(USER.format(before=before, extra=extra, settings=settings))}:build")
        return made.model_copy(update=changes)

    return space


@pytest.mark.parametrize("precision", HALF)
def test_the_built_in_model_computes_in_half_precision_between_pixels_and_probabilities(
    precision, make_space, image_input, images
):
    model = build_model(make_space().model_copy(update={"precision": precision}), CONFIG, image_input)
    in_float32 = {layer.name for layer in model.layers if layer.compute_dtype == "float32"}
    assert in_float32 - {"pixels"} == IN_FLOAT32
    assert {layer.compute_dtype for layer in model.layers if layer.name not in IN_FLOAT32 | {"pixels"}} == {
        HALF[precision]
    }
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    outputs = model(images, training=False)
    assert outputs.dtype == tf.float32
    assert np.allclose(np.sum(outputs, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("precision", "scaled"), [("float32", False), ("mixed_bfloat16", False), ("mixed_float16", True)]
)
@pytest.mark.parametrize("own", [False, True])
def test_the_loss_is_scaled_for_float16_alone(precision, scaled, own, make_space, of_a_user, image_input):
    space = (of_a_user() if own else make_space()).model_copy(update={"precision": precision})
    optimizer = build_model(space, {"units": 2} if own else CONFIG, image_input).optimizer
    assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer) is scaled
    assert optimizer.built
    assert ("dynamic_scale" in {variable.name for variable in optimizer.variables}) is scaled


def test_the_policy_ends_with_the_session(make_space, image_input):
    space = make_space().model_copy(update={"precision": "mixed_float16"})
    with keras_session():
        build_model(space, CONFIG, image_input)
        assert keras.config.dtype_policy().name == "mixed_float16"
    model = build_model(make_space(), CONFIG, image_input)
    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    assert type(model.optimizer) is keras.optimizers.Adam


def test_the_estimate_is_of_the_precision_and_leaves_no_policy_behind(make_space, image_input):
    config = {**CONFIG, "filters": 64, "augmentation": "none"}
    whole = estimate(make_space(), config, image_input)
    half = estimate(make_space().model_copy(update={"precision": "mixed_float16"}), config, image_input)
    assert (half.parameters, half.checkpoint_bytes) == (whole.parameters, whole.checkpoint_bytes)
    assert half.bytes < whole.bytes
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_a_model_of_ones_own_computes_in_the_definitions_precision(scaling, of_a_user, image_input):
    space = of_a_user(precision="mixed_bfloat16")
    space = space.model_copy(update={"data": space.data.model_copy(update={"scaling": scaling})})
    model = build_model(space, {"units": 2}, image_input)
    dense = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.Dense)]
    assert [layer.compute_dtype for layer in dense] == ["bfloat16", "bfloat16"]
    if scaling != "none":
        assert model.get_layer("scaling").compute_dtype == "float32"


def test_a_policy_that_a_users_module_sets_wins(of_a_user, image_input):
    space = of_a_user('keras.config.set_dtype_policy("mixed_bfloat16")', precision="mixed_float16")
    model = build_model(space, {"units": 2}, image_input)
    assert {layer.dtype_policy.name for layer in model.layers} == {"mixed_bfloat16"}


def test_a_loss_that_is_not_to_be_scaled_is_not(of_a_user, image_input):
    space = of_a_user(settings=", auto_scale_loss=False", precision="mixed_float16")
    space = space.model_copy(update={"data": space.data.model_copy(update={"scaling": "unit"})})
    assert type(build_model(space, {"units": 2}, image_input).optimizer) is keras.optimizers.SGD


@pytest.mark.usefixtures("free_ops")
@pytest.mark.parametrize("jit", [False, True])
def test_the_built_in_model_is_compiled_with_xla_where_the_definition_says_so(jit, make_space, image_input):
    space = make_space().model_copy(update={"jit": jit, "deterministic": False})
    assert build_model(space, {**CONFIG, "augmentation": "flip"}, image_input).jit_compile is jit


@pytest.mark.usefixtures("free_ops")
@pytest.mark.parametrize("scaling", ["none", "unit"])
@pytest.mark.parametrize(
    ("settings", "jit", "compiled"),
    [
        ("", True, True),
        ("", False, False),
        (', jit_compile="auto"', True, True),
        (", jit_compile=False", True, False),
        (", jit_compile=True", False, True),
        (", run_eagerly=True", True, False),
    ],
)
def test_what_a_users_compile_says_of_jit_wins(settings, jit, compiled, scaling, of_a_user, image_input):
    space = of_a_user(settings=settings, jit=jit, deterministic=False)
    space = space.model_copy(update={"data": space.data.model_copy(update={"scaling": scaling})})
    assert build_model(space, {"units": 2}, image_input).jit_compile is compiled
    assert keras.Model.compile.__name__ == "compile"


@pytest.mark.filterwarnings("ignore:Model doesn't support `jit_compile=True`")  # Keras', which nobody would see
@pytest.mark.usefixtures("free_ops")
@pytest.mark.parametrize("build", [discover, lambda space, image: build_user_model(space, {"units": 2}, image)])
def test_a_layer_that_xla_cannot_compile_is_named(build, of_a_user, image_input):
    space = of_a_user(extra='layers.RandomZoom(0.1, name="zoom"), ', jit=True, deterministic=False)
    with pytest.raises(InputError) as caught:
        build(space, image_input)
    reason = "build(hp) raised ValueError: jit: XLA cannot compile the layer 'zoom'"
    assert str(caught.value) == f"model {space.model}: {reason}"
    unchanged = of_a_user(extra="layers.RandomZoom(0.1), ", settings=", jit_compile=False", jit=True)
    assert build_user_model(unchanged, {"units": 2}, image_input).jit_compile is False


def test_deterministic_ops_of_an_earlier_sweep_do_not_switch_it_off_in_silence(image_input):
    were_deterministic = is_op_determinism_enabled()
    tf.config.experimental.enable_op_determinism()
    try:
        reason = "^jit: deterministic ops were switched on in this process before; use --workers 1"
        with pytest.warns(UserWarning, match="jit_compile"), pytest.raises(ValueError, match=reason):
            build_cnn({**CONFIG, "augmentation": "flip"}, image_input, "unit", jit=True)
    finally:
        if not were_deterministic:
            disable_op_determinism()
