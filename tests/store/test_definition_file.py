from __future__ import annotations

from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.space.commented import commented
from sweep.space.load import load_space, parse_space
from sweep.store.definition_file import write_definition

DEFINITION = "name: x\ndata: {source: digits}\nseed: 3\nparameters: {epochs: 2}\n"


def test_a_file_is_replaced_only_where_that_is_wanted(tmp_path: Path) -> None:
    space, path = parse_space(DEFINITION, "x.yaml"), tmp_path / "x.yaml"
    text = commented(space, [], {})
    write_definition(path, text, space, force=False)
    assert load_space(path) == space
    with pytest.raises(InputError, match=r"x\.yaml exists already; choose another name, or replace it with --force"):
        write_definition(path, text, space, force=False)
    write_definition(path, "# new\n" + text, space, force=True)
    assert path.read_text().startswith("# new")


def test_what_would_be_read_as_something_else_is_not_written(tmp_path: Path) -> None:
    space, path = parse_space(DEFINITION, "x.yaml"), tmp_path / "x.yaml"
    with pytest.raises(InputError, match="nothing was written"):
        write_definition(path, commented(space, [], {}).replace("seed: 3", "seed: 4"), space, force=False)
    with pytest.raises(InputError, match=r"no/x\.yaml: there is no folder .*/no; make it first, or write elsewhere"):
        write_definition(tmp_path / "no" / "x.yaml", commented(space, [], {}), space, force=False)
    assert list(tmp_path.iterdir()) == []
