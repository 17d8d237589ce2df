from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sweep.final.folder import replacing, restore, write_json, write_whole


def made(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "file").write_text(text)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_takes_the_place_of_the_old_one_as_a_whole(tmp_path):
    final = made(tmp_path / "final", "old")
    (final / "only-old").touch()
    with replacing(final) as staging:
        made(staging, "new")
        assert (final / "file").read_text() == "old"
    assert names(tmp_path) == ["final"]
    assert names(final) == ["file"]
    assert (final / "file").read_text() == "new"


def test_the_first_one_needs_no_former(tmp_path):
    with replacing(tmp_path / "final") as staging:
        made(staging, "new")
    assert (tmp_path / "final" / "file").read_text() == "new"


def test_an_exception_leaves_the_former_one_alone(tmp_path):
    final = made(tmp_path / "final", "old")
    with pytest.raises(KeyboardInterrupt), replacing(final) as staging:
        made(staging, "half")
        raise KeyboardInterrupt
    assert names(tmp_path) == ["final"]
    assert (final / "file").read_text() == "old"


def test_what_a_killed_process_left_is_not_built_upon(tmp_path):
    made(tmp_path / "final.partial", "half")
    with replacing(tmp_path / "final") as staging:
        assert names(staging) == []


def test_a_replacement_killed_between_the_renames_leaves_the_former_folder(tmp_path, monkeypatch):
    final = made(tmp_path / "final", "old")
    kill_second_rename(monkeypatch)
    with pytest.raises(KeyboardInterrupt), replacing(final) as staging:
        made(staging, "new")
    monkeypatch.undo()
    assert not final.exists()
    restore(final)
    assert (final / "file").read_text() == "old"


def test_a_replacement_killed_before_the_former_was_removed_is_finished(tmp_path):
    final = made(tmp_path / "final", "new")
    made(tmp_path / "final.former", "old")
    restore(final)
    assert names(tmp_path) == ["final"]
    assert (final / "file").read_text() == "new"


def test_a_file_is_the_old_one_until_the_new_one_is_written(tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")

    def fail_half_way(partial: Path) -> None:
        partial.write_text("ha")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        write_whole(path, fail_half_way)
    assert path.read_text() == "old"
    write_whole(path, lambda partial: partial.write_text(partial.suffix))
    assert path.read_text() == ".keras"
    assert names(tmp_path) == ["model.keras"]


def test_json_is_readable_and_strict(tmp_path):
    write_json(tmp_path / "a.json", {"classes": ["œuf"], "value": None})
    assert (tmp_path / "a.json").read_text(
        encoding="utf-8"
    ) == '{\n  "classes": [\n    "œuf"\n  ],\n  "value": null\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "b.json", {"loss": float("nan")})
    assert names(tmp_path) == ["a.json"]


def kill_second_rename(monkeypatch) -> None:
    rename, calls = os.replace, []

    def replace(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)


def test_a_name_that_is_no_valid_text_comes_back_from_json_as_it_was(tmp_path):
    write_json(tmp_path / "x.json", {"classes": ["caf\udce9", "ü"]})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"classes": ["caf\udce9", "ü"]}
