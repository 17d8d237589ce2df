"""Trainings of an earlier sweep that a new one need not do again, because they would be the same to the bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sweep.environment import read_environment
from sweep.preparation import Ready
from sweep.records import EpochReport, KnownTraining, TrialRecord, TrialState
from sweep.run_definition import first_space
from sweep.space.definition import Space
from sweep.store.known import Known
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader

WITHOUT_EFFECT = {
    *("name", "data", "objective", "search", "seed", "parameters", "enqueue", "enqueue_seeds", "early_stopping"),
    *("retrain", "retrain_threads", "retries", "trial_timeout", "max_failures"),
}
"""Keys of a definition that change no epoch of a training whose configuration and seed are given. Of `data` the digest
of the images and the scaling are looked at."""


def why_anew(ready: Ready, now: Mapping[str, Any], earlier: RunDirectory, store: Reader) -> str | None:
    """Why a training in this environment may be another than that of the earlier run whose store this is, in half a
    sentence; None where the same configuration and seed give the same bits."""
    if not ready.space.is_builtin:
        return "nobody knows all the code that a model of one's own depends on"
    if not ready.space.deterministic:
        return "without deterministic ops no training is the same twice"
    before = read_environment(earlier.environment_file) or {}
    pairs = {
        "images": (store.facts.get("dataset_digest"), ready.dataset.digest),
        "settings": (_settings(first_space(earlier, store)), _settings(ready.space)),
        "libraries": (_libraries(before), _libraries(now)),
        "machine": (_machine(before), _machine(now)),
    }
    others = [name for name, (one, other) in pairs.items() if one != other]
    return f"{' and '.join(others)} are others than those of {earlier.name}" if others else None


def find_known(space: Space, earlier: RunDirectory, store: Reader) -> Iterator[Known]:
    """The trainings that the new sweep may ask for: with the seed of an enqueued configuration, or with that which a
    trial of the same number has in both. Only where nothing is a reason to train anew."""
    seeds = set(space.enqueue_seeds)
    for source in store.trials():
        seed = store.seed(source.id)
        if source.state is TrialState.COMPLETED and (seed in seeds or seed == space.trial_seed(source.id)):
            training = KnownTraining(_reports(store, source), source.parameter_count)
            yield Known(earlier.name, source.id, seed, source.config, training)


def _reports(store: Reader, source: TrialRecord) -> tuple[EpochReport, ...]:
    """They take no time here."""
    return tuple(
        EpochReport(one.trial, one.epoch, one.metrics, 0.0, store.hits(source.id, one.epoch))
        for one in store.epochs(source.id)[: source.epochs_trained]
    )


def _settings(space: Space) -> dict[str, Any]:
    """What the definition says of a training, besides its configuration."""
    names = Space.model_fields.keys() - WITHOUT_EFFECT
    return {"scaling": space.scaling, **{name: getattr(space, name) for name in names}}


def _libraries(environment: Mapping[str, Any]) -> list[Any]:
    packages = environment.get("packages") or {}
    return [environment.get("sweep"), *(packages.get(name) for name in ("tensorflow", "keras", "numpy"))]


def _machine(environment: Mapping[str, Any]) -> list[Any]:
    """The last bits of a result depend on it."""
    return [(environment.get("cpu") or {}).get("model"), environment.get("gpus")]
