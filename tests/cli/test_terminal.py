from __future__ import annotations

import math

import pytest

from sweep.cli.terminal import by_layer, config_text, is_number, literal, seconds, short


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (3, "3"), (0.000123456, "0.0001235"), (0.5, "0.5"), ("adam", "adam"), ("", "")]
)
def test_hyperparameters_are_short(value: object, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.97, "1:00"), (185.2, "3:05"), (3599.6, "1:00:00"), (7385, "2:03:05")],
)
def test_seconds(value: float, text: str) -> None:
    assert seconds(value) == text


def test_values_of_layers_are_together() -> None:
    config = {"conv_layers": 2, "filters_0": 16, "filters_1": 32, "dropout_0": 0.5, "batch_norm": False}
    assert by_layer(config) == {"conv_layers": "2", "filters": "16,32", "dropout": "0.5", "batch_norm": "false"}
    assert config_text(config) == "conv_layers=2  filters=16,32  dropout=0.5  batch_norm=false"


def test_names_that_only_look_like_layers_stay_as_they_are() -> None:
    config = {"lr_2": 0.1, "units": 3, "units_0": 4, "_0": 5, "a_0": 1, "a_2": 2}
    assert by_layer(config) == {"lr_2": "0.1", "units": "3", "units_0": "4", "_0": "5", "a": "1", "a_2": "2"}


def test_what_is_left_out_must_have_the_same_value() -> None:
    assert config_text({"a": 1, "b": 2}, {"a": "1", "b": "1"}) == "b=2"


def test_literal_texts_are_neither_markup_nor_control() -> None:
    assert literal("[red]\x1b[2J\n") == "\\[red]\\x1b[2J\\n"


@pytest.mark.parametrize(("value", "is_one"), [(None, False), (math.nan, False), (-math.inf, False), (0.0, True)])
def test_nan_and_infinities_are_no_numbers(value: float | None, is_one: bool) -> None:
    assert is_number(value) is is_one
