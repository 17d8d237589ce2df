import pytest

from sweep.model.parameters import layer_filters, layer_parameter, layer_value, parameter


def test_what_a_configuration_leaves_out_has_the_documented_default():
    assert parameter({}, "conv_layers") == 3
    assert parameter({"conv_layers": 5}, "conv_layers") == 5
    assert layer_parameter({}, "kernel_size", 1) == 3


def test_a_layer_has_its_own_value_or_that_of_all_layers():
    config = {"filters_0": 8, "filters_1": 16, "kernel_size": 5}
    assert [layer_value(config, "filters", index, 32) for index in range(3)] == [8, 16, 32]
    assert layer_value(config, "kernel_size", 7, 3) == 5


@pytest.mark.parametrize(
    ("growth", "expected"), [("equal", [6, 6, 6, 6]), ("doubling", [6, 12, 24, 48]), ("halving", [6, 3, 1, 1])]
)
def test_filters_grow_from_the_first_layer(growth, expected):
    assert [layer_filters({"filters": 6, "growth": growth}, index) for index in range(4)] == expected


def test_growth_leaves_filters_alone_that_each_layer_has_of_its_own():
    config = {"filters_0": 8, "filters_1": 5, "growth": "doubling"}
    assert [layer_filters(config, index) for index in range(2)] == [8, 5]
