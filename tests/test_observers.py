from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path

import pytest

from sweep import observers
from sweep.executors.inline import InlineExecutor
from sweep.loop import Ending, Loop
from sweep.observers import Reporter, TableObserver
from sweep.records import EpochReport, Proposal, TrialResult, TrialState
from sweep.seeds import derive_seed
from sweep.store.layout import RunDirectory, create_run
from sweep.store.store import Store
from tests.fakes import ListSearcher, metrics, train


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return create_run(tmp_path / "runs", None, "digits")


@pytest.fixture
def store(run: RunDirectory) -> Store:
    return Store.create(run.database, {})


def test_tables_are_made_anew_when_a_trial_has_ended(run: RunDirectory, store: Store) -> None:
    observer = TableObserver(run, store)
    store.record_ask(Proposal(0, {"units": 3}, 0, 1), seed=0)
    store.start_attempt(0)
    observer.trial(store.trial(0))
    report = EpochReport(0, 1, metrics(0.5), 0.5)
    store.record_epoch(report)
    observer.epoch(report)
    assert not run.trials_json.exists() and not run.trials_csv.exists()
    store.record_result(TrialResult(0, TrialState.COMPLETED, 1, 1, 0.5))
    observer.trial(store.trial(0))
    assert [(one["id"], one["objective"]) for one in json.loads(run.trials_json.read_text())] == [(0, 0.5)]
    assert run.trials_csv.read_text().startswith("id,config.units,state")


def test_tables_are_up_to_date_after_every_trial_of_a_search(
    run: RunDirectory, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observers, "TABLE_SHARE", math.inf)
    seen: list[int] = []

    class Reading(Reporter):
        def trial(self, record: object) -> None:
            done = json.loads(run.trials_json.read_text()) if run.trials_json.exists() else []
            seen.append(sum(one["state"] == "completed" for one in done))

    proposals = [Proposal(number, {"units": number}, 0, 1) for number in range(2)]
    parts = (ListSearcher(proposals), InlineExecutor(train), store)
    loop = Loop(
        *parts,
        seed_of=partial(derive_seed, 0, "trial"),
        checkpoints=run.checkpoints,
        observers=[TableObserver(run, store), Reading()],
    )
    assert loop.run() is Ending.FINISHED
    assert seen == [0, 1, 1, 2]


def test_tables_that_take_long_are_not_written_after_every_trial(
    run: RunDirectory, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observers, "TABLE_SHARE", 1e-9)
    tables = TableObserver(run, store)
    proposals = [Proposal(number, {"units": number}, 0, 1) for number in range(3)]
    parts = (ListSearcher(proposals), InlineExecutor(train), store)
    Loop(*parts, seed_of=partial(derive_seed, 0, "trial"), checkpoints=run.checkpoints, observers=[tables]).run()
    assert [one["state"] for one in json.loads(run.trials_json.read_text())][:1] == ["completed"]
    assert len(run.trials_csv.read_text().splitlines()) < 4
    tables.refresh()
    assert len(run.trials_csv.read_text().splitlines()) == 4


def test_a_reporter_says_nothing_unless_it_is_taught_to(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter()
    hooks = [name for name in vars(Reporter) if not name.startswith("_")]
    assert set(hooks) == {
        *("data", "ready", "searching", "trial", "epoch", "lost", "stopping", "winding_down"),
        *("searched", "retraining", "retrain", "evaluated", "note", "warning"),
    }
    for name in hooks:
        arguments = getattr(Reporter, name).__code__.co_argcount - 1
        assert getattr(reporter, name)(*[None] * arguments) is None
    assert capsys.readouterr() == ("", "")
