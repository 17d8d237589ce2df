"""What `sweep plan` said of a sweep, and how wrong it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.estimates.estimate import Estimate
from sweep.store.facts import Event


@dataclass(frozen=True)
class PlanOutcome:
    """`took` seconds the search took for which the plan had told `estimate.search`."""

    estimate: Estimate
    took: float

    @property
    def error(self) -> float:
        """As in `Range`: -0.2 where it was 20 % too short, 0 where the range was right."""
        return self.estimate.search.error(self.took)

    def to_json(self) -> dict[str, float]:
        """In seconds, but for the error."""
        search = self.estimate.search
        figures = {"low_seconds": search.low, "high_seconds": search.high, "took_seconds": self.took}
        return {name: round(value, 3) for name, value in {**figures, "error": self.error}.items()}


def plan_outcome(events: Sequence[Event]) -> PlanOutcome | None:
    """Of a search that came to its end in one session; None where nothing had been told of it, or in another form."""
    payloads = {event.kind: event.payload for event in events}
    if "resumed" in payloads or not payloads.keys() >= {"estimated", "searched", "search_finished"}:
        return None
    try:
        told = dict(payloads["estimated"])  # of a store's payloads, what is missing would be damage
        return PlanOutcome(Estimate.from_json(told), payloads["searched"]["seconds"])
    except (TypeError, KeyError, ValueError):
        return None
