"""JSON Lines for logs: everything that happened, one strict JSON object a line, each with its `run` and its `kind`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sweep.store.export import epoch_rows, trial_as_json
from sweep.store.layout import RunDirectory
from sweep.store.lock import is_locked
from sweep.store.reading import Reader

_FACTS = ("created", "method", "seed", "objective", "full_budget", "dataset_digest", "classes", "images")


def lines_of(run: RunDirectory, store: Reader) -> str:
    """A line of kind `run`; then, by time, those of kind `event` and `attempt`; then each `trial`, followed by its
    `epoch`s, which have no time of their own."""
    with store.snapshot():
        records = [*_run(store), *_timed(store), *_trials(run, store)]
    return "".join(json.dumps({"run": run.name, **record}, allow_nan=False) + "\n" for record in records)


def _run(store: Reader) -> Iterator[dict[str, Any]]:
    yield {"kind": "run", "digest": store.digest(), **{name: store.facts.get(name) for name in _FACTS}}


def _timed(store: Reader) -> list[dict[str, Any]]:
    events = [
        {"kind": "event", "time": one.time, "event": one.kind, "payload": dict(one.payload)} for one in store.events()
    ]
    attempts = [
        {"kind": "attempt", "time": one.started, **asdict(one)}
        for trial in store.trials()
        for one in store.attempts(trial.id)
    ]
    return sorted(events + attempts, key=lambda one: str(one["time"]))


def _trials(run: RunDirectory, store: Reader) -> Iterator[dict[str, Any]]:
    epochs: dict[int, list[dict[str, Any]]] = {}
    for row in epoch_rows(store):
        epochs.setdefault(row["trial"], []).append(row)
    for trial in store.trials(live=is_locked(run)):
        yield {"kind": "trial", **trial_as_json(trial)}
        for row in epochs.get(trial.id, ()):
            yield {"kind": "epoch", **row}
