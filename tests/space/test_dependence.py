from __future__ import annotations

import pytest

from sweep.space.dimensions import expand

OWN = "model: my:build\nparameters:\n"


def test_per_counts_by_an_int(about):
    text = (
        OWN
        + """\
  names: {type: choice, values: [1, 2]}
  many: {type: int, min: 1, max: 101}
  below: {type: int, min: -1, max: 3}
  layers: {type: int, min: 1, max: 3}
  inner: {type: int, min: 1, max: 2, per: layers}
  a: {type: boolean, per: layer}
  b: {type: boolean, per: names}
  c: {type: boolean, per: many}
  d: {type: boolean, per: below}
  e: {type: boolean, per: inner}
  f: {type: boolean, per: layers}
"""
    )
    assert about(text) == [
        "10:27: parameters.a.per: 'layer' is no parameter; did you mean 'layers'?",
        "11:27: parameters.b.per: 'names' is a choice; layers are counted by an int parameter",
        "12:27: parameters.c.per: 'many' goes up to 101 layers; 100 are the most",
        "13:27: parameters.d.per: 'below' goes down to -1; a count of layers is at least 0",
        "14:27: parameters.e.per: 'inner' is itself per layer; layers are counted by a parameter that is there once",
    ]


@pytest.mark.parametrize("value", ["2.0", "two", "true"])
def test_per_a_plain_value_that_is_no_whole_number(about, value):
    assert about(OWN + f"  n: {value}\n  a: {{type: boolean, per: n}}") == [
        "6:27: parameters.a.per: 'n' is a fixed; layers are counted by an int parameter"
    ]


def test_when_names_a_parameter_and_values_it_has(about):
    text = (
        OWN
        + """\
  optimizer: {type: choice, values: [adam, sgd]}
  rate: {type: float, min: 0.1, max: 0.5, step: 0.1}
  free: {type: float, min: 0, max: 1}
  flag: {type: boolean}
  layers: {type: int, min: 1, max: 3}
  units: {type: choice, values: [1, 2], per: layers}
  a: {type: boolean, when: {optimiser: sgd}}
  b: {type: boolean, when: {optimizer: [sgd, rmsprop, lion]}}
  c: {type: boolean, when: {flag: 1}}
  d: {type: boolean, when: {rate: 0.35}}
  e: {type: boolean, when: {optimizer: []}}
  f: {type: boolean, when: {units: 1}}
  g: {type: boolean, when: {free: 0.5}}
  h: {type: boolean, when: {rate: 0.30000000000000004, layers: 2.0}}
  i: {type: boolean, when: {optimizer: {x: 1}}}
"""
    )
    assert about(text) == [
        "11:40: parameters.a.when: 'optimiser' is no parameter; did you mean 'optimizer'?",
        "12:40: parameters.b.when: optimizer is never 'rmsprop', 'lion'; its values are adam, sgd",
        "13:35: parameters.c.when: flag is never 1; its values are false, true",
        "14:35: parameters.d.when: rate is never 0.35; its values are 0.1 to 0.5, step 0.1",
        "15:40: parameters.e.when: optimizer has no values; then e would never be active",
        "16:36: parameters.f.when: 'units' is per layer, so f must be `per: layers` too",
        "17:35: parameters.g.when: free is a float without a step, which as good as never has one certain value",
        "19:40: parameters.i.when.optimizer: must be true or false or a number or a text, not {'x': 1}",
    ]


def test_a_parameter_cannot_depend_on_itself(about):
    text = (
        OWN
        + """\
  self: {type: boolean, when: {self: true}}
  a: {type: boolean, when: {b: true}}
  b: {type: boolean, when: {c: true}}
  c: {type: boolean, when: {a: true}}
  n: {type: int, min: 1, max: 2, when: {m: 1}}
  m: {type: int, min: 1, max: 2, per: n}
  z: {type: boolean, when: {a: true}}
"""
    )
    found = about(text)
    cycles = {" -> ".join(sorted(line.split(": ")[2].split(" -> ")[:-1])) for line in found if "itself: " in line}
    assert cycles == {"self", "a -> b -> c", "m -> n"}
    assert all(line.split(": ")[2].split(" -> ")[0] == line.split(" -> ")[-1] for line in found if "itself: " in line)


def test_many_parents_of_parents_are_gone_through_once(about):
    parents = [[f"p{other}: true" for other in range(max(0, index - 3), index)] for index in range(40)]
    lines = [f"  p{index}: {{type: boolean, when: {{{', '.join(parents[index])}}}}}\n" for index in range(40)]
    assert about(OWN + "".join(lines)) == []


def test_a_name_that_per_layer_makes_is_taken(about):
    text = OWN + "  n: 2\n  a: {type: boolean, per: n}\n  a_0: {type: boolean}\n  a_b: {type: boolean}\n  b_0: 1"
    assert about(text) == ["7:8: parameters.a_0: a per layer has this name already; rename one"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            """\
  a: {type: choice, values: [1, 2]}
  b: {type: boolean, when: {a: 1}}
  c: {type: boolean, when: {b: true, a: 2}}
""",
            "7:6: parameters.c can never be active: its conditions on a exclude each other",
        ),
        (
            """\
  n: {type: int, min: 1, max: 3, when: {m: 1}}
  m: {type: int, min: 1, max: 2}
  c: {type: boolean, per: n, when: {m: 2}}
""",
            "7:6: parameters.c can never be active: its conditions on m exclude each other",
        ),
        (
            "  n: 0\n  c: {type: boolean, per: n}\n",
            "6:6: parameters.c can never be active: n is never above 0",
        ),
    ],
)
def test_conditions_that_exclude_each_other(about, parameters, message):
    assert about(OWN + parameters) == [message]


def test_a_layer_may_be_impossible_as_long_as_another_is_not(load):
    text = OWN + "  n: {type: int, min: 1, max: 3}\n  a: {type: boolean, per: n, when: {n: [1, 2]}}"
    dimensions = expand(load("name: x\ndata: {source: digits}\n" + text))
    assert [dimension.name for dimension in dimensions] == ["n", "a_0", "a_1"]
