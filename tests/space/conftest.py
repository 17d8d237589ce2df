"""Definitions as texts, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweep.errors import DefinitionError
from sweep.space.definition import Space
from sweep.space.load import load_space

HEAD = "name: x\ndata: {source: digits}\n"
SHIPPED = sorted((Path(__file__).parents[2] / "search_spaces").glob("*.yaml"))


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Space]:
    """Loads a text as a file, with overrides."""

    def load(text: str | bytes, *overrides: str) -> Space:
        path = tmp_path / "f.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_space(path, overrides)

    return load


@pytest.fixture
def mistakes(load: Callable[..., Space]) -> Callable[..., list[str]]:
    """Every mistake in a text as `line:column: message`; none where it is a definition."""

    def mistakes(text: str | bytes, *overrides: str) -> list[str]:
        try:
            load(text, *overrides)
        except DefinitionError as exc:
            return [f"{one.line}:{one.column}: {one.message}" for one in exc.problems]
        return []

    return mistakes


@pytest.fixture
def about(mistakes: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """As `mistakes`, of lines that follow a sound name and data: they begin at line 3."""
    return lambda text, *overrides: mistakes(HEAD + text, *overrides)


@pytest.fixture
def make() -> Callable[..., Space]:
    """A space of a model of one's own, whose parameters may be any, from plain Python."""

    def make(parameters: dict[str, Any], method: str = "random", **more: Any) -> Space:
        search = {"method": method, **more.pop("search", {})}
        data = {"name": "x", "data": {"source": "digits"}, "model": "my:build", "search": search}
        return Space.model_validate({**data, "parameters": parameters, **more})

    return make


@pytest.fixture(params=SHIPPED, ids=lambda path: path.stem)
def shipped(request: pytest.FixtureRequest) -> Path:
    """A definition that comes with the project."""
    return request.param


@pytest.fixture
def shipped_files() -> list[Path]:
    """All definitions that come with the project."""
    return SHIPPED
