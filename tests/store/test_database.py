from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from sweep.errors import InputError, SweepFailed
from sweep.store import Store, create_run, schema

NEWEST = len(schema.MIGRATIONS)
VERSION_1 = Path(__file__).with_name("version_1")


def beside(run):
    return sorted(path.name for path in run.root.glob("sweep.db*"))


def test_every_write_is_a_synced_transaction_of_a_write_ahead_log(store):
    assert store._database.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert store._database.rows("PRAGMA synchronous")[0][0] == 2
    assert store._database.rows("PRAGMA user_version")[0][0] == NEWEST


def test_a_closed_store_is_one_file(run, store, fill):
    fill.ask(0)
    assert beside(run) == ["sweep.db", "sweep.db-shm", "sweep.db-wal"]
    store.close()
    assert beside(run) == ["sweep.db"]


def test_a_reader_leaves_nothing_behind(run, store):
    store.close()
    with Store.open(run.database, read_only=True) as reader:
        assert reader.facts["name"] == "digits-001"
    assert beside(run) == ["sweep.db"]


def test_a_reader_cannot_write(run, store):
    with Store.open(run.database, read_only=True) as reader, pytest.raises(SweepFailed, match="check the permissions"):
        reader.record_event("started")
    assert store.events() == []


def test_a_failed_transaction_leaves_nothing(store):
    with pytest.raises(RuntimeError), store._database.transaction():
        store._database.execute("INSERT INTO event (time, kind, payload) VALUES ('', 'half', '{}')")
        raise RuntimeError
    assert store.events() == []
    store.record_event("whole")
    assert [event.kind for event in store.events()] == ["whole"]


def kinds(run):
    """The events that another process sees."""
    with Store.open(run.database, read_only=True) as reader:
        return [event.kind for event in reader.events()]


def test_what_is_gathered_is_seen_by_others_once_it_is_committed(run, store):
    with store.gathering():
        store.record_event("a")
        store.record_event("b")
        assert [event.kind for event in store.events()] == ["a", "b"]
        assert kinds(run) == []
        store.commit()
        assert kinds(run) == ["a", "b"]
        store.record_event("c")
    assert kinds(run) == ["a", "b", "c"]
    store.record_event("d")
    assert kinds(run) == ["a", "b", "c", "d"]


def test_a_failed_fact_leaves_those_gathered_before_it(run, store):
    with pytest.raises(ValueError, match="trial 7 is not asked for"), store.gathering():
        store.record_event("a")
        store.start_attempt(7)
    assert kinds(run) == ["a"]
    assert store._database.rows("SELECT count(*) FROM attempt")[0][0] == 0


def test_a_commit_that_fails_leaves_nothing_of_what_was_gathered(run, store):
    pages = store._database.rows("PRAGMA page_count")[0][0]
    store._database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SweepFailed, match="full"), store.gathering():
        store.record_event("a")
        store.record_event("note", text="x" * 100_000)
    assert kinds(run) in ([], ["a"])
    store._database.rows(f"PRAGMA max_page_count = {pages + 1000}")
    store.record_event("b")
    assert kinds(run)[-1] == "b"


def test_a_missing_store_is_an_input_error(tmp_path):
    run = create_run(tmp_path, "empty", "digits")
    with pytest.raises(InputError, match=r"empty/sweep\.db: no such file: .*empty is no run, or"):
        Store.open(run.database)
    with pytest.raises(InputError, match="no such file"):
        Store.open(run.database, read_only=True)
    assert beside(run) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_of_something_else_is_refused_in_one_line(run, read_only):
    run.database.write_bytes(b"this is no database, only some text that is long enough" * 40)
    with pytest.raises(SweepFailed, match=r"sweep\.db: file is not a database; .*restore it from a copy") as caught:
        Store.open(run.database, read_only=read_only)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_damaged_store_is_refused_in_one_line(run, store, fill, read_only):
    for trial in range(50):
        fill.ask(trial)
    store.close()
    content = run.database.read_bytes()
    run.database.write_bytes(content[:4096] + b"\xaa" * (len(content) - 4096))
    with (
        pytest.raises(SweepFailed, match=r"sweep\.db: .*malformed.*; the store is damaged; restore it from a copy"),
        Store.open(run.database, read_only=read_only) as store,
    ):
        store.trials()


def test_the_database_of_another_program_is_refused(run):
    connection = sqlite3.connect(run.database)
    connection.executescript("CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(InputError, match="this SQLite file is no store of a sweep"):
        Store.open(run.database)
    connection = sqlite3.connect(run.database)
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]
    connection.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_a_newer_sweep_is_refused_and_left_as_it_is(run, store, read_only):
    store._database.execute(f"PRAGMA user_version = {NEWEST + 1}")
    store.close()
    before = run.database.read_bytes()
    with pytest.raises(
        InputError, match=rf"newer sweep \(schema {NEWEST + 1}, this one knows {NEWEST}\); upgrade sweep"
    ):
        Store.open(run.database, read_only=read_only)
    assert run.database.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_an_older_sweep_is_brought_up_to_date(run, store, fill, read_only, monkeypatch):
    fill.ask(0)
    store.close()
    later = "CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('hello');"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, later))
    with Store.open(run.database, read_only=read_only) as store:
        assert store._database.rows("SELECT text FROM note")[0][0] == "hello"
        assert store._database.rows("PRAGMA user_version")[0][0] == NEWEST + 1
        assert [trial.id for trial in store.trials()] == [0]


@pytest.fixture
def first_run(run):
    """A run that was killed under the first version of the schema."""
    with contextlib.closing(sqlite3.connect(run.database)) as connection:
        connection.executescript((VERSION_1 / "sweep.sql").read_text())
    shutil.copy(VERSION_1 / "space.yaml", run.space_file)
    return run


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_version_1_tells_all_that_it_told_then(first_run, read_only):
    with Store.open(first_run.database, read_only=read_only) as store:
        assert store.digest() == "0f6914cbf27d0db2f2446209a09103dac2691fcea94213f52652aa4b3fbbc3dc"
        assert [trial.state.value for trial in store.trials()] == ["completed", "running", "completed", "completed"]
        assert [attempt.outcome for attempt in store.attempts(1)] == ["completed", "completed", None]
        assert len(store.decisions()) == 13
        assert store.hits(0, 1) is None
        assert store.facts["definition"] == (VERSION_1 / "space.yaml").read_text()


def test_and_can_be_written_to(first_run):
    with Store.open(first_run.database) as store:
        assert store.release_running() == [1]
    with Store.open(first_run.database) as store:
        assert store._database.rows("PRAGMA user_version")[0][0] == NEWEST
        assert store.trial(1).state.value == "waiting"


def test_without_its_space_file_it_has_no_definition(first_run):
    first_run.space_file.unlink()
    with Store.open(first_run.database) as store:
        assert "definition" not in store.facts
        assert len(store.trials()) == 4


def test_a_reader_leaves_a_store_of_an_earlier_version_as_it_is(first_run):
    before = first_run.database.read_bytes()
    with Store.open(first_run.database, read_only=True) as reader:
        assert len(reader.trials()) == 4
        with pytest.raises(SweepFailed, match="readonly"):
            reader.record_event("started")
    assert (first_run.database.read_bytes(), beside(first_run)) == (before, ["sweep.db"])


def test_a_migration_that_fails_changes_nothing(run, store, monkeypatch):
    store.close()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE note (text TEXT); NONSENSE;"))
    with pytest.raises(sqlite3.OperationalError, match="NONSENSE"):
        Store.open(run.database)
    connection = sqlite3.connect(run.database)
    assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'note'").fetchone() == (0,)
    connection.close()


def test_a_full_disk_is_told_in_one_line_and_loses_nothing_written_before(run, store, fill):
    fill.ask(0)
    pages = store._database.rows("PRAGMA page_count")[0][0]
    store._database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SweepFailed, match=r"sweep\.db: database or disk is full; free some disk space, then resume"):
        store.record_event("note", text="x" * 100_000)
    assert [trial.id for trial in store.trials()] == [0]
    store._database.rows(f"PRAGMA max_page_count = {pages + 1000}")
    store.record_event("note", text="x" * 100_000)
    assert len(store.events()) == 1


def read(run):
    with Store.open(run.database, read_only=True) as store:
        return f"{store.facts['name']} {[trial.id for trial in store.trials()]}"


def test_a_finished_run_is_read_where_nothing_can_be_written(open_runs_dir, without_write_permission, filler):
    run = create_run(open_runs_dir, None, "digits")
    with Store.create(run.database, {"name": run.name}) as store:
        filler(store).ask(0)
    assert without_write_permission(run.root, lambda: read(run)) == "digits-001 [0]"
    assert beside(run) == ["sweep.db"]


def test_a_run_cut_short_is_not_read_half_where_nothing_can_be_written(open_runs_dir, without_write_permission, filler):
    run = create_run(open_runs_dir, None, "digits")
    log = run.root / "sweep.db-wal"
    with Store.create(run.database, {"name": run.name}) as store:
        filler(store).ask(0)
        unmerged = log.read_bytes()
    log.write_bytes(unmerged)
    answer = without_write_permission(run.root, lambda: read(run))
    assert answer.startswith("SweepFailed: ")
    assert answer.endswith("was cut short and its directory cannot be written to; copy the run to where it can be")
