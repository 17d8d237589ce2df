from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from sweep.estimates.estimate import Estimate, Range
from sweep.estimates.outcome import PlanOutcome, plan_outcome
from sweep.store.facts import Event

ESTIMATE = Estimate(2, Range(100.0, 150.0), Range(5.0, 10.0), Range(6e6, 7e6), 1_000)


def events(*kinds: str, seconds: float = 120.0) -> list[Event]:
    payloads = {"estimated": ESTIMATE.to_json(), "searched": {"seconds": seconds}}
    return [Event(number, "", kind, payloads.get(kind, {})) for number, kind in enumerate(kinds)]


def test_a_search_that_came_to_its_end_at_once_is_held_against_its_plan() -> None:
    found = plan_outcome(events("started", "estimated", "searched", "search_finished", "finished"))
    assert found == PlanOutcome(ESTIMATE, 120.0)


@pytest.mark.parametrize(
    "kinds",
    [
        ("started", "searched", "search_finished"),
        ("started", "estimated"),
        ("started", "estimated", "searched"),
        ("started", "estimated", "searched", "resumed", "searched", "search_finished"),
    ],
)
def test_no_plan_no_end_or_more_than_one_session_is_nothing_to_hold_against_it(kinds: tuple[str, ...]) -> None:
    assert plan_outcome(events(*kinds)) is None


@pytest.mark.parametrize(("took", "error"), [(100.0, 0.0), (150.0, 0.0), (200.0, -0.25), (50.0, 1.0)])
def test_the_error_is_how_far_the_range_is_from_the_truth(took: float, error: float) -> None:
    found = plan_outcome(events("started", "estimated", "searched", "search_finished", seconds=took))
    assert found is not None
    assert found.error == pytest.approx(error)
    assert found.to_json() == {
        "low_seconds": 100.0,
        "high_seconds": 150.0,
        "took_seconds": took,
        "error": pytest.approx(error),
    }


TOLD = ESTIMATE.to_json()


@pytest.mark.parametrize(
    "payload", [{}, {"search": 1}, {**TOLD, "lasting_bytes": 5}, {**TOLD, "checkpoint_bytes": math.nan}, {"new": 1}]
)
def test_an_estimate_of_another_form_is_none(payload: dict[str, Any]) -> None:
    told = events("started", "estimated", "searched", "search_finished")
    assert plan_outcome([replace(one, payload=payload) if one.kind == "estimated" else one for one in told]) is None
