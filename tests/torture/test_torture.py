"""The short form of `make torture`: a few kills of two methods, in about two minutes. Run by `make slow`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.torture.torture import reference, torture, torture_point

pytestmark = pytest.mark.slow

Reference = tuple[dict[str, Any], float]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torture")


@pytest.fixture(scope="module")
def hyperband(folder: Path) -> Reference:
    return reference("hyperband", folder, workers=1)


def test_hyperband_killed_at_random_moments_comes_to_the_same_table(hyperband: Reference, folder: Path) -> None:
    wanted, seconds = hyperband
    sweep = torture("hyperband", 3, 25, folder, wanted, {1: seconds})
    assert sweep.kills


@pytest.mark.parametrize(("point", "count"), [("checkpoint.replace", 5), ("final.swap", 1)])
def test_hyperband_killed_where_it_writes_too(point: str, count: int, hyperband: Reference, folder: Path) -> None:
    sweep = torture_point("hyperband", point, count, folder, hyperband[0])
    assert sweep.kills == [f"{point} #{count}"]


def test_bayesian_search_killed_between_two_decisions_too(folder: Path) -> None:
    wanted, _ = reference("bayesian", folder)
    assert torture_point("bayesian", "store.commit", 30, folder, wanted).kills == ["store.commit #30"]
