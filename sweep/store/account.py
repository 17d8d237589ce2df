"""Everything that a store and the logs beside it tell of one trial."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweep.records import EpochReport, Proposal, TrialRecord, TrialResult
from sweep.store.export import trial_as_json
from sweep.store.facts import Attempt
from sweep.store.known import Known, KnownTrainings
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader

LOG_LINES = 20
LOG_BYTES = 64 * 1024
"""The end of a log that is read for its last lines."""

_LOG = re.compile(r"\(log: (.+?)\)")


@dataclass(frozen=True)
class Log:
    """A worker's log that a lost attempt names, and its last lines; none where it is gone."""

    path: Path
    lines: tuple[str, ...]


@dataclass(frozen=True)
class TrialAccount:
    """`proposals` are what was asked of the trial, in order; `result` the last one told, None before the first.
    `taken_over` is where its epochs are from that were not trained here."""

    record: TrialRecord
    seed: int
    proposals: tuple[Proposal, ...]
    result: TrialResult | None
    attempts: tuple[Attempt, ...]
    epochs: tuple[EpochReport, ...]
    logs: tuple[Log, ...]
    taken_over: Known | None = None

    @property
    def traceback(self) -> str | None:
        return None if self.result is None else self.result.traceback

    def to_json(self) -> dict[str, Any]:
        """The shape of `sweep show RUN TRIAL --json`: that of the trial in `sweep trials --json`, and more."""
        return {
            **trial_as_json(self.record),
            "seed": self.seed,
            "parameter_count": self.record.parameter_count,
            "granted": [
                {name: getattr(one, name) for name in ("first_epoch", "last_epoch", "bracket", "rung")}
                for one in self.proposals
            ],
            "attempts_made": [
                {name: value for name, value in asdict(one).items() if name != "trial"} for one in self.attempts
            ],
            "epochs": [
                {"epoch": one.epoch, "seconds": one.seconds, "metrics": {k: _finite(v) for k, v in one.metrics.items()}}
                for one in self.epochs
            ],
            "taken_over": self.taken_over and {"run": self.taken_over.run, "trial": self.taken_over.source},
            "traceback": self.traceback,
            "logs": [{"path": str(one.path), "lines": list(one.lines)} for one in self.logs],
        }


def account_of(run: RunDirectory, store: Reader, trial: int, live: bool) -> TrialAccount:
    """`live` as in `Reader.trials`. Raises InputError where there is no such trial."""
    with store.snapshot():
        record = store.trial(trial, live)
        mine = [one for one in store.decisions() if isinstance(one, Proposal | TrialResult) and one.trial == trial]
        attempts, seed = store.attempts(trial), store.seed(trial)
        return TrialAccount(
            record=record,
            seed=seed,
            proposals=tuple(one for one in mine if isinstance(one, Proposal)),
            result=next((one for one in reversed(mine) if isinstance(one, TrialResult)), None),
            attempts=tuple(attempts),
            epochs=tuple(store.epochs(trial)),
            logs=_logs(run, attempts),
            taken_over=KnownTrainings(store.known()).served(record, seed),
        )


def _logs(run: RunDirectory, attempts: Sequence[Attempt]) -> tuple[Log, ...]:
    """Found by their names in the run's own folder: it may have been moved since."""
    named = [Path(match) for one in attempts for match in _LOG.findall(one.reason or "")]
    paths = [run.logs / path.name for path in dict.fromkeys(named)]
    return tuple(Log(path, _last_lines(path)) for path in paths)


def _last_lines(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except (OSError, ValueError):  # a name that can be none of a file
        return ()
    return tuple(text.splitlines()[-LOG_LINES:])


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
