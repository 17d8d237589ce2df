"""One SQLite file: connected, checked, migrated; its errors become one line for the user."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sweep.errors import InputError, SweepFailed
from sweep.faults import reach
from sweep.store import schema

BUSY_SECONDS = 30.0

DAMAGED = "the store is damaged; restore it from a copy"
_ADVICE = {
    sqlite3.SQLITE_FULL: "free some disk space, then resume the sweep",
    sqlite3.SQLITE_IOERR: "check the disk and its free space, then resume the sweep",
    sqlite3.SQLITE_BUSY: "another process is writing to it; stop that one first",
    sqlite3.SQLITE_READONLY: "check the permissions of the file and its directory",
    sqlite3.SQLITE_CANTOPEN: "check the permissions of the file and its directory",
    sqlite3.SQLITE_NOTADB: "this is no store of a sweep, or a damaged one; restore it from a copy",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
}
_NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class Database:
    """A connection to one file, for the thread that made it. SweepFailed where SQLite cannot read or write the file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._gathers = False
        connection.row_factory = sqlite3.Row

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with _one_line(self.path):
            return self._connection.execute(sql, values).fetchall()

    def execute(self, sql: str, *values: Any) -> int:
        """Number of rows changed."""
        with _one_line(self.path):
            return self._connection.execute(sql, values).rowcount

    def script(self, sql: str) -> None:
        with _one_line(self.path):
            self._connection.executescript(sql)

    def copy_into(self, other: Database) -> None:
        """All of it, as of one moment."""
        self._connection.backup(other._connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is on disk when this ends, or nothing of it. While this connection is `gathering`,
        it is on disk with the next `commit`."""
        if not self._connection.in_transaction:
            self.execute("BEGIN IMMEDIATE")
        self.execute("SAVEPOINT one")
        try:
            yield
        except BaseException:
            self._undo("ROLLBACK TO one", *(["RELEASE one"] if self._gathers else ["ROLLBACK"]))
            raise
        self.execute("RELEASE one")
        if not self._gathers:
            self.commit()

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """To force a write to the disk takes longer than to write: transactions inside share that, at each `commit` and
        at the end."""
        self._gathers = True
        try:
            yield
        finally:
            self._gathers = False
            self.commit()

    def commit(self) -> None:
        """All that was written so far is on disk."""
        if not self._connection.in_transaction:
            return
        try:
            reach("store.write")
            self.execute("COMMIT")
            reach("store.commit")
        except Exception:  # not Ctrl-C: what is gathered is committed at the end
            self._undo("ROLLBACK")
            raise

    def _undo(self, *statements: str) -> None:
        """A full disk makes SQLite roll back by itself."""
        for sql in statements:
            if self._connection.in_transaction:
                self.execute(sql)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever another process writes meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self.execute("COMMIT")

    def close(self) -> None:
        """Closing the last connection moves the write-ahead log into the file and removes `-wal` and `-shm`."""
        with _one_line(self.path):
            self._connection.close()


def create_database(path: Path) -> Database:
    """A new file with the newest schema, not yet in WAL mode, so that it may still be renamed."""
    with _one_line(path):
        database = Database(path, _connect(path, "mode=rwc"))
    database.script("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;" + schema.migration_script(0))
    database.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    return database


def open_database(path: Path, *, read_only: bool) -> Database:
    """An existing file, of the newest schema from now on. A reader of an older one gets a copy in memory.

    Raises InputError where there is no store or one of a newer schema, SweepFailed where it is damaged.
    """
    if not _is_file(path):
        raise InputError(f"{path}: no such file: {path.parent} is no run, or its run was stopped before it began")
    with _one_line(path):
        database = Database(path, _connect_reader(path) if read_only else _connect(path, "mode=rw"))
    try:
        outdated = _version(database) < len(schema.MIGRATIONS)
        if not read_only and database.rows("PRAGMA quick_check(1)")[0][0] != "ok":
            raise SweepFailed(f"{path}: database disk image is malformed; {DAMAGED}")
        if read_only:
            return _lifted_copy(database) if outdated else database
        database.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        _migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as exc:
        raise SweepFailed(f"{path}: {exc.strerror}; check the permissions") from exc


def _migrate(database: Database) -> None:
    """A store that has already what a migration makes is not of the version that it says."""
    version = _version(database)
    try:
        database.script(schema.migration_script(version))
    except sqlite3.DatabaseError as exc:
        if not isinstance(exc, sqlite3.IntegrityError) and "already exists" not in str(exc):
            raise
        raise SweepFailed(f"{database.path}: says that it is of schema {version} ({exc}); {DAMAGED}") from exc


def _lifted_copy(database: Database) -> Database:
    """Who only reads changes nothing, not even the schema: the run may be on a read-only disk, or run by an older
    sweep at this moment."""
    with _one_line(database.path):
        copy = Database(database.path, _prepared(sqlite3.connect(":memory:", isolation_level=None), database.path))
        database.copy_into(copy)
    _migrate(copy)
    copy.script("PRAGMA query_only = ON;")
    database.close()
    return copy


def _version(database: Database) -> int:
    version = int(database.rows("PRAGMA user_version")[0][0])
    if database.rows("PRAGMA application_id")[0][0] != schema.APPLICATION_ID:
        raise InputError(f"{database.path}: this SQLite file is no store of a sweep; restore the run's own sweep.db")
    if version < 1:
        raise SweepFailed(f"{database.path}: says that it is of schema {version}; {DAMAGED}")
    if version > len(schema.MIGRATIONS):
        raise InputError(
            f"{database.path}: written by a newer sweep (schema {version}, this one knows {len(schema.MIGRATIONS)}); "
            "upgrade sweep to open it"
        )
    return version


def _connect(path: Path, options: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{options}"
    return _prepared(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None), path)


def _prepared(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """With the function that migrations may use."""
    connection.create_function("beside", 1, lambda name: _text_of(path.with_name(name)))
    return connection


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. It may take part in the write-ahead log, hence `mode=rw`: a `mode=ro` connection
    leaves `-wal` and `-shm` behind in a finished run. Where the directory cannot be written to, nobody else can be
    writing either, and SQLite may take the file as immutable.
    """
    connection = _connect(path, "mode=rw")
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as exc:
        connection.close()
        if not _is(exc, *_NOT_WRITABLE):
            raise
        _refuse_unmerged_log(path)
        connection = _connect(path, "mode=ro&immutable=1")
    return connection


def _refuse_unmerged_log(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and os.path.getsize(log):
        raise SweepFailed(
            f"{path}: its run was cut short and its directory cannot be written to; copy the run to where it can be"
        )


def _is(exc: sqlite3.Error, *codes: int) -> bool:
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF in codes  # the low byte; the rest only refines it


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    """Turns what can go wrong with a file into SweepFailed; a mistake in our own SQL stays what it is."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as exc:
        damaged = str(exc).startswith(("no such table", "no such column", "Could not decode to UTF-8"))
        advice = next((text for code, text in _ADVICE.items() if _is(exc, code)), DAMAGED if damaged else None)
        if advice is None:
            raise
        raise SweepFailed(f"{path}: {exc}; {advice}") from exc
