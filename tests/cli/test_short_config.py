from __future__ import annotations

import pytest

from sweep.cli.short_config import short_config, short_names

CONFIG = {"conv_layers": 2, "filters_0": 16, "filters_1": 32, "batch_norm": True, "batch_size": 64, "dropout": 0.25}


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (80, "conv_layers=2  filters=16,32  batch_norm=true  batch_size=64  dropout=0.25"),
        (60, "conv=2 filt=16,32 batch_n=true batch_s=64 drop=0.25"),
        (20, "conv=2 filt=16,32 b…"),
        (1, "…"),
    ],
)
def test_a_configuration_in_so_many_columns(room: int, text: str) -> None:
    assert short_config(CONFIG, {}, room) == text


def test_beside_others_that_do_not_fit_it_is_cut_as_they_are() -> None:
    assert short_config(CONFIG, {}, 80, in_full=False) == "conv=2 filt=16,32 batch_n=true batch_s=64 drop=0.25"


def test_what_all_share_is_left_out() -> None:
    assert short_config(CONFIG, {"conv_layers": "2", "batch_norm": "true", "dropout": "0.5"}, 60) == (
        "filters=16,32  batch_size=64  dropout=0.25"
    )


def test_names_are_cut_where_they_still_differ() -> None:
    assert short_names(["a", "dense", "dense_units", "learning_rate"]) == {
        "a": "a",
        "dense": "dense",
        "dense_units": "dense_u",
        "learning_rate": "lear",
    }


def test_a_text_from_elsewhere_cannot_steer_the_terminal() -> None:
    assert short_config({"esc\x1b[2J": "\x07"}, {}, 40) == r"esc\x1b[2J=\x07"
