"""Whatever stands in a search-space file or in `--set`: a space that can be used, or its mistakes in one line each."""

from __future__ import annotations

import copy
import io
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sweep.space.dimensions import count_configs, expand
from sweep.space.load import dump_space, load_space, validate
from sweep.space.overrides import apply_overrides
from sweep.space.yaml_source import Document, parse_document
from tests.fuzz.outcomes import outcome

SHIPPED = {path.name: path.read_text() for path in sorted((Path(__file__).parents[2] / "search_spaces").glob("*.yaml"))}
DOCUMENTS = [parse_document(text, name) for name, text in SHIPPED.items()]

WORDS = sorted({word for text in SHIPPED.values() for word in text.replace(":", " ").replace(",", " ").split()})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 130),
    st.floats(),
    st.sampled_from([1e308, 1e-308, 10**18, 2**63, -(2**63), 10**30]),
    st.text(max_size=20),
    st.sampled_from(WORDS),
)
TREES = st.recursive(
    SCALARS,
    lambda children: (
        st.lists(children, max_size=5)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=8), children, max_size=5)
    ),
    max_leaves=20,
)
YAML_WORDS = st.sampled_from(
    [
        *("{", "}", "[", "]", ": ", "- ", "? ", "&a ", "*a", "'", '"', "\t", "\n", "\n  ", "#", "---\n", "<<: ", ", "),
        *("!!int ", "!!set ", "!!omap ", "!!binary ", "!!python/object/apply:os.abort ", "%YAML 1.1\n", "|\n", ">-\n"),
        *(
            "1e999",
            "~",
            "=",
            ".nan",
            "1:30",
            "2020-13-01",
            "\0",
            "\x85",
            "\u2028",
            "\ufeff",
            "name",
            "data",
            "parameters",
        ),
    ]
)


def use(document: Document) -> None:
    """As far as `sweep validate` goes, and to the file of a run and back."""
    space = validate(document)
    count_configs(expand(space))
    assert validate(parse_document(dump_space(space), "again")) == space


def paths(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from paths(value, (*path, key))


@given(st.text(max_size=300))
@example("? " * 40 + "a")
@example("&a [*a]")
@example("\x1b[31m: 1")
def test_any_text(text):
    outcome(lambda: use(parse_document(text, "f.yaml")))


@given(st.lists(YAML_WORDS | st.text(max_size=5), max_size=40).map("".join))
def test_any_words_of_yaml(text):
    outcome(lambda: use(parse_document(text, "f.yaml")))


@given(
    content=st.binary(max_size=300) | st.sampled_from([text.encode() for text in SHIPPED.values()]),
    place=st.integers(0),
)
def test_any_bytes_as_a_file(tmp_path_factory, content, place):
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    place %= len(content) + 1
    path.write_bytes(content[:place] + b"\xff"[: place % 2] + content[place:])
    outcome(lambda: load_space(path))


@given(TREES)
def test_any_tree(tree):
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump({"name": "x", "data": {"source": "digits"}, "parameters": tree}, stream)
    outcome(lambda: use(parse_document(stream.getvalue(), "f.yaml")))


@given(st.dictionaries(st.sampled_from(list(DOCUMENTS[0].data)) | st.text(max_size=8), TREES, max_size=8))
def test_any_tree_under_known_keys(tree):
    outcome(lambda: use(Document("f.yaml", copy.deepcopy(tree), {}, {})))


@given(st.sampled_from(DOCUMENTS), st.lists(st.tuples(st.integers(0), TREES), min_size=1, max_size=4))
def test_a_shipped_file_with_some_of_it_replaced(document, changes):
    data = copy.deepcopy(document.data)
    for place, value in changes:
        *parent, key = (known := [path for path in paths(data) if path] or [("x",)])[place % len(known)]
        node = data
        for part in parent:
            node = node[part]
        node[key] = copy.deepcopy(value)
    outcome(lambda: use(Document(document.source, data, document.keys, document.values)))


@given(
    st.sampled_from(list(SHIPPED.values())),
    st.lists(st.tuples(st.integers(0), st.integers(0, 20), YAML_WORDS), min_size=1, max_size=4),
)
def test_a_shipped_text_with_cuts_and_insertions(text, changes):
    for place, cut, word in changes:
        place %= len(text) + 1
        text = text[:place] + word + text[place + cut :]
    outcome(lambda: use(parse_document(text, "f.yaml")))


KEYS = [".".join(map(str, path)) for document in DOCUMENTS for path in paths(document.data) if path]


@given(
    st.sampled_from(DOCUMENTS),
    st.lists(
        st.text(max_size=30)
        | st.builds(
            "{}={}".format,
            st.sampled_from(KEYS) | st.text(max_size=10),
            st.sampled_from(WORDS) | st.text(max_size=20) | SCALARS,
        ),
        min_size=1,
        max_size=4,
    ),
)
@example(DOCUMENTS[0], ["a." * 2000 + "b=1"])
@example(DOCUMENTS[0], ["search.method=grid", "search=1"])
@example(DOCUMENTS[0], ["seed=\x1b[2J"])
def test_any_set_option(document, overrides):
    outcome(lambda: use(apply_overrides(document, overrides)))
