from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sweep.analysis.known_trainings import differing, find_known
from sweep.preparation import Ready
from sweep.records import EpochReport, Proposal, TrialResult, TrialState
from sweep.space.definition import Space
from sweep.space.load import dump_space, parse_space
from sweep.store import RunDirectory, Store, create_run

DEFINITION = """
name: s
data: {source: digits}
search: {method: random}
parameters: {dense_units: {type: int, min: 1, max: 9}, epochs: 2}
"""
ENVIRONMENT = {"sweep": "1", "packages": {"keras": "3"}, "cpu": {"model": "A"}, "gpus": []}


def space(text: str = DEFINITION, **more: Any) -> Space:
    return parse_space(text, "s.yaml").model_copy(update=more)


def new_run(folder: Path, name: str, environment: Any = ENVIRONMENT) -> RunDirectory:
    run = create_run(folder, name, "s")
    run.environment_file.write_text(json.dumps(environment))
    return run


@pytest.fixture
def earlier(tmp_path: Path) -> RunDirectory:
    """Trial 0 was the better one; trial 2 failed."""
    run = new_run(tmp_path, "earlier")
    definition = dump_space(space())
    run.space_file.write_text(definition)
    facts = {"definition": definition, "dataset_digest": "d", "code": None}
    with Store.create(run.database, facts) as store:
        for trial in range(3):
            store.record_ask(Proposal(trial, {"dense_units": trial + 1, "epochs": 2}, 0, 2), seed=100 + trial)
            store.start_attempt(trial)
            store.record_epoch(EpochReport(trial, 1, {"val_accuracy": 0.5}, 0.25, b"\xf0"))
            store.record_epoch(EpochReport(trial, 2, {"val_accuracy": 0.25}, 0.5))
            state = TrialState.FAILED if trial == 2 else TrialState.COMPLETED
            store.record_result(TrialResult(trial, state, 2, 1, 0.5, 1000 + trial))
    return run


def ready(of: Space, digest: str = "d", code: str | None = None) -> Ready:
    prepared: Any = SimpleNamespace(dataset=SimpleNamespace(digest=digest))
    return Ready(of, prepared, code)


def found(earlier: RunDirectory, of: Space) -> list[Any]:
    with Store.open(earlier.database, read_only=True) as store:
        return list(find_known(of, earlier, store))


def enqueued(*units: int, seeds: tuple[int | None, ...], epochs: int = 2) -> Space:
    configs = tuple({"dense_units": one, "epochs": epochs} for one in units)
    return space(enqueue=configs, enqueue_seeds=seeds)


def test_the_same_configuration_with_the_same_seed_is_the_same_training(earlier: RunDirectory) -> None:
    (one,) = found(earlier, enqueued(9, 2, seeds=(None, 101)))
    assert (one.trial, one.run, one.source, one.training.parameter_count) == (1, "earlier", 1, 1001)
    assert one.training.reports == (
        EpochReport(1, 1, {"val_accuracy": 0.5}, 0.25, b"\xf0"),
        EpochReport(1, 2, {"val_accuracy": 0.25}, 0.5),
    )


@pytest.mark.parametrize(("unit", "seed"), [(2, 102), (3, 101), (3, 102), (2, None)])
def test_another_seed_or_configuration_is_not_nor_one_that_failed(earlier: RunDirectory, unit: int, seed: Any) -> None:
    assert found(earlier, enqueued(unit, seeds=(seed,))) == []


def test_how_long_it_is_does_not_matter_but_to_a_model_that_may_read_it(earlier: RunDirectory) -> None:
    longer = enqueued(2, seeds=(101,), epochs=7)
    assert len(found(earlier, longer)) == 1
    assert found(earlier, longer.model_copy(update={"model": "nets:build"})) == []


@pytest.mark.parametrize(
    ("new", "environment", "named"),
    [
        (ready(space()), ENVIRONMENT, []),
        (ready(space(seed=5, retries=1, name="other")), ENVIRONMENT, []),
        (ready(space(), digest="x"), ENVIRONMENT, ["images"]),
        (ready(space(), code="edited"), ENVIRONMENT, ["code"]),
        (ready(space(precision="mixed_bfloat16")), ENVIRONMENT, ["settings"]),
        (ready(space(max_parameters=5)), ENVIRONMENT, ["settings"]),
        (ready(space()), ENVIRONMENT | {"packages": {"keras": "4"}}, ["libraries"]),
        (ready(space()), ENVIRONMENT | {"sweep": "2"}, ["libraries"]),
        (ready(space(threads_per_trial=2)), ENVIRONMENT | {"cpu": {"model": "B"}}, ["settings", "machine"]),
        (ready(space()), [], ["libraries", "machine"]),
    ],
)
def test_what_makes_another_training_is_named(
    new: Ready, environment: Any, named: list[str], earlier: RunDirectory, tmp_path: Path
) -> None:
    run = new_run(tmp_path, "new", environment)
    with Store.open(earlier.database, read_only=True) as store:
        assert differing(new, run, earlier, store) == named
