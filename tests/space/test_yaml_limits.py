from __future__ import annotations

import time

import pytest

from sweep.errors import DefinitionError
from sweep.space.yaml_limits import MAX_DEPTH, MAX_VALUES, TooMuch, require_little
from sweep.space.yaml_source import parse_document


def laughs(levels, merge=False):
    """Each level has nine times the one before."""
    first, form = ("{x: 1}", "{{<<: [{}]}}") if merge else ("[x, x, x]", "[{}]")
    values = [first, *(form.format(", ".join([f"*a{level - 1}"] * 9)) for level in range(1, levels))]
    return "\n".join(f"a{level}: &a{level} {value}" for level, value in enumerate(values))


def excess(text):
    with pytest.raises(TooMuch) as caught:
        require_little(text)
    return caught.value.problem.located("f")


@pytest.mark.parametrize("merge", [False, True])
def test_a_billion_laughs_are_counted_and_not_built(merge):
    began = time.monotonic()
    with pytest.raises(DefinitionError, match="the file has more than 50,000 values, counting what aliases stand for"):
        parse_document(laughs(30, merge), "f")
    assert time.monotonic() - began < 5


def test_aliases_within_the_limit_are_values_as_any():
    assert len(parse_document(laughs(4), "f").data["a3"]) == 9


def test_the_number_of_values_has_a_limit():
    require_little("a: [" + "x," * (MAX_VALUES - 4) + "]")
    assert excess("a: [" + "x," * MAX_VALUES + "]").endswith(
        f"more than {MAX_VALUES:,} values, counting what aliases stand for"
    )


def test_depth_has_a_limit_through_aliases_too():
    inner = MAX_DEPTH - 2
    require_little("a: " + "[" * inner + "]" * inner)
    assert excess("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH).startswith(
        "f:1:53: the file is nested more than 50 levels"
    )
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100))
    assert "nested more than 50 levels" in excess(chain)


def test_an_alias_of_what_is_still_open_contains_itself():
    assert excess("a: &x {b: [1, *x]}") == "f:1:15: the alias 'x' contains itself"


def test_keys_that_are_collections_are_refused_since_each_level_of_them_doubles_the_time():
    assert excess("? " * 40 + "a") == "f:1:3: a key is a text; here is a list or a mapping"
    assert excess("x: &x [1]\ny: {*x : 1}") == "f:2:5: a key is a text; here is a list or a mapping"


def test_an_unknown_alias_is_left_to_the_parser():
    require_little("a: *b")
