"""How much a YAML text may hold, found out before anything is built of it: nine lines of aliases can stand for
billions of values."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, MappingStartEvent, NodeEvent

from sweep.errors import Problem

MAX_BYTES = 2**20
MAX_VALUES = 50_000
"""Keys and values, with everything that aliases stand for."""
MAX_DEPTH = 50


@dataclass
class _Node:
    """What has been counted of a value: its parts and itself, and how deep it goes."""

    event: Any
    values: int = 1
    height: int = 1
    parts: int = 0

    @property
    def expects_key(self) -> bool:
        return isinstance(self.event, MappingStartEvent) and self.parts % 2 == 0

    def add(self, values: int, height: int) -> None:
        self.values += values
        self.height = max(self.height, height + 1)
        self.parts += 1


class TooMuch(Exception):
    """The text goes beyond a limit, at `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def require_little(text: str) -> None:
    """Raises TooMuch where the text first goes beyond a limit, and what ruamel raises where it is no YAML."""
    open_nodes: list[_Node] = []
    anchors: dict[str, _Node] = {}
    for event in YAML(typ="rt", pure=True).parse(StringIO(text)):
        if isinstance(event, CollectionEndEvent):
            done = open_nodes.pop()
            if open_nodes:
                open_nodes[-1].add(done.values, done.height)
        elif isinstance(event, NodeEvent):
            node = anchors.get(event.anchor) if isinstance(event, AliasEvent) else _Node(event)
            if node is None:
                continue  # an unknown alias, which building the document will complain of
            wrong = _wrong(event, node, open_nodes)
            if wrong:
                raise TooMuch(Problem(event.start_mark.line + 1, event.start_mark.column + 1, wrong))
            if event.anchor and not isinstance(event, AliasEvent):
                anchors[event.anchor] = node
            if isinstance(event, CollectionStartEvent):
                open_nodes.append(node)
            elif open_nodes:
                open_nodes[-1].add(node.values, node.height)


def _wrong(event: Any, node: _Node, open_nodes: list[_Node]) -> str | None:
    if any(node is one for one in open_nodes):
        return f"the alias {event.anchor!r} contains itself"
    if len(open_nodes) + node.height > MAX_DEPTH:
        return f"the file is nested more than {MAX_DEPTH} levels deep"
    if sum(one.values for one in open_nodes) + node.values > MAX_VALUES:
        return f"the file has more than {MAX_VALUES:,} values, counting what aliases stand for"
    if open_nodes and open_nodes[-1].expects_key and isinstance(node.event, CollectionStartEvent):
        return "a key is a text; here is a list or a mapping"
    return None
