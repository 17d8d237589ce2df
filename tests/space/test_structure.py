from __future__ import annotations

import pytest

from sweep.space.definition import Space
from sweep.space.structure import did_you_mean, dotted

TOP = ", ".join(Space.model_fields)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nme: y", "3:1: unknown key 'nme'; did you mean 'name'?"),
        ("zzz: 1", f"3:1: unknown key 'zzz'; it is none of {TOP}"),
        ("'1': 2", f"3:1: unknown key '1'; it is none of {TOP}"),
        (
            "early_stopping: {patienc: 3, patience: 3}",
            "3:18: unknown key 'patienc' in early_stopping; did you mean 'patience'?",
        ),
        ("retrain: {epoch: 3}", "3:11: unknown key 'epoch' in retrain; did you mean 'epochs'?"),
        (
            "objective: {metric: val_loss, direction: min, directon: max}",
            "3:47: unknown key 'directon' in objective; did you mean 'direction'?",
        ),
        (
            "search: {method: random, factr: 3}",
            "3:26: unknown key 'factr' in search; it is none of max_time, method, max_trials",
        ),
        ("search: {method: hyperband, factr: 3}", "3:29: unknown key 'factr' in search; did you mean 'factor'?"),
        (
            "parameters:\n  dropout:\n    type: float\n    mn: 0\n    min: 0\n    max: 1",
            "6:5: unknown key 'mn' in parameters.dropout; did you mean 'min'?",
        ),
        (
            "parameters: {dropout: {type: int, int: 1, min: 0, max: 0}}",
            "3:35: unknown key 'int' in parameters.dropout; did you mean 'min'?",
        ),
        (
            "search: {method: random, random: 3}",
            "3:26: unknown key 'random' in search; it is none of max_time, method, max_trials",
        ),
    ],
)
def test_an_unknown_key_is_named_where_it_stands(about, text, message):
    assert message in about(text)


def test_unknown_keys_of_data_and_splits(mistakes):
    assert mistakes("name: x\ndata: {source: digits, imagesize: [8, 8], splits: {tran: a}}") == [
        "2:24: unknown key 'imagesize' in data; did you mean 'image_size'?",
        "2:52: unknown key 'tran' in data.splits; did you mean 'train'?",
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("name: x", ["0:0: data is missing"]),
        ("data: {source: digits}", ["0:0: name is missing"]),
        ("name: x\ndata: {limit: 5}", ["2:1: data.source is missing"]),
        ("name: x\ndata:", ["2:1: data: must be a mapping of keys to values, not nothing"]),
        (
            "name:\ndata: digits",
            ["1:1: name: must be a text, not nothing", "2:7: data: must be a mapping of keys to values, not 'digits'"],
        ),
    ],
)
def test_what_is_missing(mistakes, text, messages):
    assert mistakes(text) == messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parameters: {dropout: {type: float, min: 0}}", "3:14: parameters.dropout.max is missing"),
        (
            "parameters: {dropout: {min: 0, max: 1}}",
            "3:14: parameters.dropout.type is missing: one of int, float, choice, boolean, fixed",
        ),
        (
            "parameters: {dropout: {type: flt}}",
            "3:30: parameters.dropout.type: there is no type 'flt'; did you mean 'float'?",
        ),
        (
            "parameters: {dropout: {type: 5}}",
            "3:30: parameters.dropout.type: there is no type '5'; it is one of int, float, choice, boolean, fixed",
        ),
        ("search: {max_trials: 5}", "3:1: search.method is missing: one of random, hyperband, bayesian, grid"),
        ("search: {method: hyperbnd}", "3:18: search.method: there is no method 'hyperbnd'; did you mean 'hyperband'?"),
        ("objective: {metric: val_loss}", "3:1: objective.direction is missing"),
        ("early_stopping: {}", "3:1: early_stopping.patience is missing"),
    ],
)
def test_what_is_missing_inside_and_what_kind_it_has_to_be(about, text, message):
    assert about(text) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed: -1", "3:7: seed: must be greater than or equal to 0, not -1"),
        ("seed: 1.5", "3:7: seed: must be a whole number, not 1.5"),
        ("seed: yes", "3:7: seed: must be a whole number, not 'yes'"),
        ("seed: true", "3:7: seed: must be a whole number, not true"),
        (
            "precision: float16",
            "3:12: precision: must be 'float32', 'mixed_float16' or 'mixed_bfloat16', not 'float16'",
        ),
        ("jit: 1", "3:6: jit: must be true or false, not 1"),
        ("deterministic: no", "3:16: deterministic: must be true or false, not 'no'"),
        ("model: cnm", "3:8: model: 'cnm' is neither 'cnn' nor 'package.module:name'"),
        ("objective: 5", "3:12: objective: must be a text or a mapping of keys to values, not 5"),
        (
            "search: {method: random, max_trials: 0}",
            "3:38: search.max_trials: must be greater than or equal to 1, not 0",
        ),
        (
            "search: {method: random, max_time: 8x}",
            "3:36: search.max_time: '8x' is no duration; write for example 90s, 15m, 8h or 1d",
        ),
        ("search: {method: random, max_time: 0}", "3:36: search.max_time: must be greater than 0, not 0"),
        ("search: {method: hyperband, factor: 1}", "3:37: search.factor: must be greater than or equal to 2, not 1"),
        (
            "retrain: {epochs: 0}",
            "3:19: retrain.epochs: must be 'best' or 'same_updates' or greater than or equal to 1, not 0",
        ),
        (
            "retrain: {epochs: wrst}",
            "3:19: retrain.epochs: must be 'best' or 'same_updates' or a whole number, not 'wrst'",
        ),
        ("parameters: [a]", "3:13: parameters: must be a mapping of keys to values, not ['a']"),
        (
            "parameters: {dropout: [0.1, 0.2]}",
            "3:23: parameters.dropout: must be a mapping of keys to values, not [0.1, 0.2]",
        ),
        (
            "parameters: {dropout: {type: float, min: a, max: .inf}}",
            "3:42: parameters.dropout.min: must be a number, not 'a'",
        ),
        (
            "parameters: {dropout: {type: float, min: 0, max: .nan}}",
            "3:50: parameters.dropout.max: must be a finite number, not nan",
        ),
        (
            "parameters: {dense_units: {type: int, min: 1, max: 5, step: 0}}",
            "3:61: parameters.dense_units.step: must be greater than or equal to 1, not 0",
        ),
        (
            "parameters: {dropout: {type: choice, values: []}}",
            "3:46: parameters.dropout.values: must have at least 1 of them, not []",
        ),
        (
            "parameters: {dropout: {type: choice, values: 0.5}}",
            "3:46: parameters.dropout.values: must be a list, not 0.5",
        ),
        (
            "parameters: {dropout: {type: choice, values: [0.5, [1], null]}}",
            "3:52: parameters.dropout.values[1]: must be true or false or a number or a text, not [1]",
        ),
        (
            "parameters: {dropout: {type: choice, values: [0.5, a]}}",
            "3:46: parameters.dropout.values: values must be all numbers, all texts or all booleans; "
            "put quotes around those meant as text",
        ),
        (
            "parameters: {dropout: {type: choice, values: [0.5, 0.5]}}",
            "3:46: parameters.dropout.values: values has 0.5 twice",
        ),
        (
            "parameters: {dropout: {type: choice, values: [0, 0.5, 0.0]}}",
            "3:46: parameters.dropout.values: values has 0.0 twice",
        ),
        (
            "parameters: {dropout: {type: float, min: 0, max: 1, sampling: lg}}",
            "3:63: parameters.dropout.sampling: must be 'linear', 'log' or 'reverse_log', not 'lg'",
        ),
        ("enqueue: {dropout: 1}", "3:10: enqueue: must be a list, not {'dropout': 1}"),
        ("enqueue: [5]", "3:11: enqueue[0]: must be a mapping of keys to values, not 5"),
    ],
)
def test_what_a_value_must_be_and_is_not(about, text, message):
    assert message in about(text)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("5", "2:36: data.image_size: must be a list, not 5"),
        ("[5]", "2:24: data.image_size[1] is missing"),
        ("[5, 6, 7]", "2:36: data.image_size: must have at most 2 items, not [5, 6, 7]"),
        ("[5, 0]", "2:40: data.image_size[1]: must be greater than or equal to 1, not 0"),
    ],
)
def test_an_image_size_is_two_numbers(mistakes, size, message):
    assert mistakes(f"name: x\ndata: {{source: digits, image_size: {size}}}") == [message]


def test_a_name_that_could_be_no_folder_is_refused(mistakes):
    assert mistakes("name: ../x\ndata: {source: digits}") == [
        "1:7: name: '../x' must begin with a letter or digit and have only letters, digits, '.', '_' and '-'"
    ]


def test_long_values_are_shortened_in_messages(about):
    (message,) = about(f"seed: {'x' * 500}")
    assert message == f"3:7: seed: must be a whole number, not '{'x' * 56}..."


def test_mistakes_of_shape_and_of_meaning_are_reported_together(mistakes):
    text = """\
nme: digits
data: {source: digits, validation: 2}
objective: val_acuracy
search: {method: hyperbnd}
parameters:
  dropout: {type: float, min: 0.5, max: 0.1}
  filters: {type: choice, values: [8, 16], per: conv_layer}
  conv_layers: {type: int, min: 1, max: 3}
  optimizer: {type: choise, values: [adam]}
  momentum: {type: float, min: 0.5, max: 0.9, when: {optimizer: sgd}}
  leaning_rate: 0.1
enqueue:
  - {dropout: [0]}
  - 5
  - {drpout: 0}
"""
    assert mistakes(text) == [
        "0:0: name is missing",
        "1:1: unknown key 'nme'; did you mean 'name'?",
        "2:36: data.validation: must be less than 1, not 2",
        "3:12: objective: no run reports 'val_acuracy'; did you mean 'val_accuracy'?",
        "4:18: search.method: there is no method 'hyperbnd'; did you mean 'hyperband'?",
        "6:31: parameters.dropout: min 0.5 is above max 0.1",
        "7:49: parameters.filters.per: 'conv_layer' is no parameter; did you mean 'conv_layers'?",
        "9:21: parameters.optimizer.type: there is no type 'choise'; did you mean 'choice'?",
        "11:17: parameters.leaning_rate: the built-in model cnn knows no such parameter; did you mean 'learning_rate'?",
        "13:15: enqueue[0].dropout: must be true or false or a number or a text, not [0]",
        "14:5: enqueue[1]: must be a mapping of keys to values, not 5",
        "15:14: enqueue[2]: 'drpout' is no parameter; did you mean 'dropout'?",
    ]


def test_an_unreadable_search_says_nothing_of_the_number_of_trials(about):
    enqueue = ", ".join(f"{{batch_size: {size}, epochs: 1}}" for size in range(1, 31))
    parameters = "parameters: {batch_size: {type: int, min: 1, max: 64}, epochs: 1}"
    assert about(f"search: {{method: rndom}}\n{parameters}\nenqueue: [{enqueue}]") == [
        "3:18: search.method: there is no method 'rndom'; did you mean 'random'?"
    ]


def test_garbage_for_all_parameters_says_nothing_of_enqueue(about):
    assert about("parameters: 5\nenqueue: [{dropout: [1]}]") == [
        "3:13: parameters: must be a mapping of keys to values, not 5",
        "4:21: enqueue[0].dropout: must be true or false or a number or a text, not [1]",
    ]


def test_paths_in_words():
    assert dotted(("parameters", "filters", "values", 2)) == "parameters.filters.values[2]"


def test_did_you_mean_only_where_something_is_near():
    assert did_you_mean("optimiser", ["optimizer", "epochs"]) == "; did you mean 'optimizer'?"
    assert did_you_mean("zzz", ["optimizer", "epochs"]) == ""
