from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Sweep
from tests.tiny_sweep import write_images


def photos(root: Path, *folders: str, count: int = 12) -> Path:
    """Folders of noise; no two images are alike."""
    generator = np.random.default_rng(0)
    for folder in folders:
        (root / folder).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(generator.integers(0, 255, (16, 16, 3), dtype=np.uint8)).save(
                root / folder / f"{number}.png"
            )
    return root


def test_data_with_nothing_wrong(sweep: Sweep, tmp_path: Path) -> None:
    done = sweep("data", "check", str(write_images(tmp_path / "tiny.npz")))
    assert (done.code, done.err) == (0, "")
    assert [" ".join(line.split()) for line in done.lines if line.strip()][-1] == "Nothing wrong was found."
    assert any(line.split() == ["all", "3", "classes", "60"] for line in done.lines)


def test_data_with_problems_is_an_exit_code(sweep: Sweep, tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "cat", "dog")
    (root / "cat" / "broken.jpg").write_text("no image")
    done = sweep("data", "check", str(root))
    assert (done.code, done.err) == (1, "")
    assert "1 file cannot be decoded: cat/broken.jpg" in done.out
    as_json = sweep("data", "check", str(root), "--json")
    assert (as_json.code, as_json.err) == (1, "")
    assert as_json.json["images"] == 24
    assert [one["name"] for one in as_json.json["undecodable"]] == ["cat/broken.jpg"]
    assert as_json.json["splits"] == {"all": {"cat": 12, "dog": 12}}


def test_splits_can_be_named(sweep: Sweep, tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", *(f"{part}/{label}" for part in ("learn", "hold") for label in ("cat", "dog")))
    done = sweep("data", "check", str(root), "--train", "learn", "--test", "hold", "--json")
    assert (done.code, set(done.json["splits"])) == (0, {"train", "test"})
    done = sweep("data", "check", str(root), "--train", "lern", "--test", "hold")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "train is 'lern', but it is not there" in done.err


def test_names_of_classes_and_files_are_shown_as_they_are(sweep: Sweep, tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "[red]cat", ":dog:\x1b[31m", "two\nlines")
    (root / "[red]cat" / "[bold]\x1b[2J.jpg").write_text("no image")
    out = sweep("data", "check", str(root)).out
    assert "\x1b" not in out
    for literal in ("[red]cat", r":dog:\x1b[31m", r"two\nlines", r"[red]cat/[bold]\x1b[2J.jpg: no JPEG"):
        assert literal in out


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere", "nowhere: no such file or folder"),
        ("/dev/null", "/dev/null: is neither a folder nor a file"),
        ("keras:nothing", "keras:nothing: unknown; there is mnist"),
        ("os:nothing", "os:nothing: AttributeError"),
        ("nowhere:load", "nowhere:load: ModuleNotFoundError"),
        (":", ":: no such file or folder"),
        ("empty", "empty: no images in class folders"),
        ("noise.zip", "noise.zip: is no folder, .csv, .npz, .zip or .tar"),
        ("noise.npz", "noise.npz: "),
        ("noise.csv", "noise.csv: "),
        ("noise.tar.gz", "noise.tar.gz: "),
        ("nothing.zip", "nothing.zip: "),
        ("text.csv", "text.csv:1: the column 'path' is missing"),
    ],
)
def test_what_is_no_data_is_said_in_one_line(
    source: str, message: str, sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    noise = np.random.default_rng(0).bytes(1000)
    for name in ("noise.zip", "noise.npz", "noise.csv", "noise.tar.gz"):
        Path(name).write_bytes(noise)
    Path("nothing.zip").touch()
    Path("text.csv").write_text("a,b\n1,2\n")
    done = sweep("data", "check", source)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"error: {message}")
