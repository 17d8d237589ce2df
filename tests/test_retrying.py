from __future__ import annotations

from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.records import Proposal, TrialResult, TrialState
from sweep.retrying import trials_to_retry
from sweep.space.load import parse_space
from sweep.store import RunDirectory, Store, create_run

DEFINITION = (
    "name: x\ndata: {{source: digits}}\nsearch: {{method: {method}, max_trials: 9}}\nparameters: {{epochs: 2}}\n"
)
STATES = (TrialState.COMPLETED, TrialState.FAILED, TrialState.DIVERGED, TrialState.FAILED, TrialState.SKIPPED)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return create_run(tmp_path / "runs", "x-001", "x")


@pytest.fixture
def store(run: RunDirectory):
    """Trials 0 to 4 in these states, and 5, which waits."""
    with Store.create(run.database, {"name": "x-001"}) as store:
        for number, state in enumerate(STATES):
            store.record_ask(Proposal(number, {"epochs": 2}, 0, 2), seed=number)
            store.record_result(TrialResult(number, state, 2))
        store.record_ask(Proposal(5, {"epochs": 2}, 0, 2), seed=5)
        yield store


def chosen(run: RunDirectory, store: Store, *wanted: int, method: str = "random") -> list[int]:
    return trials_to_retry(run, store, parse_space(DEFINITION.format(method=method), "x.yaml"), wanted)


@pytest.mark.parametrize("method", ["random", "grid"])
def test_all_that_failed_are_tried_again_or_those_that_are_named(method: str, run, store) -> None:
    assert chosen(run, store, method=method) == [1, 3]
    assert chosen(run, store, 3, 1, 3, method=method) == [1, 3]
    assert chosen(run, store, 2, method=method) == [2]  # diverged: only where it is named


@pytest.mark.parametrize("number", [0, 4, 5])
def test_others_are_refused(number: int, run, store) -> None:
    state = (*STATES, TrialState.WAITING)[number]
    with pytest.raises(InputError, match=f"trial {number} is {state.value}; only failed and diverged trials"):
        chosen(run, store, number)
    with pytest.raises(InputError, match="there is no trial 9 in x-001; its trials are 0 to 5"):
        chosen(run, store, 1, 9)


@pytest.mark.parametrize("method", ["hyperband", "bayesian"])
def test_a_search_that_has_decided_from_results_cannot_be_retried(method: str, run, store) -> None:
    with pytest.raises(InputError, match=f"x-001 is a {method} search, which has decided from its results what to"):
        chosen(run, store, 1, method=method)


def test_nothing_is_tried_again_once_the_winner_is_frozen(run, store) -> None:
    winner = {"id": 0, "objective": 0.5, "best_epoch": 1, "config": {}}
    store.record_event("winner", **winner)
    with pytest.raises(InputError, match="x-001 has its winner"):
        chosen(run, store)


def test_where_nothing_failed_there_is_nothing_to_do(run, store) -> None:
    store.retry([1, 3])
    with pytest.raises(InputError, match="no trial of x-001 has failed"):
        chosen(run, store)
