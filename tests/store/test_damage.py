"""A value that no sweep writes is damage, told in one line, whatever is read of the store."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import pytest

from sweep.errors import SweepError, SweepFailed
from sweep.exporting.json_lines import lines_of
from sweep.exporting.wandb_lines import wandb_lines
from sweep.records import EpochReport, KnownTraining
from sweep.result import read_result
from sweep.store import Store, schema, search_has_ended, sweep_state
from sweep.store.account import account_of
from sweep.store.export import epochs_text, trials_text
from sweep.store.known import Known
from sweep.store.labels import labels_of

NEWEST = len(schema.MIGRATIONS)
FACTS = {
    "objective": {"metric": "val_accuracy", "direction": "max"},
    "full_budget": 2,
    "method": "random",
    "sweep_id": "0123",
    "classes": ["a", "b"],
    "images": {"train": 6, "validation": 2, "test": 2},
    "excluded": [["a.png", "no image"]],
}
EVENTS = {
    "started": {"workers": 1, "epochs": 0},
    "planned": {"max_trials": 1, "trials": 1, "epochs": 2, "exact": True},
    "limits_raised": {"after": 0, "max_trials": 2, "max_time": 60.0},
    "retried": {"after": 0, "trials": []},
    "forecast": {"seconds": 2.0, "after": 1},
    "searched": {"seconds": 2.5},
    "estimated": {"workers": 1, "search": {"low": 1.0, "high": 2.0}},
    "search_finished": {},
    "winner": {"id": 0, "objective": 0.52, "best_epoch": 2, "config": {"x": 1}, "full_budget": True, "note": None},
    "test_evaluation": {"trial": 0},
    "labelled": {"text": "mine"},
    "finished": {},
    "of a later version": {"told": [1]},
}

READINGS = {
    "facts": lambda run, store: store.facts,
    "trials": lambda run, store: store.trials(),
    "trial": lambda run, store: store.trial(0),
    "seed": lambda run, store: store.seed(0),
    "epochs": lambda run, store: store.epochs(0),
    "all_epochs": lambda run, store: store.all_epochs(),
    "count_epochs": lambda run, store: store.count_epochs(),
    "hits": lambda run, store: store.hits(0, 2),
    "known": lambda run, store: store.known(),
    "costs": lambda run, store: store.costs(),
    "results": lambda run, store: store.results(),
    "attempts": lambda run, store: store.attempts(0),
    "decisions": lambda run, store: store.decisions(),
    "limits_raised": lambda run, store: store.limits_raised(),
    "events": lambda run, store: store.events(),
    "digest": lambda run, store: store.digest(),
    "labels": lambda run, store: labels_of(store),
    "state": sweep_state,
    "ended": lambda run, store: search_has_ended(store),
    "account": lambda run, store: account_of(run, store, 0, live=False),
    "result": lambda run, store: read_result(run, store).to_json(),
    "trials as CSV": lambda run, store: trials_text(store, "csv"),
    "trials as JSON": lambda run, store: trials_text(store, "json"),
    "epochs as JSON": lambda run, store: epochs_text(store, "json"),
    "JSON lines": lines_of,
    "wandb": wandb_lines,
}


def fact(name: str, value: str) -> str:
    return f"UPDATE fact SET value = '{value}' WHERE name = '{name}'"


def event(kind: str, payload: str) -> str:
    return f"UPDATE event SET payload = '{payload}' WHERE kind = '{kind}'"


DAMAGES = {
    **{
        f"fact {name} = {value}": ({"facts"}, fact(name, value))
        for name, value in [
            *(("created", "true"), ("created", '"x"'), ("created", '"2026-01-01"'), ("name", "5"), ("sweep_id", "5")),
            *(("objective", "[]"), ("objective", '{"metric": 5, "direction": "up"}'), ("objective", '{"metric": "x"}')),
            *(("full_budget", '"x"'), ("full_budget", "true"), ("full_budget", "0"), ("full_budget", "1e999")),
            *(("classes", "[1]"), ("classes", '"ab"'), ("images", "[]"), ("images", '{"train": "x"}')),
            *(("excluded", "[1]"), ("excluded", '[["a"]]'), ("method", "NaN"), ("seed", "[" * 100_000)),
        ]
    },
    **{
        f"event {kind} = {payload}": ({"events", "result"}, event(kind, payload))
        for kind, payload in [
            *(("started", '{"workers": 1%s}' % ("0" * 400)), ("finished", "5")),
            *(("started", '{"workers": "x"}'), ("started", '{"epochs": null}'), ("started", '{"workers": -1}')),
            *(("planned", '{"trials": NaN}'), ("planned", '{"exact": "x"}'), ("planned", '{"max_trials": []}')),
            *(("forecast", '{"seconds": NaN, "after": 1}'), ("forecast", '{"seconds": "x", "after": 1}')),
            *(
                ("searched", '{"seconds": 1e999}'),
                ("searched", '{"seconds": 1e307}'),
                ("searched", '{"seconds": "x"}'),
                ("searched", "[]"),
            ),
            *(("limits_raised", '{"after": "x", "max_trials": 1}'), ("retried", '{"trials": [null]}')),
            *(
                ("winner", '{"id": "0"}'),
                ("winner", '{"objective": "x"}'),
                ("winner", '{"objective": 1%s}' % ("0" * 400)),
                ("winner", '{"config": []}'),
            ),
            *(("winner", '{"best_epoch": 0}'), ("winner", '{"config": {"x": []}}'), ("winner", '{"note": 5}')),
            *(("labelled", '{"text": 5}'), ("labelled", '{"text": []}'), ("labelled", "null")),
            *(("test_evaluation", '{"trial": true}'), ("of a later version", '{"x": Infinity}')),
        ]
    },
    "limits_raised = {}": ({"limits_raised", "decisions"}, event("limits_raised", "{}")),
    "event.time": ({"events", "result"}, "UPDATE event SET time = 'x' WHERE kind = 'planned'"),
    "event.time without a zone": ({"events"}, "UPDATE event SET time = '2026-01-01T00:00:00'"),
    "event.payload": ({"events"}, "UPDATE event SET payload = 5"),
    "event.kind": ({"events"}, "UPDATE event SET kind = x'00'"),
    **{
        f"trial.config = {value}": ({"trials", "trial", "decisions"}, f"UPDATE trial SET config = '{value}'")
        for value in (
            "[]",
            "null",
            '{"lr": []}',
            '{"lr": null}',
            '{"lr": NaN}',
            '{"lr": 1e999}',
            '{"n": 1%s}' % ("0" * 400),
        )
    },
    "trial.seed": ({"seed", "account"}, "UPDATE trial SET seed = 'x'"),
    **{
        f"ask.{name}": ({"trials", "decisions"}, f"UPDATE ask SET {name} = 'x'")
        for name in ("last_epoch", "bracket", "rung")
    },
    "ask.first_epoch": ({"decisions"}, "UPDATE ask SET first_epoch = 'x'"),
    "ask.trial": ({"trials"}, "UPDATE ask SET trial = 'x'"),
    **{
        f"tell.objective = {value}": ({"trials", "results", "decisions"}, f"UPDATE tell SET objective = '{value}'")
        for value in ('"x"', "true", "[]", "{}", "0.5 0.5", "1" + "0" * 400)
    },
    **{
        f"tell.{name} = {value}": ({"trials", "results"}, f"UPDATE tell SET {name} = {value}")
        for name, value in [
            *(("state", "'x'"), ("epochs_trained", "'x'"), ("best_epoch", "'x'"), ("best_epoch", "0")),
            *(("best_epoch", "1.5"), ("parameter_count", "'x'"), ("error", "x'00'"), ("trial", "'x'")),
        ]
    },
    "tell.traceback": ({"results", "account"}, "UPDATE tell SET traceback = x'00'"),
    **{
        f"epoch.metrics = {value}": ({"all_epochs", "epochs", "trials"}, f"UPDATE epoch SET metrics = '{value}'")
        for value in ("null", "[]", '{"val_accuracy": "x"}', '{"val_accuracy": true}', '{"x": {}}', "5")
    },
    "epoch.epoch": ({"all_epochs", "epochs"}, "UPDATE epoch SET epoch = 'x' WHERE epoch = 1"),
    "epoch.trial": ({"all_epochs", "trials"}, "UPDATE epoch SET trial = 'x'"),
    "epoch.seconds": ({"all_epochs", "epochs"}, "UPDATE epoch SET seconds = 'x'"),
    "epoch.seconds without end": ({"all_epochs", "epochs", "trials", "costs"}, "UPDATE epoch SET seconds = 9e999"),
    "epoch.seconds of ages": ({"all_epochs", "trials"}, "UPDATE epoch SET seconds = 1e307"),
    **{
        f"attempt.{name} = {value}": ({"attempts", "account"}, f"UPDATE attempt SET {name} = {value}")
        for name, value in [
            *(("started", "'x'"), ("started", "5"), ("started", "'2026-01-01T00:00:00'"), ("ended", "'x'")),
            *(("started", "'0001-01-01T00:00:00+14:00'"), ("ended", "'9999-12-31T23:59:59-14:00'")),
            *(("ended", "5"), ("outcome", "x'00'"), ("reason", "x'00'"), ("number", "'x'")),
        ]
    },
    **{f"hits.bits = {value}": ({"hits"}, f"UPDATE hits SET bits = {value}") for value in ("'x'", "5", "0.5")},
    **{
        f"known.reports = {value}": ({"known", "account"}, f"UPDATE known SET reports = '{value}'")
        for value in (
            *("null", "5", '{"a": 1}', "[5]", "[[]]", "[[[], 0.5]]", '[[{"a": "x"}, 0.5]]', '[[{"a": 1}, "x"]]'),
            *('[[{"a": 1}, 0.5, "x"]]', '[[{"a": 1}, 0.5, 5]]', '[[{"a": 1}, 0.5, null, 1]]', '[[{"a": 1}, null]]'),
        )
    },
    **{
        f"known.{name}": ({"known", "account"}, f"UPDATE known SET {name} = {value}")
        for name, value in [
            *(("seed", "'x'"), ("config", "'[]'"), ("run", "x'00'"), ("source", "'x'"), ("parameter_count", "'x'")),
        ]
    },
}
"""SQL by what it damages, with the readings that must find it."""


@pytest.fixture
def whole(run, filler):
    """A run that has all there is."""
    with Store.create(run.database, {"name": run.name, "seed": 0, **FACTS}) as store:
        fill = filler(store)
        for kind, payload in EVENTS.items():
            store.record_event(kind, **payload)
        fill.ask(0, bracket=0, rung=0)
        fill.train(0, 1, 2)
        store.record_epoch(EpochReport(0, 2, {"val_accuracy": 0.52}, 0.25, b"\x80"))
        fill.tell(0)
        training = KnownTraining((EpochReport(3, 1, {"loss": 1.0}, 0.5, b"\x80"),), 100)
        store.record_known([Known("other-001", 3, 7, {"x": 1}, training)])
    return run


def damage(run, sql):
    with contextlib.closing(sqlite3.connect(run.database)) as connection, connection:
        assert connection.execute(sql).rowcount > 0


def told_by(run):
    """What each reading gives or, where it finds damage, says."""
    told = {}
    for name, read in READINGS.items():
        with Store.open(run.database, read_only=True) as store:
            try:
                told[name] = read(run, store)
            except SweepError as exc:
                told[name] = str(exc)
    return told


def test_nothing_is_wrong_with_a_sound_store(whole):
    told = told_by(whole)
    assert [name for name, answer in told.items() if "is damaged" in str(answer)] == []
    assert told["events"][-1].payload == {"told": [1]}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_value_that_no_sweep_writes_is_damage(whole, name):
    finders, sql = DAMAGES[name]
    damage(whole, sql)
    told = told_by(whole)
    line = re.compile(
        rf"{re.escape(str(whole.database))}: [^\n]{{1,600}}; the store is damaged; restore it from a copy"
    )
    found = {name for name, answer in told.items() if isinstance(answer, str) and line.fullmatch(answer)}
    assert found >= finders


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            fact("objective", '{"metric": 5, "direction": "up"}'),
            "fact objective.metric: input should be a valid string",
        ),
        (event("started", '{"workers": "x"}'), "event started, workers: input should be a valid integer"),
        ("UPDATE event SET time = 'x'", "'x' is no time"),
        ("UPDATE epoch SET seconds = 'x'", "epoch.seconds is 'x'"),
        ("UPDATE tell SET objective = '\"x\"'", '"x" is no objective'),
        ("UPDATE epoch SET metrics = '[]'", "[] are no metrics"),
    ],
)
def test_it_says_what_is_wrong(whole, sql, message):
    damage(whole, sql)
    with Store.open(whole.database, read_only=True) as store, pytest.raises(SweepFailed) as caught:
        store.facts, store.digest(), store.events()
    assert str(caught.value) == f"{whole.database}: {message}; the store is damaged; restore it from a copy"


@pytest.mark.parametrize(
    "sql",
    [
        fact("objective", '{"metric": "val_accuracy", "direction": "max", "since": 2}'),
        event("started", '{"host": "here"}'),
        event("limits_raised", '{"after": 1, "max_trials": null, "max_time": 1e301}'),
        event("estimated", '{"in": "another form"}'),
        event("planned", '{"max_trials": null, "trials": 1, "epochs": 2, "exact": false, "why": [null]}'),
        event("winner", '{"id": 0, "objective": 1, "best_epoch": 2, "config": {}}'),
        "UPDATE tell SET objective = 'NaN'",
        "UPDATE tell SET objective = 'null', best_epoch = NULL",
        'UPDATE epoch SET metrics = \'{"val_accuracy": NaN, "loss": null, "n": 1, "i": -Infinity}\'',
        "UPDATE epoch SET seconds = 0",
        "DELETE FROM fact WHERE name NOT IN ('objective', 'created')",
    ],
)
def test_what_other_versions_write_is_none(whole, sql):
    damage(whole, sql)
    assert [name for name, answer in told_by(whole).items() if "is damaged" in str(answer)] == []


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("version", [-1, 0, 1, NEWEST - 1])
def test_a_store_that_is_not_of_the_schema_that_it_says(whole, version, read_only):
    with contextlib.closing(sqlite3.connect(whole.database)) as connection:
        connection.execute("INSERT INTO fact VALUES ('definition', '\"\"')")
        connection.commit()
        connection.execute(f"PRAGMA user_version = {version}")
    whole.space_file.write_text("name: x\n")
    with pytest.raises(SweepFailed, match=rf"says that it is of schema {version}.*; the store is damaged; restore"):
        Store.open(whole.database, read_only=read_only)
