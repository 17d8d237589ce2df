from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweep.errors import DefinitionError, InputError
from sweep.space.yaml_source import parse_document, parse_value, read_document


def plain(text):
    return parse_document(text, "f.yaml").data


def complaint(text):
    with pytest.raises(DefinitionError) as caught:
        parse_document(text, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", 1000),
        ("0x10", 16),
        ("017", 17),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("&flag true", True),
        ("null", None),
        ("~", None),
        ("'1'", "1"),
        ("1:30", "1:30"),
        ("2024-01-31", "2024-01-31"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text, value):
    found = plain(f"a: {text}")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("digits", [25, 400])
def test_a_number_beyond_64_bits_is_a_float_so_that_no_message_overflows(digits):
    found = plain(f"a: {10**digits}\nb: -{10**digits}")
    assert found == {"a": min(1e308, float(f"1e{min(digits, 308)}")), "b": -found["a"]}


def test_no_type_of_the_parser_is_left_in_the_data():
    data = plain("a: {b: [1, 1.5, 'x', true, null]}\nc: &d [1e-3]\ne: *d")
    kinds = {type(data), type(data["a"]), type(data["a"]["b"]), type(data["e"]), *map(type, data["a"]["b"] + data["e"])}
    assert kinds == {dict, list, int, float, str, bool, type(None)}
    assert data["e"] == [0.001]


def test_merged_keys_are_there():
    assert plain("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3")["b"] == {"x": 1, "y": 3}


def test_every_key_is_a_text():
    assert list(plain("2: a\n1.5: b\nnull: c\ntrue: d")) == ["2", "1.5", "null", "True"]


def test_a_byte_order_mark_and_crlf_are_no_part_of_the_text():
    document = parse_document("\ufeffname: x\r\ndata: {}\r\n", "f")
    assert document.data == {"name": "x", "data": {}}
    assert document.keys["data",] == (2, 1)


def test_places_are_1_based_lines_and_columns_of_keys_and_values():
    document = parse_document("a: {b: [10, 20]}\nc:\n  d:  5\n", "f")
    assert document.keys == {("a",): (1, 1), ("a", "b"): (1, 5), ("c",): (2, 1), ("c", "d"): (3, 3)}
    assert document.values["a", "b", 1] == (1, 13)
    assert document.values["c", "d"] == (3, 7)


def test_a_value_that_is_not_there_has_the_place_of_its_key():
    document = parse_document("a:\nb:\n  c:\n\nd: 1\n", "f")
    assert {path: document.values[path] for path in [("a",), ("b", "c"), ("d",)]} == {
        ("a",): (1, 1),
        ("b", "c"): (3, 3),
        ("d",): (5, 4),
    }


def test_a_problem_stands_at_the_nearest_thing_above_that_is_in_the_file():
    document = parse_document("a: {b: 1}\n", "f")
    assert document.problem(("a", "b"), "m").located("f") == "f:1:8: m"
    assert document.problem(("a", "b"), "m", at_key=True).located("f") == "f:1:5: m"
    assert document.problem(("a", "new", "thing"), "m").located("f") == "f:1:4: m"
    assert document.problem(("new",), "m").located("f") == "f: m"


def test_a_problem_is_one_line():
    assert parse_document("a: 1", "f").problem(("a",), "one\ntwo").message == "one two"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml:1:1: the file is empty; it begins with `name:` and `data:`"),
        ("# nothing\n", "f.yaml:1:1: the file is empty; it begins with `name:` and `data:`"),
        ("- a", "f.yaml:1:1: the file is not a mapping of keys to values; it begins with `name:` and `data:`"),
        ("digits", "f.yaml:1:1: the file is not a mapping of keys to values; it begins with `name:` and `data:`"),
        ("a: 1\nb: [1,\n", "f.yaml:3:1: expected the node content, but found '<stream end>'"),
        ("a: 1\nb: 2\na: {x: [1, 2]}\n", 'f.yaml:3:1: found duplicate key "a"'),
        ("a:\n\tb: 1\n", "f.yaml:2:1: found character '\\t' that cannot start any token"),
        ("a: *b", "f.yaml:1:4: found undefined alias 'b'"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: but found another document"),
        ("a: !!bool maybe", "f.yaml: is no valid YAML: 'maybe'"),
        ("a: !!int x", "f.yaml: is no valid YAML: invalid literal for int() with base 10: 'x'"),
        ("a: 2024-99-99", "f.yaml: is no valid YAML: month must be in 1..12"),
        ("a: \x00", "f.yaml: is no valid YAML: unacceptable character #x0000: special characters are not allowed"),
        ("&a\nb: *a", "f.yaml:2:4: the alias 'a' contains itself"),
        ("a: " + "[" * 400 + "]" * 400, "f.yaml:1:53: the file is nested more than 50 levels deep"),
        ("a: {? [x] : 1}", "f.yaml:1:7: a key is a text; here is a list or a mapping"),
    ],
)
def test_what_is_no_yaml_mapping_is_said_in_one_line(text, message):
    assert complaint(text) == message


def test_files_that_cannot_be_read_are_input_errors(tmp_path):
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: caf\xe9".encode("latin-1"))
    for path, reason in [
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (latin, "cannot be read: it is not UTF-8 text"),
    ]:
        with pytest.raises(InputError) as caught:
            read_document(path)
        assert str(caught.value) == f"{path}: {reason}"
        assert caught.value.exit_code == 2


def test_one_value_is_parsed_as_in_a_file():
    assert [parse_value(text) for text in ("3", "1e-3", "no", "[a, 2]", "{x: null}", "")] == [
        3,
        0.001,
        "no",
        ["a", 2],
        {"x": None},
        None,
    ]


@pytest.mark.parametrize("text", ["[1", "{a: 1, a: 2}", "!!bool maybe", "&a [*b]", "&a [*a]", "[" * 60 + "]" * 60])
def test_a_value_that_is_no_yaml_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_value(text)


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.mkdir [{folder}]",
        "!!python/object/new:os.mkdir [{folder}]",
        "!!python/name:os.mkdir ''",
        "!!python/module:antigravity ''",
        "!!python/object:pathlib.Path {{a: {folder}}}",
        "!os.mkdir [{folder}]",
        "!<tag:yaml.org,2002:python/object/apply:os.mkdir> [{folder}]",
    ],
)
def test_a_tag_makes_no_object_and_runs_nothing(tmp_path, value):
    found = plain("a: " + value.format(folder=tmp_path / "made"))["a"]
    assert type(found) in (str, list, dict)
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_too_large_is_not_parsed(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text("# " + "x" * 2**20)
    with pytest.raises(InputError, match=r"large\.yaml: is larger than 1,048,576 bytes, which no definition needs"):
        read_document(path)


def test_devices_and_pipes_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="it is no regular file"):
            read_document(path)


def test_a_name_that_is_no_path_is_an_input_error(tmp_path):
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(InputError, match="cannot be read"):
            read_document(tmp_path / name)
