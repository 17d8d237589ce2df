from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.estimates.estimate import Range
from sweep.estimates.forecast import ForecastKeeper, Outcome, forecast_outcome
from sweep.records import EpochReport, Proposal, Workload
from sweep.store.facts import Event
from sweep.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "sweep.db", {"name": "x"}) as store:
        yield store


def train(store: Store, keeper: ForecastKeeper, trial: int, epochs: int) -> None:
    store.record_ask(Proposal(trial, {"a": trial}, 0, epochs), seed=0)
    store.start_attempt(trial)
    for epoch in range(1, epochs + 1):
        report = EpochReport(trial, epoch, {"loss": 1.0}, 2.0)
        store.record_epoch(report)
        keeper.epoch(report)


def test_the_first_sound_forecast_is_kept_with_the_moment_of_it(store: Store) -> None:
    clock = itertools.count(107)
    keeper = ForecastKeeper(store, Workload(4, 40, True), 2, began=100.0, clock=lambda: float(next(clock)))
    train(store, keeper, 0, 20)
    (event,) = store.events("forecast")  # after 4 epochs of 40
    assert event.payload == {"seconds": 7.0 + 36 * 2.0 / 2, "after": 7.0}


def test_where_it_cannot_be_told_yet_it_is_tried_again(store: Store) -> None:
    keeper = ForecastKeeper(store, Workload(20, 60, True), 1, began=0.0, clock=lambda: 9.0)
    for trial in range(10):
        train(store, keeper, trial, 1)
    assert store.events("forecast") == []
    train(store, keeper, 10, 10)
    (event,) = store.events("forecast")
    assert event.payload["after"] == 9.0


def test_a_search_that_is_over_at_once_has_none(store: Store) -> None:
    train(store, ForecastKeeper(store, Workload(1, 2, True), 1, began=0.0), 0, 2)
    assert store.events("forecast") == []


def events(*kinds: str) -> list[Event]:
    payloads = {"forecast": {"seconds": 190.0, "after": 20.0}, "searched": {"seconds": 200.0}}
    return [Event(number, "", kind, payloads.get(kind, {})) for number, kind in enumerate(kinds)]


def test_what_a_search_took_is_compared_with_its_forecast() -> None:
    outcome = forecast_outcome(events("started", "forecast", "searched", "search_finished", "finished"))
    assert outcome == Outcome(190.0, 200.0, 20.0)
    assert outcome.error == pytest.approx(-0.05)
    assert outcome.to_json() == {"seconds": 190.0, "took_seconds": 200.0, "after_seconds": 20.0, "error": -0.05}


@pytest.mark.parametrize(
    "kinds",
    [
        ("started", "forecast"),
        ("started", "forecast", "searched"),
        ("started", "searched", "search_finished"),
        ("started", "forecast", "searched", "resumed", "searched", "search_finished"),
    ],
)
def test_a_search_without_an_end_or_without_a_forecast_has_no_outcome(kinds: tuple[str, ...]) -> None:
    assert forecast_outcome(events(*kinds)) is None


def test_of_a_search_that_was_resumed_the_last_session_counts() -> None:
    kinds = ("started", "searched", "resumed", "forecast", "searched", "search_finished")
    assert forecast_outcome(events(*kinds)) == Outcome(190.0, 200.0, 20.0)


@pytest.mark.parametrize("took", [0.0, 5e-324, 1e-4])
def test_of_a_search_that_took_no_time_no_error_is_told(took: float) -> None:
    assert (Outcome(190.0, took, 20.0).error, Range(1.0, 2.0).error(took)) == (0.0, 0.0)
