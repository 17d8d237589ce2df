"""What can be read from a store: every answer is read from the file anew, and is of one moment."""

from __future__ import annotations

import functools
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sweep.errors import InputError, SweepFailed
from sweep.records import Decision, EpochReport, LimitsRaised, Objective, Proposal, TrialRecord, TrialResult, TrialState
from sweep.store.checked import Unsound
from sweep.store.database import DAMAGED, Database
from sweep.store.digest import digest_of
from sweep.store.facts import Attempt, Costs, Event
from sweep.store.known import Known
from sweep.store.rows import attempt_of, epoch_of, event_of, known_of, proposal_of, result_of, trial_of
from sweep.text import LINE_LENGTH, one_line, printable, shorten

# A finished trial shows its last told epoch: a lost attempt may have gone further than the one that gave the result.
_TRIALS = """
    WITH standing AS (
        SELECT
            trial.id, trial.config, ask.last_epoch AS budget, ask.bracket, ask.rung,
            tell.state, tell.epochs_trained, tell.best_epoch, tell.objective, tell.parameter_count, tell.error,
            tell.seq > ask.seq AS told,
            EXISTS (SELECT 1 FROM attempt WHERE attempt.trial = trial.id AND ended IS NULL) AS running,
            (SELECT count(*) FROM attempt WHERE attempt.trial = trial.id) AS attempts,
            (SELECT max(epoch) FROM epoch WHERE epoch.trial = trial.id) AS last_epoch,
            (SELECT sum(seconds) FROM epoch WHERE epoch.trial = trial.id) AS seconds
        FROM trial
        JOIN ask ON ask.seq = (SELECT max(seq) FROM ask WHERE ask.trial = trial.id)
        LEFT JOIN tell ON tell.seq = (SELECT max(seq) FROM tell WHERE tell.trial = trial.id)
    )
    SELECT standing.*, epoch.metrics
    FROM standing
    LEFT JOIN epoch ON epoch.trial = id AND epoch.epoch = iif(told, epochs_trained, standing.last_epoch)
"""


P = ParamSpec("P")
T = TypeVar("T")


def _undamaged(method: Callable[Concatenate[Reader, P], T]) -> Callable[Concatenate[Reader, P], T]:
    """A value that is none of ours means a damaged store, and no fault of this program."""

    @functools.wraps(method)
    def read(self: Reader, *args: P.args, **options: P.kwargs) -> T:
        try:
            return method(self, *args, **options)
        except Unsound as exc:
            raise self._damage(printable(shorten(str(exc), LINE_LENGTH))) from exc
        except (ValueError, LookupError, TypeError, RecursionError) as exc:
            raise self._damage(one_line(exc)) from exc

    return read


class _Facts(dict[str, Any]):
    """Raises SweepFailed for a fact that every store has, or everything of the kind that `where` tells."""

    def __init__(self, path: Path, facts: Mapping[str, Any], where: str = "") -> None:
        super().__init__(facts)
        self._path, self._where = path, where

    def __missing__(self, name: str) -> Any:
        raise SweepFailed(f"{self._path}: has no {name!r}{self._where}; {DAMAGED}")


class Reader:
    """The reading half of a store; as a context manager it closes it. SweepFailed where the file cannot be read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made: dict[int, tuple[sqlite3.Row, TrialRecord]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def snapshot(self) -> AbstractContextManager[None]:
        """`with store.snapshot():` all answers inside are of one moment."""
        return self._database.snapshot()

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was written about the sweep when the store was created."""
        return self._read_facts()

    @property
    def objective(self) -> Objective:
        """What the sweep looks for."""
        told = self.facts["objective"]
        return Objective(told["metric"], told["direction"])

    @_undamaged
    def _read_facts(self) -> dict[str, Any]:
        rows = self._database.rows("SELECT name, value FROM fact")
        from sweep.store.payloads import fact_of  # only here, as in `rows`

        return _Facts(self._database.path, {row["name"]: fact_of(row["name"], row["value"]) for row in rows})

    @_undamaged
    def trials(self, live: bool = True) -> list[TrialRecord]:
        """All trials by id. `live=False` where nobody runs the sweep: what a crash left running is shown as waiting."""
        with self.snapshot():
            records = [self._record(row, live) for row in self._database.rows(f"{_TRIALS} ORDER BY id")]
            self._require_all(records)
        return records

    @_undamaged
    def trial(self, trial: int, live: bool = True) -> TrialRecord:
        """Raises InputError where there is no such trial."""
        rows = self._database.rows(f"{_TRIALS} WHERE id = ?", trial)
        if not rows:
            raise InputError(f"there is no trial {trial} in {self._database.path.parent.name}{self._known_trials()}")
        return self._record(rows[0], live)

    @_undamaged
    def seed(self, trial: int) -> int:
        """The seed that a trial was asked with. Raises InputError where there is no such trial."""
        rows = self._database.rows("SELECT seed FROM trial WHERE id = ?", trial)
        if not rows:
            raise InputError(f"there is no trial {trial} in {self._database.path.parent.name}{self._known_trials()}")
        return int(rows[0]["seed"])

    @_undamaged
    def epochs(self, trial: int) -> list[EpochReport]:
        """The trained epochs of a trial, in order, without their hits."""
        return [epoch_of(row) for row in self._database.rows(f"{_EPOCHS} WHERE trial = ? ORDER BY epoch", trial)]

    @_undamaged
    def all_epochs(self) -> dict[int, list[EpochReport]]:
        """The trained epochs of every trial that has any, in order of trial and epoch, without their hits."""
        epochs: dict[int, list[EpochReport]] = {}
        for row in self._database.rows(f"{_EPOCHS} ORDER BY trial, epoch"):
            epochs.setdefault(row["trial"], []).append(epoch_of(row))
        return epochs

    @_undamaged
    def hits(self, trial: int, epoch: int) -> bytes | None:
        """Of one epoch, as in `EpochReport`. None where it was not the best so far, or by an earlier version."""
        rows = self._database.rows("SELECT bits FROM hits WHERE trial = ? AND epoch = ?", trial, epoch)
        bits: bytes | None = rows[0]["bits"] if rows else None
        if bits is not None and not isinstance(bits, bytes):
            raise Unsound(f"hits.bits is {bits!r}")
        return bits

    def count_epochs(self) -> int:
        """Of all trials together."""
        return int(self._database.rows("SELECT count(*) FROM epoch")[0][0])

    @_undamaged
    def known(self) -> list[Known]:
        """The trainings that this sweep may take over."""
        return [known_of(row) for row in self._database.rows("SELECT * FROM known")]

    def size(self) -> int:
        """Bytes of the file, once what is in the log beside it has come into it."""
        return int(self._database.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0][0])

    @_undamaged
    def costs(self) -> Costs:
        """Of all sessions so far."""
        costs = Costs(*self._database.rows(_COSTS)[0])
        if not math.isfinite(costs.seconds + costs.later_seconds):
            raise Unsound("epoch.seconds has no sum")
        return costs

    @_undamaged
    def results(self) -> list[TrialResult]:
        """Every result that a searcher was told, in order; a trial has one for each of its rungs."""
        return [result for _, result in sorted(self._tells(), key=lambda pair: pair[0])]

    @_undamaged
    def attempts(self, trial: int) -> list[Attempt]:
        """The attempts at a trial, in order."""
        return [attempt_of(row) for row in self._database.rows(_ATTEMPTS, trial)]

    @_undamaged
    def decisions(self) -> list[Decision]:
        """Every ask (a proposal), tell (a result) and raise of limits, in order: a searcher that replays them stands
        where it stood."""
        with self.snapshot():
            numbered: list[tuple[int, Decision]] = [*self._asks(), *self._tells(), *self._raises()]
        decisions = [decision for _, decision in sorted(numbered, key=lambda pair: pair[0])]
        self._require_asked(decisions)
        return decisions

    @_undamaged
    def limits_raised(self) -> LimitsRaised | None:
        """The limits of the search, where they are not those it began with."""
        raises = [raised for _, raised in self._raises()]
        return raises[-1] if raises else None

    @_undamaged
    def events(self, kind: str | None = None) -> list[Event]:
        """What happened to the sweep, in order; only events of `kind` where one is given."""
        rows = self._database.rows("SELECT * FROM event WHERE ? IN (kind, '') ORDER BY seq", kind or "")
        return [self._event(row) for row in rows]

    def _event(self, row: sqlite3.Row) -> Event:
        event = event_of(row)
        return replace(event, payload=_Facts(self._database.path, event.payload, f" in its event {event.kind!r}"))

    def digest(self) -> str:
        """SHA-256 of the results table, see `digest_of`."""
        with self.snapshot():
            return digest_of(self.trials(), self.all_epochs())

    def _record(self, row: sqlite3.Row, live: bool) -> TrialRecord:
        """Parsing costs more than reading: a row that is as it was has its record already."""
        known = self._made.get(row["id"])
        record = known[1] if known and known[0] == row else trial_of(row)
        self._made[record.id] = (row, record)
        return record if live or record.state is not TrialState.RUNNING else replace(record, state=TrialState.WAITING)

    def _require_all(self, records: Sequence[TrialRecord]) -> None:
        """Trials are numbered from 0 without a gap, and each fact is one of a trial."""
        last = self._database.rows(_LAST_TRIAL)[0][0]
        missing = next((number for number, record in enumerate(records) if record.id != number), len(records))
        if last is not None and missing <= last:
            raise self._damage(f"trial {missing} is missing")

    def _require_asked(self, decisions: Iterable[Decision]) -> None:
        """A result answers a proposal."""
        unanswered: set[int] = set()
        for one in decisions:
            if isinstance(one, Proposal):
                unanswered.add(one.trial)
            elif isinstance(one, TrialResult):
                if one.trial not in unanswered:
                    raise self._damage(f"a result of trial {one.trial} answers no proposal")
                unanswered.remove(one.trial)

    def _damage(self, what: str) -> SweepFailed:
        return SweepFailed(f"{self._database.path}: {what}; {DAMAGED}")

    def _asks(self) -> Iterator[tuple[int, Proposal]]:
        for row in self._database.rows("SELECT ask.*, config FROM ask JOIN trial ON trial.id = ask.trial"):
            yield row["seq"], proposal_of(row)

    def _tells(self) -> Iterator[tuple[int, TrialResult]]:
        for row in self._database.rows("SELECT * FROM tell"):
            yield row["seq"], result_of(row)

    def _raises(self) -> Iterator[tuple[int, LimitsRaised]]:
        for event in self.events("limits_raised"):
            yield event.payload["after"], LimitsRaised(event.payload["max_trials"], event.payload["max_time"])

    def _known_trials(self) -> str:
        first, last = self._database.rows("SELECT min(id), max(id) FROM trial")[0]
        return ", which has no trials yet" if last is None else f"; its trials are {first} to {last}"


_EPOCHS = "SELECT trial, epoch, seconds, metrics FROM epoch"

_LAST_TRIAL = """
    SELECT max(last) FROM (
        SELECT max(id) AS last FROM trial
        UNION ALL SELECT max(trial) FROM ask
        UNION ALL SELECT max(trial) FROM tell
        UNION ALL SELECT max(trial) FROM epoch
        UNION ALL SELECT max(trial) FROM attempt
    )
"""

_COSTS = """
    SELECT
        (SELECT count(*) FROM attempt WHERE ended IS NOT NULL),
        (SELECT total(86400 * (julianday(ended) - julianday(started))) FROM attempt WHERE ended IS NOT NULL),
        (SELECT count(*) FROM epoch WHERE seconds > 0 AND trial NOT IN (SELECT trial FROM attempt WHERE ended IS NULL)),
        count(*), total(seconds)
    FROM epoch
    WHERE seconds > 0
    AND NOT EXISTS (SELECT 1 FROM ask WHERE ask.trial = epoch.trial AND ask.first_epoch + 1 = epoch.epoch)
"""

_ATTEMPTS = "SELECT trial, number, started, ended, outcome, reason FROM attempt WHERE trial = ? ORDER BY number"
