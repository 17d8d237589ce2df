from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sweep.errors import SweepFailed
from sweep.executors.fork_server import ForkServer, is_available
from sweep.executors.inline import InlineExecutor
from sweep.executors.launch import FreshInterpreters, Launcher
from sweep.executors.pool import PoolExecutor
from sweep.hosted_searcher import HostedSearcher, SearcherTask
from sweep.records import Decision, Proposal, TrialResult, TrialState
from sweep.search.oracle_searcher import make_searcher
from sweep.space.definition import Space
from tests.executors import functions

METHODS = ("random", "hyperband", "bayesian", "grid")


def space(method: str) -> Space:
    parameters = {
        "filters": {"type": "choice", "values": [4, 8, 16]},
        "dense_units": {"type": "choice", "values": [8, 9]},
    }
    search = {"method": method} if method == "hyperband" else {"method": method, "max_trials": 6}
    epochs = {"type": "int", "min": 1, "max": 3}
    data = {"name": "s", "data": {"source": "digits"}, "search": search, "parameters": {**parameters, "epochs": epochs}}
    return Space.model_validate(data)


class History:
    """What the loop would store, and how it goes on from there, two trainings at a time."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self._open: list[Proposal] = []

    def step(self, searcher: HostedSearcher, before_telling: Callable[[], object] = lambda: None) -> bool:
        """Ask as long as two may run, then tell how the first one ended."""
        while len(self._open) < 2 and (proposal := searcher.ask()) is not None:
            self.decisions.append(proposal)
            self._open.append(proposal)
        if not self._open:
            return False
        done = self._open.pop(0)
        value = (done.trial * 7 % 5) / 5 + done.last_epoch / 100
        result = TrialResult(done.trial, TrialState.COMPLETED, done.last_epoch, done.last_epoch, value)
        self.decisions.append(result)
        assert len(self.decisions) < 100, "the search begins again and again"
        before_telling()
        searcher.tell(result)
        return True


def reference(method: str) -> list[Decision]:
    history, searcher = History(), make_searcher(space(method))
    while history.step(searcher):  # type: ignore[arg-type]
        pass
    return history.decisions


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    """As in a sweep: KerasTuner is imported once, for all processes that take the place of one another."""
    if not is_available():
        yield FreshInterpreters()
        return
    preload = functools.partial(importlib.import_module, "sweep.search.oracle_searcher")
    with ForkServer(preload, {}) as server:
        yield server


@pytest.mark.parametrize("method", METHODS)
def test_decides_as_the_searcher_itself(method: str) -> None:
    history = History()
    searcher = HostedSearcher(InlineExecutor(SearcherTask(space(method))), lambda: history.decisions)
    assert searcher.open_proposals == []
    while history.step(searcher):
        pass
    assert history.decisions == reference(method)


@pytest.mark.parametrize("method", METHODS)
def test_goes_on_from_decisions_with_what_is_still_open(method: str) -> None:
    expected = reference(method)
    history = History()
    first = HostedSearcher(InlineExecutor(SearcherTask(space(method))), lambda: history.decisions)
    history.step(first)
    second = HostedSearcher(InlineExecutor(SearcherTask(space(method))), lambda: history.decisions)
    assert second.open_proposals == history._open != []
    while history.step(second):
        pass
    assert history.decisions == expected


def test_a_process_that_was_killed_between_any_two_calls_changes_nothing(launcher: Launcher, tmp_path: Path) -> None:
    history = History()
    with PoolExecutor(SearcherTask(space("hyperband")), launcher, [{}], tmp_path, name="search") as executor:
        searcher = HostedSearcher(executor, lambda: history.decisions)

        def kill() -> None:
            process = executor._workers[0].process
            while process.wait(0.1) is None:  # one that is not forked yet cannot be killed yet
                process.kill()

        kill()
        for count in itertools.count():
            if count == 3:
                kill()
            if not history.step(searcher, kill if count == 4 else lambda: None):
                break
        assert history.decisions == reference("hyperband")
        assert executor._started == 4
        assert searcher.promotable() == make_replayed(history.decisions).promotable()


def make_replayed(decisions: list[Decision]) -> HostedSearcher:
    return HostedSearcher(InlineExecutor(SearcherTask(space("hyperband"))), lambda: decisions)


def test_a_process_that_dies_at_every_call_ends_the_search_with_the_reason(tmp_path: Path) -> None:
    with (
        PoolExecutor(functions.zero_division, FreshInterpreters(), [{}], tmp_path, name="search") as executor,
        pytest.raises(SweepFailed, match=r"the search cannot go on: its worker exited with code 1 .*ZeroDivisionError"),
    ):
        HostedSearcher(executor, lambda: []).ask()


def test_a_search_that_would_decide_otherwise_is_refused_as_without_a_host() -> None:
    decisions = [Proposal(0, {"filters": 4, "dense_units": 8, "epochs": 3}, 0, 77)]
    with pytest.raises(SweepFailed, match="the search would decide otherwise now"):
        HostedSearcher(InlineExecutor(SearcherTask(space("random"))), lambda: decisions).ask()
