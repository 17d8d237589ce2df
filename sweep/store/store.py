"""The store: every fact about a sweep, written the moment it is known, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sweep.errors import InputError, SweepFailed
from sweep.records import EpochReport, LimitsRaised, Proposal, TrialLost, TrialResult
from sweep.store.database import create_database, open_database
from sweep.store.facts import now
from sweep.store.known import Known
from sweep.store.reading import Reader

_NEXT_SEQ = "1 + max((SELECT ifnull(max(seq), 0) FROM ask), (SELECT ifnull(max(seq), 0) FROM tell))"


class Store(Reader):
    """The truth about one sweep, for one thread of one process that holds its `RunLock`; any number may read.

    What a method wrote is on disk when it returns, whole or not at all, power cuts included, except as `gathering`
    says. Every method raises
    SweepFailed where the file cannot be written, and ValueError or `sqlite3.IntegrityError` where the facts make no
    sense together (a result that nobody asked for), which is a mistake of the caller.
    """

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, Any]) -> Store:
        """A new store with `facts`, JSON values as `store.payloads` has them, and `created` if it is not one of them
        (ISO 8601, UTC).

        The file appears under its name only when it is whole. Raises InputError where there is one already.
        """
        if path.exists():
            raise InputError(f"{path} exists already; go on with it: sweep resume {path.parent.name}")
        unfinished = path.with_name(f"{path.name}.new")
        _remove(unfinished)
        with cls(create_database(unfinished)) as store, store._database.transaction():
            for name, value in {"created": now(), **facts}.items():
                store._database.execute("INSERT INTO fact VALUES (?, ?)", name, _json(value))
        _rename_durably(unfinished, path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Store:
        """An existing store, brought to the newest schema. Reading works while another process writes, and in a
        directory that cannot be written to.

        Raises InputError where there is no store, or one of a newer sweep, and SweepFailed where it is damaged.
        """
        return cls(open_database(path, read_only=read_only))

    def gathering(self) -> AbstractContextManager[None]:
        """`with store.gathering():` what is written inside is on disk, and known to other processes, when `commit`
        returns: one force to the disk for many facts. Each is still written whole or not at all, in its order."""
        return self._database.gathering()

    def commit(self) -> None:
        """All that was recorded so far is on disk."""
        self._database.commit()

    def record_ask(self, proposal: Proposal, seed: int) -> None:
        """A new trial with its seed, or the promotion of a known one, which then waits again and keeps its seed."""
        config = _json(dict(proposal.config))
        with self._database.transaction():
            known = self._database.rows("SELECT config FROM trial WHERE id = ?", proposal.trial)
            if not known:
                self._database.execute("INSERT INTO trial VALUES (?, ?, ?)", proposal.trial, config, seed)
            elif json.loads(known[0]["config"]) != proposal.config:
                raise ValueError(f"trial {proposal.trial} was asked for again with another configuration")
            span = (proposal.first_epoch, proposal.last_epoch, proposal.bracket, proposal.rung)
            self._database.execute(f"INSERT INTO ask VALUES ({_NEXT_SEQ}, ?, ?, ?, ?, ?)", proposal.trial, *span)

    def start_attempt(self, trial: int) -> int:
        """The 1-based number of this attempt over the trial's whole life. The trial is running from now on."""
        with self._database.transaction():
            self._expect_asked(trial)
            number = 1 + self._database.rows("SELECT count(*) FROM attempt WHERE trial = ?", trial)[0][0]
            self._database.execute(
                "INSERT INTO attempt (trial, number, started) VALUES (?, ?, ?)", trial, number, now()
            )
        return int(number)

    def record_epoch(self, report: EpochReport) -> None:
        """An epoch that was trained again replaces what was known of it."""
        values = (report.trial, report.epoch, report.seconds, _json(dict(report.metrics)))
        with self._database.transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO epoch (trial, epoch, seconds, metrics) VALUES (?, ?, ?, ?)", *values
            )
            if report.hits is not None:
                self._database.execute(
                    "INSERT OR REPLACE INTO hits VALUES (?, ?, ?)", report.trial, report.epoch, report.hits
                )

    def record_known(self, known: Iterable[Known]) -> None:
        """Before the search begins."""
        with self._database.transaction():
            for one in known:
                reports = [report.facts() for report in one.training.reports]
                values = (one.seed, _json(dict(one.config)), one.run, one.source, one.training.parameter_count)
                self._database.execute("INSERT INTO known VALUES (?, ?, ?, ?, ?, ?)", *values, _json(reports))

    def record_result(self, result: TrialResult) -> None:
        """The attempt ended, the trial has its state, and its searcher is told: one transaction."""
        figures = (result.epochs_trained, result.best_epoch, _json(result.objective), result.parameter_count)
        values = (result.trial, result.state.value, *figures, _storable(result.error), _storable(result.traceback))
        with self._database.transaction():
            self._expect_asked(result.trial)
            self._end_attempt(result.trial, result.state.value, result.error)
            self._database.execute(f"INSERT INTO tell VALUES ({_NEXT_SEQ}, ?, ?, ?, ?, ?, ?, ?, ?)", *values)

    def record_lost(self, lost: TrialLost) -> None:
        """The worker died: the attempt ends with that reason, and the trial waits."""
        with self._database.transaction():
            self._end_attempt(lost.trial, "lost", lost.reason)

    def release_running(self) -> list[int]:
        """After a crash or Ctrl-C: running trials wait again, their attempts end as interrupted. Their ids, sorted."""
        with self._database.transaction():
            rows = self._database.rows("SELECT trial FROM attempt WHERE ended IS NULL ORDER BY trial")
            for row in rows:
                self._end_attempt(row["trial"], "interrupted", None)
        return [row["trial"] for row in rows]

    def record_event(self, kind: str, /, **payload: Any) -> None:
        """Something that happened to the sweep; `payload` is JSON values, as `store.payloads` has them."""
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO event (time, kind, payload) VALUES (?, ?, ?)", now(), kind, _json(payload)
            )

    def record_limits_raised(self, limits: LimitsRaised) -> None:
        """They hold after the decisions recorded so far, and the search is not at its end any more."""
        last = self._database.rows(f"SELECT {_NEXT_SEQ} - 1")[0][0]
        self.record_event("limits_raised", after=last, max_trials=limits.max_trials, max_time=limits.max_time)

    def retry(self, trials: Sequence[int]) -> None:
        """These wait again, for the epochs that they were granted last, and the search is not at its end any more: one
        transaction. None: nothing happens."""
        if not trials:
            return
        with self._database.transaction():
            last = self._database.rows(f"SELECT {_NEXT_SEQ} - 1")[0][0]
            for trial in trials:
                self._database.execute(
                    f"INSERT INTO ask SELECT {_NEXT_SEQ}, trial, first_epoch, last_epoch, bracket, rung FROM ask "
                    "WHERE seq = (SELECT max(seq) FROM ask WHERE trial = ?)",
                    trial,
                )
            payload = _json({"after": last, "trials": list(trials)})
            self._database.execute("INSERT INTO event (time, kind, payload) VALUES (?, 'retried', ?)", now(), payload)

    def _expect_asked(self, trial: int) -> None:
        """Nothing is run twice: work on a trial begins with an ask and ends with its one tell."""
        asked = "(SELECT ifnull(max(seq), 0) FROM ask WHERE trial = ?1)"
        told = "(SELECT ifnull(max(seq), 0) FROM tell WHERE trial = ?1)"
        if not self._database.rows(f"SELECT {asked} > {told}", trial)[0][0]:
            raise ValueError(f"trial {trial} is not asked for, or finished already")

    def _end_attempt(self, trial: int, outcome: str, reason: str | None) -> None:
        """A trial whose attempts were all lost gets its result with none open, so none is no error."""
        self._database.execute(
            "UPDATE attempt SET ended = ?, outcome = ?, reason = ? WHERE trial = ? AND ended IS NULL",
            *(now(), outcome, _storable(reason), trial),
        )


def _json(value: Any) -> str:
    """Floats as `repr` writes them, NaN and infinities by name: what Python reads back is the same to the bit."""
    return json.dumps(value, separators=(",", ":"))


def _storable(text: str | None) -> str | None:
    """SQLite holds UTF-8; an error that quotes a file name of another encoding must not end the sweep."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


def _remove(unfinished: Path) -> None:
    """What a process that died while creating left behind; SQLite would take its journal for one of the new file."""
    for path in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
        path.unlink(missing_ok=True)


def _rename_durably(unfinished: Path, path: Path) -> None:
    try:
        os.replace(unfinished, path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)  # a rename is on disk only once its directory is
        finally:
            os.close(directory)
    except OSError as exc:
        raise SweepFailed(f"{path}: {exc.strerror}; check the disk and the directory's permissions") from exc
