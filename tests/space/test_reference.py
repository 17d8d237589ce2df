from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.space.builtin import CNN_PARAMETERS
from sweep.space.definition import GridSearch, Space
from sweep.space.reference import make_tables, renewed
from sweep.space.schema import make_schema
from sweep.space.schema_words import default_in_words, meaning_in_words, type_in_words

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "definition.md"


def rows(table: str) -> dict[str, list[str]]:
    """The cells of each row, by the first of them without its backticks."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in make_tables()[table].splitlines()[2:]]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_the_page_is_in_step_with_the_schema():
    page = PAGE.read_text(encoding="utf-8")
    assert page == renewed(page), "run `make schema`"


def test_the_page_has_no_tables_but_generated_ones():
    by_hand = re.sub(r"<!-- generated: .*?<!-- end -->", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [line for line in by_hand.splitlines() if line.startswith("|")] == []


def test_what_the_module_prints_is_the_page_made_anew(tmp_path):
    stale = tmp_path / "stale.md"
    page = PAGE.read_text(encoding="utf-8")
    stale.write_text(page.replace("| `seed` |", "| `sead` |"), encoding="utf-8")
    command = [sys.executable, "-m", "sweep.space.reference", str(stale)]
    assert subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout == page


def test_only_what_stands_between_the_marks_is_made_anew():
    places = "".join(f"before {name}\n<!-- generated: {name} -->\nold\n<!-- end -->\nafter\n" for name in make_tables())
    page = renewed(places)
    assert "old\n" not in page
    assert re.sub(r"(<!-- generated: .*? -->\n).*?(<!-- end -->)", r"\1old\n\2", page, flags=re.DOTALL) == places
    assert renewed(page) == page


def test_a_page_that_lacks_a_place_or_has_one_too_many_is_refused():
    page = PAGE.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="the page has places for top level, dota, search methods"):
        renewed(page.replace("generated: data -->", "generated: dota -->"))
    with pytest.raises(ValueError, match="the page has places for"):
        renewed(page + "<!-- generated: data -->\n<!-- end -->\n")


def test_every_key_of_every_section_is_in_a_table():
    told = {name.rpartition(".")[2] for table in make_tables() for name in rows(table)}
    keys = {key for section in make_schema()["$defs"].values() for key in section["properties"]}
    assert keys - told == {"method", "type"}  # which the tables of methods and types begin with


def test_every_key_of_the_top_level_has_one_row_and_so_has_what_they_hold():
    assert list(rows("top level")) == list(Space.model_fields)
    assert list(rows("cnn")) == list(CNN_PARAMETERS)
    assert {"splits", "splits.train", "splits.validation", "splits.test", "source"} < set(rows("data"))
    assert list(rows("objective, early_stopping, retrain")) == [
        *("objective.metric", "objective.direction"),
        *("early_stopping.patience", "early_stopping.min_delta", "retrain.epochs"),
    ]


def test_a_key_of_one_method_says_of_which():
    table = rows("search")
    assert table["factor"][:3] == ["`hyperband`", "int ≥ 2", "3"]
    assert table["max_time"][:3] == ["all", "duration", "none"]
    assert "method" not in table  # it has a table of its own
    assert rows("search methods")["hyperband"] == [
        "`factor`, `iterations`",
        "random configurations; those that do well get more epochs",
    ]
    assert list(rows("search methods")) == ["random", "hyperband", "bayesian", "grid"]


def test_what_differs_between_methods_says_for_which_it_holds():
    assert rows("search")["max_trials"][2] == "20 for `random`, `bayesian`; none for `hyperband`, `grid`"
    assert rows("parameters")["step"][1] == "int ≥ 1 for `int`; number > 0 for `float`"
    assert GridSearch(method="grid").max_trials is None


def test_a_type_of_parameter_says_what_it_takes():
    assert rows("parameter types")["choice"] == ["`values`", "one of a list"]
    assert rows("parameters")["when"][0] == "all"
    assert rows("parameters")["min"] == [
        *("`int`, `float`", "int for `int`; number for `float`", "needed", "the smallest value")
    ]


def test_a_parameter_of_the_cnn_is_told_as_it_is_checked():
    assert rows("cnn")["dropout"] == [
        *("a number from 0 to below 1", "0", "`dense_layers`"),
        "after each dense layer; with none of them, before the classifier",
    ]
    assert [row[0] for row in rows("cnn").values()] == [one.domain for one in CNN_PARAMETERS.values()]


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ("top level", "name", "text"),
        ("top level", "data", "mapping"),
        ("top level", "objective", "metric or mapping"),
        ("top level", "enqueue", "list of mappings"),
        ("top level", "deterministic", "bool"),
        ("top level", "retries", "int ≥ 0"),
        ("top level", "trial_timeout", "duration"),
        ("top level", "max_memory", "size"),
        ("top level", "precision", "`float32`, `mixed_float16` or `mixed_bfloat16`"),
        ("data", "splits", "mapping"),
        ("data", "validation", "0 < x < 1"),
        ("data", "image_size", "[height, width]"),
        ("data", "channels", "`1` or `3`"),
        ("objective, early_stopping, retrain", "retrain.epochs", "`best`, `same_updates` or int ≥ 1"),
    ],
)
def test_types_in_words(table, key, words):
    assert rows(table)[key][0] == words


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ("top level", "name", "needed"),
        ("top level", "model", "`cnn`"),
        ("top level", "seed", "0"),
        ("top level", "deterministic", "`true`"),
        ("top level", "search", "`{method: random, max_trials: 20}`"),
        ("top level", "enqueue", "`[]`"),
        ("top level", "parameters", "none"),
        ("top level", "retrain_threads", "as `threads_per_trial`"),
        ("top level", "max_memory", "16GB"),
        ("data", "max_unpacked", "20GiB"),
        ("data", "validation", "0.2"),
        ("data", "scaling", "`standardize` for `cnn`, else `none`"),
    ],
)
def test_defaults_in_words(table, key, words):
    assert rows(table)[key][1] == words


def test_what_holds_where_a_key_is_left_out_is_its_default_and_not_told_twice():
    node = {"type": "integer", "default": None, "description": "threads; of all; left out: as many as cores"}
    assert default_in_words(node) == "as many as cores"
    assert meaning_in_words(node) == "threads; of all"


def test_the_same_type_in_two_ways_is_named_once():
    assert type_in_words({"anyOf": [{"type": "string"}, {"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]}) == (
        "text or mapping"
    )
