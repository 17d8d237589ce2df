"""Whatever is wrong with a file, it is said: no other exception than an InputError ever leaves the loader."""

from __future__ import annotations

import copy
import random

from sweep.errors import DefinitionError, InputError
from sweep.space.dimensions import count_configs, enumerate_configs, expand
from sweep.space.load import dump_space, validate
from sweep.space.yaml_source import Document, parse_document

EXTRA = """\
name: x
data: {source: digits, splits: {train: a, test: b}, image_size: [3, 4]}
model: my:build
objective: {metric: val_loss, direction: min}
search: {method: grid, max_trials: 5, max_time: 1h}
enqueue: [{a: 1, b_0: 0.1, c: x, d: 2, e: true, epochs: 3}]
parameters:
  a: {type: int, min: 0, max: 3}
  b: {type: float, min: 0, max: 0.3, step: 0.1, per: a}
  c: {type: choice, values: [x, y], when: {a: [1, 2]}}
  d: {type: int, min: 1, max: 16, step: 2, sampling: log, when: {c: x}}
  e: {type: boolean, per: a, when: {b: 0.1}}
  epochs: 3
retrain: {epochs: best}
early_stopping: {patience: 3}
"""
GARBAGE = [
    *(None, True, False, 0, -1, 1, 3, 10**6, 2**62, 0.5, -0.5, 1e308, 1e-300, float("nan"), float("inf")),
    *("", "x", "no", "a: b", "two\nlines", "conv_layers", "epochs", "grid", "log", "reverse_log", "float", "int"),
    *([], [1], ["a", 2], [[]], [{}], [True, False], {}, {"a": 1}, {"epochs": 3}, {"conv_layers": 2}, {"filters": 16}),
    *({"type": "int"}, {"type": "int", "min": 1, "max": 3}, {"type": "choice", "values": [1, 2]}, {"type": "boolean"}),
    *({"type": "float", "min": 0, "max": 1, "step": 1e-9}, {"type": "float", "min": 1, "max": 1}),
]  # fmt: skip
KEYS = ["x", "epochs", "conv_layers", "filters_0", "when", "per", "step", "type", "min", "max", "enqueue", "1", ""]
TOKENS = [
    *("{", "}", "[", "]", ":", "- ", "? ", "&a ", "*a", "'", '"', "\t", "\0", "\n", "  ", "#", "---\n", "<<: "),
    *("!!int ", "!!bool ", "!!set ", "!!omap ", "!!float ", "!!binary ", "!!timestamp ", "!x ", "%YAML 1.1\n---\n"),
    *("...\n", "|\n", ">\n", "1e999", "~", "=", ",", ".nan", "1:30", "2020-13-01", "`", "@", "é", "\x85", "\u2028"),
]  # fmt: skip


def paths(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from paths(value, (*path, key))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def mutate(rng, data):
    """One to five nodes deleted, replaced by garbage or by each other, duplicated under another key, or renamed."""
    data = copy.deepcopy(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        *parent_path, key = rng.choice([path for path in paths(data) if path] or [("x",)])
        parent = at(data, parent_path)
        change = rng.choice(["delete", "garbage", "garbage", "swap", "duplicate", "rename"])
        if change == "delete" or key not in (parent if isinstance(parent, dict) else range(len(parent))):
            del parent[key]
        elif change == "garbage":
            parent[key] = copy.deepcopy(rng.choice(GARBAGE))
        elif change == "swap":
            parent[key] = copy.deepcopy(at(data, rng.choice(list(paths(data)))))
        elif isinstance(parent, dict):
            value = parent[key] if change == "duplicate" else parent.pop(key)
            parent[rng.choice([*KEYS, key[::-1], key.upper(), key + "x"])] = copy.deepcopy(value)
    return data


def documents(shipped_files):
    return [parse_document(text, name) for name, text in texts(shipped_files)]


def texts(shipped_files):
    return [("extra", EXTRA), *((path.name, path.read_text()) for path in shipped_files)]


def check(document):
    """What is left is a space that works, or a list of mistakes of one line each."""
    try:
        space = validate(document)
    except InputError as exc:
        assert isinstance(exc, DefinitionError)
        assert exc.problems
        assert all(len(problem.message.splitlines()) == 1 for problem in exc.problems)
        return None
    dimensions = expand(space)
    size = count_configs(dimensions)
    if size is not None and size < 300:
        assert size == len({tuple(config.items()) for config in enumerate_configs(dimensions)})
    return space


def test_mutated_definitions(shipped_files):
    rng = random.Random(0)
    originals = documents(shipped_files)
    valid = []
    for _ in range(2500):
        document = rng.choice(originals)
        mutant = Document(document.source, mutate(rng, document.data), document.keys, document.values)
        valid.append(check(mutant))
    spaces = [space for space in valid if space is not None]
    assert 100 < len(spaces) < 1000  # some mutations do no harm
    for space in spaces[:40]:
        assert validate(parse_document(dump_space(space), "again")) == space


def test_mutated_texts(shipped_files):
    rng = random.Random(0)
    originals = [text for _, text in texts(shipped_files)]
    outcomes = {"valid": 0, "invalid": 0, "no yaml": 0}
    for _ in range(250):
        text = garbled(rng, rng.choice(originals))
        try:
            document = parse_document(text, "f.yaml")
        except DefinitionError as exc:
            assert len(exc.problems) == 1
            outcomes["no yaml"] += 1
        else:
            outcomes["valid" if check(document) else "invalid"] += 1
    assert min(outcomes.values()) > 10, outcomes


def garbled(rng, text):
    for _ in range(rng.choice([1, 1, 2, 4])):
        here, there = rng.randrange(len(text)), rng.randrange(len(text))
        change = rng.choice(["insert", "cut", "copy", "line"])
        if change == "insert":
            text = text[:here] + rng.choice(TOKENS) + text[here:]
        elif change == "cut":
            text = text[:here] + text[here + rng.randrange(1, 20) :]
        elif change == "copy":
            text = text[:here] + text[there : there + rng.randrange(1, 30)] + text[here:]
        else:
            lines = text.splitlines(keepends=True)
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            text = "".join(lines)
    return text
