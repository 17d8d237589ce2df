from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sweep.analysis.known_trainings import WITHOUT_EFFECT, find_known, why_anew
from sweep.preparation import Ready
from sweep.records import EpochReport, Proposal, TrialResult, TrialState
from sweep.space.definition import Space
from sweep.space.load import dump_space, parse_space
from sweep.store import RunDirectory, Store, create_run
from sweep.store.known import KnownTrainings

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


def found(earlier: RunDirectory, of: Space) -> KnownTrainings:
    with Store.open(earlier.database, read_only=True) as store:
        return KnownTrainings(find_known(of, earlier, store))


def enqueued(units: int, seed: int | None, **more: Any) -> Space:
    return space(enqueue=({"dense_units": units, "epochs": 2},), enqueue_seeds=(seed,), **more)


def test_the_same_configuration_with_the_same_seed_is_the_same_training(earlier: RunDirectory) -> None:
    with Store.open(earlier.database, read_only=True) as store:
        (one,) = find_known(enqueued(2, 101), earlier, store)
    assert (one.run, one.source, one.seed, one.config) == ("earlier", 1, 101, {"dense_units": 2, "epochs": 2})
    assert KnownTrainings([one]).training(101, {"epochs": 7, "dense_units": 2}) == one.training
    assert one.training.parameter_count == 1001
    assert one.training.reports == (
        EpochReport(1, 1, {"val_accuracy": 0.5}, 0.0, b"\xf0"),
        EpochReport(1, 2, {"val_accuracy": 0.25}, 0.0),
    )


@pytest.mark.parametrize(("seed", "units"), [(101, 3), (100, 2), (102, 3)])
def test_another_seed_or_configuration_is_not_nor_one_that_failed(earlier: RunDirectory, seed: int, units: int) -> None:
    space = enqueued(units, seed)
    assert found(earlier, space).training(seed, {"dense_units": units}) is None


def test_trials_of_the_same_number_and_sweep_seed_are_the_same_too(earlier: RunDirectory) -> None:
    with Store.open(earlier.database) as store:
        seed = space().trial_seed(3)
        store.record_ask(Proposal(3, {"dense_units": 9, "epochs": 2}, 0, 2), seed=seed)
        store.start_attempt(3)
        store.record_epoch(EpochReport(3, 1, {"val_accuracy": 0.5}, 0.25, b"\xf0"))
        store.record_result(TrialResult(3, TrialState.COMPLETED, 1, 1, 0.5, 1000))
    assert found(earlier, space()).training(seed, {"dense_units": 9}) is not None
    assert found(earlier, space(seed=1)).training(seed, {"dense_units": 9}) is None


@pytest.mark.parametrize(
    ("new", "environment", "reason"),
    [
        (ready(space()), ENVIRONMENT, None),
        (ready(space(seed=5, retries=1, name="other")), ENVIRONMENT, None),
        (ready(space(), digest="x"), ENVIRONMENT, "images are others than those of earlier"),
        (ready(space(precision="mixed_bfloat16")), ENVIRONMENT, "settings are others than those of earlier"),
        (ready(space(max_parameters=5)), ENVIRONMENT, "settings are others than those of earlier"),
        (ready(space()), ENVIRONMENT | {"packages": {"keras": "4"}}, "libraries are others than those of earlier"),
        (ready(space()), ENVIRONMENT | {"sweep": "2"}, "libraries are others than those of earlier"),
        (
            ready(space(threads_per_trial=2)),
            ENVIRONMENT | {"cpu": {"model": "B"}},
            "settings and machine are others than those of earlier",
        ),
        (ready(space()), {}, "libraries and machine are others than those of earlier"),
        (ready(space(model="nets:build"), code="c"), ENVIRONMENT, "nobody knows all the code"),
        (ready(space(deterministic=False)), ENVIRONMENT, "without deterministic ops no training is the same twice"),
    ],
)
def test_what_makes_another_training_is_named(
    new: Ready, environment: Any, reason: str | None, earlier: RunDirectory
) -> None:
    with Store.open(earlier.database, read_only=True) as store:
        told = why_anew(new, environment, earlier, store)
    assert (told is None) == (reason is None)
    assert (told or "").startswith(reason or "")


def test_every_key_of_a_definition_is_one_that_matters_or_one_that_does_not() -> None:
    """A new key has to be thought of here."""
    assert Space.model_fields.keys() - WITHOUT_EFFECT == {
        *("model", "threads_per_trial", "deterministic", "precision", "jit", "max_parameters", "max_memory"),
    }
    assert Space.model_fields.keys() > WITHOUT_EFFECT
