from __future__ import annotations

import pytest

from sweep.errors import InputError

TEXT = """\
name: x
data: {source: digits}
search: {method: hyperband, factor: 4, max_trials: 7}
parameters:
  epochs: {type: int, min: 1, max: 27}
  dense_units: 64
"""


def test_any_key_is_overridden(load):
    space = load(
        TEXT, "parameters.epochs.max=9", "seed=3", "data.limit=200", "objective={metric: val_loss, direction: min}"
    )
    assert (space.parameters["epochs"].max, space.seed, space.data.limit) == (9, 3, 200)
    assert space.goal.direction == "min"


def test_sections_the_file_does_not_have_are_made(load):
    space = load(TEXT, "early_stopping.patience=4", "parameters.dropout={type: float, min: 0, max: 0.5}")
    assert space.early_stopping.patience == 4
    assert space.parameters["dropout"].max == 0.5


def test_values_are_yaml(load):
    space = load(
        TEXT,
        "model=my:build",
        "parameters.rate=1e-3",
        "parameters.flag=true",
        "parameters.word='1'",
        "parameters.no=no",
    )
    assert {name: space.parameters[name].value for name in ("rate", "flag", "word", "no")} == {
        "rate": 0.001,
        "flag": True,
        "word": "1",
        "no": "no",
    }


def test_the_value_may_have_equals_signs(load):
    assert load(TEXT, "data.source=a=b").data.source == "a=b"


def test_the_last_of_two_overrides_holds(load):
    assert load(TEXT, "seed=3", "seed=4").seed == 4


def test_overrides_are_validated_as_the_file_is_and_named_in_its_place(mistakes):
    assert mistakes(TEXT, "parameters.epochs.max=0", "sed=1", "seed=x") == [
        "0:0: --set sed=1: unknown key 'sed'; did you mean 'seed'?",
        "0:0: --set seed=x: seed: must be a whole number, not 'x'",
        "5:28: parameters.epochs: min 1 is above max 0",
    ]


def test_a_new_method_drops_the_keys_of_the_file_that_only_others_know(load):
    space = load(TEXT, "search.method=random")
    assert space.search.model_dump() == {"max_time": None, "method": "random", "max_trials": 7}
    assert load(TEXT, "search.method=random", "search.max_trials=3").search.max_trials == 3
    assert load(TEXT, "search.method=bayesian", "search.generation=2").search.generation == 2


@pytest.mark.parametrize("order", [1, -1])
def test_a_key_given_with_set_is_reported_whatever_the_order(mistakes, order):
    overrides = ["search.method=random", "search.factor=5"][::order]
    assert mistakes(TEXT, *overrides) == [
        "0:0: --set search.factor=5: unknown key 'factor' in search; it is none of max_time, method, max_trials"
    ]


def test_the_same_method_again_and_there_and_back_change_nothing(load):
    assert load(TEXT, "search.method=hyperband") == load(TEXT)
    assert load(TEXT, "search.method=random", "search.method=hyperband") == load(TEXT)


def test_a_key_that_no_method_knows_is_still_reported(mistakes):
    assert mistakes(TEXT.replace("factor", "factr"), "search.method=random") == [
        "3:29: unknown key 'factr' in search; it is none of max_time, method, max_trials"
    ]


def test_an_unknown_method_is_reported(mistakes):
    assert mistakes(TEXT, "search.method=rndom") == [
        "0:0: --set search.method=rndom: search.method: there is no method 'rndom'; did you mean 'random'?"
    ]


def test_the_whole_search_is_replaced(load, mistakes):
    assert load(TEXT, "search={method: grid}").search.max_trials is None
    assert mistakes(TEXT, "search.method=grid", "search=5") == [
        "0:0: --set search=5: search: must be a mapping of keys to values, not 5"
    ]


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("seed", "write it as key.path=value, for example --set search.method=random"),
        ("=3", "write it as key.path=value, for example --set search.method=random"),
        ("data..limit=3", "write it as key.path=value, for example --set search.method=random"),
        ("seed=[1", "the value is no YAML: expected ',' or ']', but got '<stream end>'"),
        (
            "parameters.dense_units.max=3",
            "parameters.dense_units is 64, which has no keys; set it whole: --set parameters.dense_units=...",
        ),
    ],
)
def test_what_is_no_override_is_an_input_error(load, override, reason):
    with pytest.raises(InputError) as caught:
        load(TEXT, override)
    assert str(caught.value) == f"--set {override}: {reason}"


def test_the_file_is_not_touched(load, tmp_path):
    load(TEXT, "seed=3")
    assert (tmp_path / "f.yaml").read_text() == TEXT


def test_an_option_is_shown_in_one_printable_line(load):
    for option in ("a\x1b[2J", "seed=\x1b[2J", "seed=1\n\tb: [", "name.\x1b=1"):
        with pytest.raises(InputError) as caught:
            load("name: x\ndata: {source: digits}\n", option)
        assert str(caught.value).isprintable()


def test_a_key_that_leads_too_deep_is_refused(load):
    with pytest.raises(InputError, match="the key is nested more than 50 levels deep"):
        load("name: x\ndata: {source: digits}\n", "a." * 2000 + "b=1")
