from __future__ import annotations

import pytest


def test_ranges_that_make_no_sense_stand_at_the_key_to_change(about):
    text = """\
parameters:
  conv_dropout: {type: float, min: 0.5, max: 0.1}
  weight_decay: {type: float, min: 0, max: 1, sampling: log}
  learning_rate: {type: float, min: 1.0, max: 8, step: 1, sampling: log}
  dense_units: {type: int, min: 6, max: 13, step: 3}
  dropout: {type: float, min: 0, max: 0.5, step: 1e-9}
  filters: {type: int, min: 2, max: 33, step: 2, sampling: reverse_log}
"""
    assert about(text) == [
        "4:36: parameters.conv_dropout: min 0.5 is above max 0.1",
        "5:36: parameters.weight_decay: log sampling needs a min above 0, not 0",
        "6:56: parameters.learning_rate: step 1 must be above 1: with log sampling it multiplies",
        "7:51: parameters.dense_units: step 3 does not lead from min 6 to max 13: it ends at 12",
        "8:50: parameters.dropout: step 1e-09 makes more than 100,000 values",
        "9:47: parameters.filters: step 2 does not lead from min 2 to max 33: it ends at 3",
    ]


def test_a_range_that_makes_no_sense_is_no_other_mistake_too(about):
    text = """\
parameters:
  learning_rate: {type: float, min: -1, max: 1, step: 2, sampling: log}
  dropout: {type: float, min: 0, max: 1e-3, step: 1e-12}
  conv_layers: {type: int, min: 3, max: 2}
  filters: {type: choice, values: [8], per: conv_layers, when: {dropout: 0}}
  batch_size: {type: int, min: 0, max: -1}
enqueue: [{learning_rate: 0.5, dropout: 0, conv_layers: 2, filters_0: 8, batch_size: 5}]
"""
    assert [line.partition(": ")[0] for line in about(text)] == ["4:37", "5:51", "6:33", "8:32"]


@pytest.mark.parametrize(
    "metric", ["loss", "accuracy", "val_loss", "val_accuracy", "val_precision", "val_recall", "val_f1", "val_auc"]
)
def test_every_reported_metric_can_be_the_objective(about, metric):
    direction = "min" if "loss" in metric else "max"
    assert about(f"objective: {metric}") == []
    assert about(f"objective: {{metric: {metric}, direction: {direction}}}") == []


def test_an_objective_no_run_produces(about):
    assert about("objective: val_acc") == ["3:12: objective: no run reports 'val_acc'; did you mean 'val_auc'?"]
    assert about("objective: {metric: top5, direction: max}") == [
        "3:21: objective: no run reports 'top5'; a run reports loss, accuracy, val_loss, val_accuracy, val_precision, "
        "val_recall, val_f1, val_auc"
    ]


@pytest.mark.parametrize(("metric", "wrong", "right"), [("val_loss", "max", "min"), ("val_f1", "min", "max")])
def test_an_objective_in_the_wrong_direction(about, metric, wrong, right):
    column = len(f"objective: {{metric: {metric}, direction: ") + 1
    assert about(f"objective: {{metric: {metric}, direction: {wrong}}}") == [
        f"3:{column}: objective: {metric} gets better towards {right}, not {wrong}"
    ]


def test_one_folder_cannot_be_two_splits(mistakes):
    assert mistakes("name: x\ndata: {source: d, splits: {train: a, validation: b, test: b}}") == [
        "2:59: data.splits: 'b' cannot be both validation and test"
    ]
    assert mistakes("name: x\ndata: {source: d, splits: {test: train}}") == [
        "2:34: data.splits: 'train' cannot be both train and test"
    ]


def test_jit_needs_operations_that_may_be_compiled(about):
    deterministic = (
        "3:6: jit: with deterministic ops XLA cannot compile all of a network (max pooling, for one); set "
        "`deterministic: false`, or leave jit out"
    )
    assert about("jit: true") == [deterministic]
    assert about("jit: true\nmodel: my:build") == [deterministic]
    assert about("jit: true\ndeterministic: false") == []
    assert about("jit: false\nparameters: {augmentation: light}") == []


def test_jit_and_augmentations_that_are_not_compiled(about):
    text = "jit: true\ndeterministic: false\nparameters: {augmentation: %s}"
    both = "{type: choice, values: [none, light, strong]}"
    for written, named in (("strong", "strong"), (both, "light and strong")):
        assert about(text % written) == [
            f"3:6: jit: XLA cannot compile the shifts, turns and zooms of augmentation {named}; "
            "leave only none and flip, or leave jit out"
        ]
    assert about(text % "flip") == []
    assert [line.partition(": ")[2] for line in about(text % "{type: choice, values: light}")] == [
        "parameters.augmentation.values: must be a list, not 'light'"
    ]
    assert about("jit: true\ndeterministic: false\nmodel: my:build\nparameters: {augmentation: light}") == []


def test_a_parameter_the_built_in_model_does_not_know(about):
    (near,) = about("parameters: {dropot: 0.1}")
    assert near == "3:22: parameters.dropot: the built-in model cnn knows no such parameter; did you mean 'dropout'?"
    (far,) = about("parameters: {zzz: 0.1}")
    assert far.startswith(
        "3:19: parameters.zzz: the built-in model cnn knows no such parameter; it knows conv_layers, "
    )


def test_every_value_the_built_in_model_does_not_take_is_named_where_it_stands(about):
    text = """\
parameters:
  activation: {type: choice, values: [rlu, relu, gelo]}
  dense_units: {type: float, min: 1, max: 5}
  batch_size: {type: int, min: 0, max: 5}
  epochs: 0
  dropout: {type: choice, values: [0.5, 1.0]}
  batch_norm: {type: choice, values: [0, 1]}
  learning_rate: {type: boolean}
  optimizer: {type: fixed, value: adm}
"""
    activations = "one of relu, gelu, elu, selu, silu, mish, tanh, leaky_relu"
    assert about(text) == [
        f"4:39: parameters.activation is {activations}, not 'rlu'; did you mean 'relu'?",
        f"4:50: parameters.activation is {activations}, not 'gelo'; did you mean 'gelu'?",
        "5:23: parameters.dense_units is an integer of at least 1; use `type: int`",
        "6:32: parameters.batch_size is an integer of at least 1, not 0",
        "7:11: parameters.epochs is an integer of at least 1, not 0",
        "8:41: parameters.dropout is a number from 0 to below 1, not 1.0",
        "9:39: parameters.batch_norm is true or false, not 0",
        "9:42: parameters.batch_norm is true or false, not 1",
        "10:18: parameters.learning_rate is a number above 0, not true",
        "11:35: parameters.optimizer is one of adam, adamw, sgd, rmsprop, nadam, not 'adm'; did you mean 'adam'?",
    ]


def test_per_layer_where_the_built_in_model_has_no_layers(about):
    text = """\
parameters:
  conv_layers: {type: int, min: 1, max: 3}
  optimizer: {type: choice, values: [adam, sgd], per: conv_layers}
  dense_units: {type: choice, values: [8, 16], per: conv_layers}
  batch_size: {type: choice, values: [8, 16], per: conv_layers}
"""
    assert about(text) == [
        "5:55: parameters.optimizer cannot be per conv_layers in the built-in model: one value serves the whole model",
        "6:53: parameters.dense_units cannot be per conv_layers in the built-in model: only `per: dense_layers` works",
        "7:52: parameters.batch_size cannot be per conv_layers in the built-in model: one value serves the whole model",
    ]


def test_growth_and_filters_of_each_layer_exclude_each_other(about):
    filters = "filters: {type: choice, values: [8, 16], per: conv_layers}"
    assert about(f"parameters:\n  conv_layers: 2\n  {filters}\n  growth: doubling") == [
        "6:11: parameters.growth has no effect where filters has a value for each layer; leave one out"
    ]


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
@pytest.mark.parametrize(
    "written",
    [
        "0",
        "a",
        "{type: float, min: 1, max: 5}",
        "{type: choice, values: [0, 1]}",
        "{type: int, min: 0, max: 3}",
        "true",
    ],
)
def test_training_steers_by_whole_numbers_whatever_the_model(about, name, written):
    column = len(f"parameters: {{{name}: ") + 1
    assert about(f"model: my:build\nparameters: {{{name}: {written}}}") == [
        f"4:{column}: parameters.{name} must have whole numbers of at least 1 as values"
    ]


def test_the_training_of_ones_own_model_is_not_per_layer_either(about):
    text = "model: my:build\nparameters:\n  layers: 2\n  batch_size: {type: choice, values: [8, 16], per: layers}"
    assert about(text) == ["6:52: parameters.batch_size steers the whole training and cannot be per layer"]


def test_hyperband_needs_epochs_it_can_use_as_a_budget(about):
    search = "search: {method: hyperband}\n"
    what = "parameters.epochs must be an int with min and max under hyperband: its smallest and full budget"
    assert about(search + "parameters: {epochs: {type: choice, values: [1, 3]}}") == [f"4:22: {what}"]
    assert about(search + "parameters: {epochs: 9}") == []
    assert about(search + "parameters: {epochs: {type: int, min: 1, max: 9}}") == []
    conditional = (
        "parameters: {batch_norm: {type: boolean}, epochs: {type: int, min: 1, max: 9, when: {batch_norm: true}}}"
    )
    column = conditional.index("{batch_norm: true") + 1
    assert about(search + conditional) == [
        f"4:{column}: parameters.epochs cannot have a condition under hyperband: it is the budget of every trial"
    ]
    assert about("search: {method: random}\n" + conditional) == []


def test_nothing_can_depend_on_hyperbands_budget(about):
    text = """\
search: {method: hyperband}
model: my:build
parameters:
  epochs: {type: int, min: 1, max: 9}
  momentum: {type: float, min: 0, max: 1, when: {epochs: [1, 2]}}
  units: {type: choice, values: [1, 2], per: epochs}
"""
    assert about(text) == [
        "7:58: parameters.momentum.when: epochs is the budget of a trial under hyperband, and nothing can depend on it",
        "8:46: parameters.units.per: 'epochs' is the budget of a trial under hyperband, and counts no layers",
    ]
    assert about(text.replace("hyperband", "random")) == []


def test_a_grid_nobody_would_wait_for_needs_a_limit(about):
    text = """\
model: my:build
parameters:
  a: {type: int, min: 1, max: 1001}
  b: {type: float, min: 0, max: 1}
search: {method: grid%s}
"""
    assert about(text % "") == [
        "7:18: search: a grid over this space has 10,010 configurations, above 10,000; set search.max_trials, "
        "give ranges a step, or search at random"
    ]
    assert about(text % ", max_trials: 50") == []
    assert about((text % "").replace("1001", "1000")) == []


def test_mistakes_of_every_section_are_reported_at_once(about):
    text = """\
objective: val_acuracy
parameters:
  conv_layers: {type: int, min: 1, max: 3}
  filters: {type: choice, values: [8, 16], per: conv_layers, when: {conv_layers: 4}}
  dropuot: 0.1
  dense_units: {type: int, min: 1, max: 3}
enqueue: [{dense_units: 7}]
"""
    assert [line.partition(": ")[0] for line in about(text)] == ["3:12", "6:82", "7:12", "9:25"]
