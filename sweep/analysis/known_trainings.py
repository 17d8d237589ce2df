"""Trainings of an earlier sweep that a new one need not do again, because they would be the same to the bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sweep.preparation import Ready
from sweep.records import Config, EpochReport, KnownTraining, TrialRecord, TrialState
from sweep.run_definition import first_space
from sweep.space.definition import Space
from sweep.store.known import Known
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader


def differing(ready: Ready, run: RunDirectory, earlier: RunDirectory, store: Reader) -> list[str]:
    """In what a training of the new run is another than that of the earlier one whose store this is: nothing where the
    same configuration and seed give the same bits."""
    before, now = _environment(earlier), _environment(run)
    pairs = {
        "images": (store.facts.get("dataset_digest"), ready.dataset.digest),
        "code": (store.facts.get("code"), ready.code),
        "settings": (_settings(first_space(earlier, store)), _settings(ready.space)),
        "libraries": (_libraries(before), _libraries(now)),
        "machine": (_machine(before), _machine(now)),
    }
    return [name for name, (one, other) in pairs.items() if one != other]


def find_known(space: Space, earlier: RunDirectory, store: Reader) -> Iterator[Known]:
    """Of the enqueued configurations that have a seed of their own. Only where nothing is `differing`."""
    by_seed = {store.seed(one.id): one for one in store.trials() if one.state is TrialState.COMPLETED}
    for trial, seed in enumerate(space.enqueue_seeds):
        source = None if seed is None else by_seed.get(seed)
        if source is not None and _trained(space, source.config) == _trained(space, space.enqueue[trial]):
            training = KnownTraining(_reports(store, source, trial), source.parameter_count)
            yield Known(trial, earlier.name, source.id, training)


def _reports(store: Reader, source: TrialRecord, trial: int) -> tuple[EpochReport, ...]:
    return tuple(
        EpochReport(trial, one.epoch, one.metrics, one.seconds, store.hits(source.id, one.epoch))
        for one in store.epochs(source.id)[: source.epochs_trained]
    )


def _trained(space: Space, config: Config) -> dict[str, Any]:
    """What a training of it depends on. How long it is does not change its first epochs, unless a model reads it."""
    return {name: value for name, value in config.items() if name != "epochs" or not space.is_builtin}


def _settings(space: Space) -> list[Any]:
    """What the definition says of a training, besides its configuration."""
    names = ("model", "scaling", "threads_per_trial", "deterministic", "precision", "jit")
    limits = ("max_parameters", "max_memory")
    return [getattr(space, name) for name in (*names, *limits)]


def _libraries(environment: Mapping[str, Any]) -> list[Any]:
    packages = environment.get("packages") or {}
    return [environment.get("sweep"), *(packages.get(name) for name in ("tensorflow", "keras", "numpy"))]


def _machine(environment: Mapping[str, Any]) -> list[Any]:
    """The last bits of a result depend on it."""
    return [(environment.get("cpu") or {}).get("model"), environment.get("gpus")]


def _environment(run: RunDirectory) -> Mapping[str, Any]:
    try:
        found = json.loads(run.environment_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
