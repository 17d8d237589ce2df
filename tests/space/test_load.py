from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sweep.errors import DefinitionError, InputError, Problem
from sweep.space.load import dump_space, load_space, validate_again

ROOT = Path(__file__).parents[2]

EVERYTHING = """\
name: all-of_it.1
data:
  source: "weird: #1 {x}"
  splits: {train: a, validation: "no", test: "1"}
  validation: 0.1
  seed: 5
  image_size: [32, 48]
  channels: 3
  fit: crop
  limit: 500
  on_bad_file: skip
  leaks: drop
  scaling: unit
model: my.package:build
objective: {metric: val_loss, direction: min}
search: {method: bayesian, max_trials: 9, max_time: 1.5h, generation: 2, initial_points: 4, alpha: 1e-5, beta: 0}
seed: 17
parameters:
  layers: {type: int, min: 1, max: 3}
  units: {type: int, min: 8, max: 64, step: 2, sampling: log, per: layers}
  rate: {type: float, min: 1e-5, max: 0.1, sampling: log}
  drop: {type: float, min: 0, max: 0.5, step: 0.1, per: layers, when: {units: [8, 16]}}
  word: {type: choice, values: ["1", "1e-4", "no", "null", "é", "two words"]}
  number: {type: choice, values: [1e-7, 0.1, 1e+20]}
  flag: {type: boolean, when: {word: "1e-4"}}
  text: "1.0"
  one: 1.0
  whole: 1
  off: false
enqueue:
  - {layers: 1, units: 32, rate: 0.01, word: "no", number: 1e-7}
early_stopping: {patience: 3, min_delta: 0.001}
retrain: {epochs: 12}
threads_per_trial: 2
retrain_threads: 4
deterministic: false
precision: mixed_bfloat16
jit: true
retries: 0
"""


def test_shipped_definitions_are_valid(shipped):
    space = load_space(shipped)
    assert space.name == shipped.stem
    assert space.parameters


def test_a_dumped_space_reads_back_equal(load, shipped):
    for space in (load_space(shipped), load(EVERYTHING)):
        assert load(dump_space(space)) == space


def test_dumping_says_everything_and_keeps_the_order(load):
    space = load(EVERYTHING)
    assert space.data.splits.validation == "no"
    assert space.parameters["word"].values == ("1", "1e-4", "no", "null", "é", "two words")
    text = dump_space(space)
    sections = [line.split(":")[0] for line in text.splitlines() if not line.startswith((" ", "-"))]
    assert sections == [name for name in type(space).model_fields if getattr(space, name) is not None]
    assert "  one: 1.0\n" in text
    assert "  whole: 1\n" in text
    assert "  text: '1.0'\n" in text
    assert "  rate: {type: float, min: 1e-05, max: 0.1, sampling: log}\n" in text


def test_the_message_names_the_file_and_every_place(tmp_path):
    path = tmp_path / "f.yaml"
    path.write_text("name: x\ndata: {source: digits}\nsed: 1\nobjective: val_acuracy\n")
    with pytest.raises(DefinitionError) as caught:
        load_space(path)
    assert str(caught.value).splitlines() == [
        f"{path}:3:1: unknown key 'sed'; did you mean 'seed'?",
        f"{path}:4:12: objective: no run reports 'val_acuracy'; did you mean 'val_accuracy'?",
    ]
    assert caught.value.exit_code == 2
    assert caught.value.problems[0] == Problem(3, 1, "unknown key 'sed'; did you mean 'seed'?")


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        load_space(tmp_path / "none.yaml")


def test_a_changed_space_is_checked_again(load):
    space = load("name: x\ndata: {source: digits}\nmodel: my:build\nparameters: {a: {type: int, min: 1, max: 3}}")
    assert validate_again(space) is space
    broken = space.model_copy(update={"parameters": {"a": space.parameters["a"].model_copy(update={"min": 5})}})
    with pytest.raises(DefinitionError) as caught:
        validate_again(broken)
    assert str(caught.value) == "x: parameters.a: min 5 is above max 3"


def test_loading_imports_nothing_heavy():
    code = f"""
import sys, sweep.space.load, sweep.space.dimensions, sweep.space.budget, sweep.space.reference
from sweep.errors import DefinitionError
space = sweep.space.load.load_space({str(ROOT / "search_spaces" / "digits.yaml")!r}, ["seed=3"])
sweep.space.dimensions.count_configs(sweep.space.dimensions.expand(space))
try:
    sweep.space.load.load_space({str(ROOT / "search_spaces" / "digits.yaml")!r}, ["sed=3"])
except DefinitionError:
    pass
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    heavy = {"tensorflow", "keras", "keras_tuner", "numpy", "sklearn", "scipy", "PIL", "matplotlib", "imagehash"}
    assert "ruamel" in found.split()
    assert heavy & set(found.split()) == set()
