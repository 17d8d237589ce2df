from __future__ import annotations

from pathlib import Path

import pytest

from sweep.data.picking import pick_images
from sweep.errors import InputError


def test_files_are_taken_as_named_and_folders_with_all_below_them_by_name(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "deep/c.png", "notes.txt", ".hidden.png", ".git/d.png", "odd.xyz"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(b"")
    (tmp_path / "one.txt").write_bytes(b"")
    found = pick_images([tmp_path / "one.txt", tmp_path / "photos" / "b.png", tmp_path / "photos"])
    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["one.txt", "photos/b.png", "photos/a.jpg", "photos/deep/c.png", "photos/odd.xyz"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x: File name too long"):
        pick_images([tmp_path / ("x" * 300)])
    with pytest.raises(InputError, match=r"nope\.png: there is no such file or folder"):
        pick_images([tmp_path / "nope.png"])
    with pytest.raises(InputError, match="there are no images in this folder"):
        pick_images([tmp_path])
