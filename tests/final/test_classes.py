from __future__ import annotations

import json
import zipfile

import pytest

from sweep.errors import InputError, SweepFailed
from sweep.final.classes import read_classes
from sweep.store.layout import RunDirectory

ANEW = "make it anew with: sweep retrain-best digits-001 --runs-dir"


@pytest.fixture
def run(tmp_path):
    """With files of a final model that look sound."""
    run = RunDirectory(tmp_path / "digits-001")
    run.final.mkdir(parents=True)
    with zipfile.ZipFile(run.final / "model.keras", "w") as file:
        file.writestr("config.json", "{}")
    (run.final / "labels.json").write_text(json.dumps({"classes": ["b", "a"]}))
    return run


def test_the_class_names_come_in_the_order_of_the_outputs(run):
    assert read_classes(run) == ["b", "a"]


def test_without_a_final_model_it_is_said_how_to_make_one(tmp_path):
    run = RunDirectory(tmp_path / "digits-001")
    run.root.mkdir()
    with pytest.raises(InputError, match="digits-001 has no final model yet; make one: sweep retrain-best digits-001"):
        read_classes(run)


@pytest.mark.parametrize("name", ["model.keras", "labels.json"])
def test_a_file_that_is_missing_is_named(name, run):
    (run.final / name).unlink()
    with pytest.raises(SweepFailed) as caught:
        read_classes(run)
    assert str(caught.value).startswith(f"{run.final / name}: is missing; {ANEW}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.keras", b""),
        ("model.keras", b"no archive"),
        ("labels.json", b""),
        ("labels.json", b"\xff"),
        ("labels.json", b"[" * 100_000),
        ("labels.json", b"[]"),
        ("labels.json", b"{}"),
        ("labels.json", b'{"classes": "ab"}'),
        ("labels.json", b'{"classes": [1, 2]}'),
    ],
)
def test_a_file_that_is_damaged_is_named(name, content, run):
    (run.final / name).write_bytes(content)
    with pytest.raises(SweepFailed) as caught:
        read_classes(run)
    assert str(caught.value).startswith(f"{run.final / name}: is damaged; {ANEW}")
