from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from sweep.estimates import kept as module
from sweep.estimates.estimate import Estimate, Range
from sweep.estimates.kept import keep_estimate, kept_estimate
from sweep.preparation import Ready, get_ready
from sweep.space.load import load_space
from tests.tiny_sweep import write_images, write_space

ESTIMATE = Estimate(2, Range(1.5, 2.5), Range(0.1, 0.3), Range(6e6, 7e6), 1_000)


DAMAGED = [
    *("", "[]", "{}", '{"search": 1, "retraining": {}}', '{"workers": 2}', "[" * 100_000),
    *(json.dumps(ESTIMATE.to_json() | {"search": one}) for one in ({"low": "a", "high": 2}, {"low": 3, "high": 2})),
    json.dumps(ESTIMATE.to_json() | {"search": {"low": 1, "high": math.nan}}),
]


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ready:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    write_images(tmp_path / "tiny.npz")
    return get_ready(load_space(write_space(tmp_path)))


def test_what_was_said_of_a_definition_is_found_again(ready: Ready) -> None:
    assert kept_estimate(ready, 2) is None
    keep_estimate(ready, ESTIMATE)
    assert kept_estimate(ready, 2) == ESTIMATE


def test_a_later_plan_replaces_an_earlier_one(ready: Ready) -> None:
    keep_estimate(ready, ESTIMATE)
    keep_estimate(ready, replace(ESTIMATE, checkpoint_bytes=7))
    found = kept_estimate(ready, 2)
    assert found is not None and found.checkpoint_bytes == 7


def test_it_is_of_no_other_number_of_workers_definition_or_code(ready: Ready) -> None:
    keep_estimate(ready, ESTIMATE)
    assert kept_estimate(ready, 1) is None
    assert kept_estimate(replace(ready, space=ready.space.model_copy(update={"seed": 9})), 2) is None
    assert kept_estimate(replace(ready, code="edited"), 2) is None


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_none(ready: Ready, tmp_path: Path, text: str) -> None:
    keep_estimate(ready, ESTIMATE)
    (path,) = (tmp_path / "cache" / "estimates").iterdir()
    path.write_text(text)
    assert kept_estimate(ready, 2) is None


def test_a_cache_that_cannot_be_written_costs_nothing(ready: Ready, tmp_path: Path) -> None:
    (tmp_path / "cache" / "estimates").write_text("in the way")
    keep_estimate(ready, ESTIMATE)
    assert kept_estimate(ready, 2) is None


def test_only_the_latest_are_kept(ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    folder = tmp_path / "cache" / "estimates"
    for workers in (1, 2, 3):
        keep_estimate(ready, replace(ESTIMATE, workers=workers))
        for age, path in enumerate(sorted(folder.iterdir(), key=lambda one: -one.stat().st_mtime)):
            os.utime(path, (1e9 - age, 1e9 - age))  # a coarse clock must not decide
    assert [kept_estimate(ready, workers) is None for workers in (1, 2, 3)] == [True, False, False]
