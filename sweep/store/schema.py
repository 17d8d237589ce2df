"""The tables, as the migrations that make them: the first makes version 1, each later one lifts a store by one version.

No table has a column for a trial's state. It follows from the facts: an attempt without an end is running; otherwise
the last tell decides, unless a later ask made the trial wait again.

Configurations, metrics and objectives are JSON text: a number of SQLite would turn NaN into NULL and -0.0 into 0.

A migration may ask for the text of a file beside the store, `beside('space.yaml')`, NULL where none can be
read.
"""

from __future__ import annotations

APPLICATION_ID = 0x53574550  # "SWEP": tells a store from any other SQLite file

MIGRATIONS = (
    """
    CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE trial (id INTEGER PRIMARY KEY, config TEXT NOT NULL, seed INTEGER NOT NULL);

    CREATE TABLE ask (
        seq INTEGER PRIMARY KEY,
        trial INTEGER NOT NULL REFERENCES trial,
        first_epoch INTEGER NOT NULL,
        last_epoch INTEGER NOT NULL,
        bracket INTEGER,
        rung INTEGER
    );
    CREATE INDEX ask_of_trial ON ask (trial);

    CREATE TABLE tell (
        seq INTEGER PRIMARY KEY,
        trial INTEGER NOT NULL REFERENCES trial,
        state TEXT NOT NULL,
        epochs_trained INTEGER NOT NULL,
        best_epoch INTEGER,
        objective TEXT NOT NULL,
        parameter_count INTEGER,
        error TEXT,
        traceback TEXT
    );
    CREATE INDEX tell_of_trial ON tell (trial);

    CREATE TABLE epoch (
        trial INTEGER NOT NULL REFERENCES trial,
        epoch INTEGER NOT NULL,
        seconds REAL NOT NULL,
        metrics TEXT NOT NULL,
        PRIMARY KEY (trial, epoch)
    ) WITHOUT ROWID;

    CREATE TABLE attempt (
        trial INTEGER NOT NULL REFERENCES trial,
        number INTEGER NOT NULL,
        started TEXT NOT NULL,
        ended TEXT,
        outcome TEXT,
        reason TEXT,
        PRIMARY KEY (trial, number)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX one_open_attempt ON attempt (trial) WHERE ended IS NULL;

    CREATE TABLE event (seq INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
    """,
    # Version 1 had the definition only in space.yaml, which anyone may edit. A new store has no facts yet, and gets its
    # definition with the others.
    """
    INSERT INTO fact
    SELECT 'definition', json_quote(beside('space.yaml'))
    WHERE beside('space.yaml') IS NOT NULL AND EXISTS (SELECT 1 FROM fact);
    """,
    # Which validation images each epoch that was its trial's best so far had right: beside the epochs, whose rows are
    # short, for a row of a table without row ids that has more than a quarter of a page takes a page of its own. And
    # the trainings of an earlier sweep that need not be done again.
    """
    CREATE TABLE hits (
        trial INTEGER NOT NULL REFERENCES trial,
        epoch INTEGER NOT NULL,
        bits BLOB NOT NULL,
        PRIMARY KEY (trial, epoch)
    );

    CREATE TABLE known (
        seed INTEGER NOT NULL,
        config TEXT NOT NULL,
        run TEXT NOT NULL,
        source INTEGER NOT NULL,
        parameter_count INTEGER,
        reports TEXT NOT NULL
    );
    """,
)


def migration_script(version: int) -> str:
    """SQL that lifts a store of `version` to the newest one, one transaction a version, so that none is half done."""
    steps = enumerate(MIGRATIONS[version:], start=version + 1)
    return "".join(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;" for number, step in steps)
