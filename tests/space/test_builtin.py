import subprocess
import sys

import pytest

from sweep.space.builtin import CNN_PARAMETERS

NAMES = """conv_layers filters growth kernel_size activation batch_norm pooling global_pooling dense_layers dense_units
dropout conv_dropout weight_decay augmentation optimizer learning_rate momentum label_smoothing batch_size epochs"""


def test_the_catalogue_has_each_name_once_under_its_own_key():
    assert list(CNN_PARAMETERS) == NAMES.split()
    assert all(name == parameter.name for name, parameter in CNN_PARAMETERS.items())


@pytest.mark.parametrize("parameter", CNN_PARAMETERS.values(), ids=CNN_PARAMETERS)
def test_a_default_is_allowed_and_a_text_that_means_nothing_is_not(parameter):
    assert parameter.accepts(parameter.default) is None
    assert parameter.accepts("?") == f"{parameter.name} is {parameter.domain}, not '?'"
    assert parameter.help


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("conv_layers", 1),
        ("conv_layers", 12),
        ("dense_layers", 0),
        ("dropout", 0),  # an int is a float too
        ("dropout", 0.99),
        ("batch_norm", True),
        ("pooling", "none"),
        ("weight_decay", 0.0),
        ("learning_rate", 1e-9),
        ("filters", 4096),
    ],
)
def test_values_within_the_domain_are_allowed(name, value):
    assert CNN_PARAMETERS[name].accepts(value) is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("conv_layers", 0, "conv_layers is an integer from 1 to 12, not 0"),
        ("conv_layers", 13, "conv_layers is an integer from 1 to 12, not 13"),
        ("conv_layers", 2.0, "conv_layers is an integer from 1 to 12, not 2.0"),
        ("conv_layers", True, "conv_layers is an integer from 1 to 12, not true"),
        ("filters", 0, "filters is an integer of at least 1, not 0"),
        ("dropout", 1, "dropout is a number from 0 to below 1, not 1"),
        ("dropout", -0.1, "dropout is a number from 0 to below 1, not -0.1"),
        ("dropout", float("nan"), "dropout is a number from 0 to below 1, not nan"),
        ("learning_rate", 0.0, "learning_rate is a number above 0, not 0.0"),
        ("learning_rate", float("inf"), "learning_rate is a number above 0, not inf"),
        ("weight_decay", -1, "weight_decay is a number of at least 0, not -1"),
        ("batch_norm", 1, "batch_norm is true or false, not 1"),
        ("growth", "tripling", "growth is one of equal, doubling, halving, not 'tripling'"),
        ("activation", False, "activation is one of relu, gelu, elu, selu, silu, mish, tanh, leaky_relu, not false"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_words(name, value, message):
    assert CNN_PARAMETERS[name].accepts(value) == message


def test_values_may_differ_from_layer_to_layer_where_the_model_reads_them_so():
    per_layer = {name: parameter.per_layer for name, parameter in CNN_PARAMETERS.items() if parameter.per_layer}
    assert per_layer == {
        "filters": "conv_layers",
        "kernel_size": "conv_layers",
        "activation": "conv_layers",
        "pooling": "conv_layers",
        "dense_units": "dense_layers",
        "dropout": "dense_layers",
    }


def test_the_catalogue_is_read_without_tensorflow():
    code = "import sys, sweep.space.builtin; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
