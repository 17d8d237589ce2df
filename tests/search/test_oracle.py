from __future__ import annotations

import time
from pathlib import Path

import pytest

from sweep.records import TrialResult, TrialState
from sweep.search.oracle import GridOracle, RandomOracle
from sweep.search.oracle_searcher import make_searcher
from sweep.space.dimensions import count_configs, expand
from tests.search.driving import Drive, drive, make_space, new_configs

LARGE = {
    "layers": {"type": "int", "min": 1, "max": 4},
    "units": {"type": "choice", "values": [8, 16, 32], "per": "layers"},
    "rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
    "optimizer": {"type": "choice", "values": ["adam", "sgd"]},
    "momentum": {"type": "float", "min": 0, "max": 0.9, "step": 0.1, "when": {"optimizer": "sgd"}},
    "epochs": 3,
}


def random_of(parameters, most=1000, **more):
    return make_space("random", parameters, search={"max_trials": most}, **more)


def test_a_grid_takes_every_configuration_in_the_order_of_the_file():
    parameters = {
        "kind": {"type": "choice", "values": ["a", "b"]},
        "size": {"type": "float", "min": 0, "max": 0.3, "step": 0.1, "when": {"kind": "a"}},
        "flag": {"type": "choice", "values": [True, False]},
    }
    space = make_space("grid", parameters, search={})
    assert [dict(one.config) for one in drive(space, workers=3)] == [
        *({"kind": "a", "size": size, "flag": flag} for size in (0.0, 0.1, 0.2, 0.3) for flag in (True, False)),
        *({"kind": "b", "flag": flag} for flag in (True, False)),
    ]
    assert {type(one.config["flag"]) for one in drive(space)} == {bool}


def test_a_grid_takes_ten_points_of_a_float_and_leaves_out_what_was_enqueued():
    rate = {"type": "float", "min": 0.0, "max": 9.0}
    space = make_space("grid", {"rate": rate}, search={}, enqueue=[{"rate": 3}, {"rate": 2.5}])
    assert [one.config["rate"] for one in drive(space)] == [3.0, 2.5, 0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]


def test_random_search_uses_up_a_space_most_of_which_is_seldom_drawn():
    """`deep` is drawn once in 32 times, and has all but a few of the configurations."""
    flags = {f"f{index}": {"type": "boolean"} for index in range(5)}
    deep = {"type": "int", "min": 1, "max": 150, "when": {name: True for name in flags}}
    space = random_of({**flags, "deep": deep})
    assert count_configs(expand(space)) == 181
    configs = new_configs(drive(space))
    assert len(configs) == len(set(configs)) == 181


def test_random_search_does_not_end_where_only_a_rare_part_of_the_space_is_endless():
    """All but one kind are soon tried; KerasTuner would give up after 21 draws of those."""
    parameters = {
        "kind": {"type": "choice", "values": list(range(20))},
        "rate": {"type": "float", "min": 0, "max": 1, "when": {"kind": 7}},
    }
    configs = new_configs(drive(random_of(parameters, most=80)))
    assert len(configs) == len(set(configs)) == 80


def test_draws_are_spread_over_the_whole_space():
    space = random_of({"a": {"type": "int", "min": 1, "max": 4}, "r": {"type": "float", "min": 0, "max": 1}}, most=400)
    made = drive(space)
    assert all(70 < sum(one.config["a"] == value for one in made) < 130 for value in (1, 2, 3, 4))
    assert sum(one.config["r"] for one in made) / 400 == pytest.approx(0.5, abs=0.05)


def test_a_configuration_depends_on_its_number_not_on_what_was_drawn_for_others():
    """With another configuration enqueued first, those that follow stay as they were."""
    plain = new_configs(drive(random_of(LARGE, most=6)))
    given = {"layers": 1, "units": 8, "rate": 0.001, "optimizer": "adam"}
    other = new_configs(drive(random_of(LARGE, most=6, enqueue=[given])))
    assert other[0] != plain[0]
    assert other[1:] == plain[1:]


def test_three_failures_in_a_row_raise_nothing():
    searcher = make_searcher(random_of({"a": {"type": "int", "min": 1, "max": 9}}))
    for _ in range(9):
        searcher.tell(TrialResult(searcher.ask().trial, TrialState.DIVERGED, 1, objective=None, error="loss is NaN"))
    assert searcher.ask() is None


def test_nothing_is_written_and_nothing_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for method in ("random", "hyperband", "grid"):
        drive(make_space(method), workers=2)
    assert list(Path(tmp_path).iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_a_seed_of_0_is_used():
    assert RandomOracle(make_space("random", seed=0), {}).seed != RandomOracle(make_space("random", seed=1), {}).seed
    assert RandomOracle(make_space("random"), {}).seed == RandomOracle(make_space("random", seed=0), {}).seed


def test_known_configurations_are_given_out_under_their_numbers():
    space = random_of({"a": {"type": "int", "min": 1, "max": 5}})
    oracle = RandomOracle(space, {0: {"a": 4}, 1: {"a": 2}})
    values = [oracle.populate_space(str(number))["values"] for number in range(6)]
    assert values[:2] == [{"a": 4}, {"a": 2}]
    assert values[5] is None


def test_a_grid_of_a_hundred_thousand_is_not_listed_to_begin():
    parameters = {name: {"type": "int", "min": 1, "max": 1000} for name in "abcdef"}
    oracle = GridOracle(make_space("grid", parameters, search={"max_trials": 3}), {})
    assert oracle.new_values() == dict.fromkeys("abcdef", 1)
    assert oracle.new_values() == {**dict.fromkeys("abcdef", 1), "f": 2}


def cost(method, trials):
    """Seconds of processor time for each ask and tell of the last 100 trials."""
    searcher = make_searcher(make_space(method, LARGE, search={"max_trials": trials}))
    loop = Drive(searcher, workers=4)
    loop.run(most=2 * (trials - 100))
    before = len(loop.facts)
    began = time.process_time()
    loop.run()
    return (time.process_time() - began) / ((len(loop.facts) - before) / 2)


def test_a_thousand_trials_stay_cheap():
    few, many = cost("random", 200), cost("random", 1000)
    assert many < 0.02
    assert many < 4 * few + 0.002
