"""Spaces to search, and a loop that trains nothing: results are made up, and workers end in any order."""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sweep.records import Proposal, TrialResult, TrialState
from sweep.search.oracle_searcher import make_searcher
from sweep.search.searcher import Searcher
from sweep.space.definition import Space
from sweep.space.load import validate_again

METHODS = ["random", "hyperband", "bayesian", "grid"]

PARAMETERS: dict[str, Any] = {
    "layers": {"type": "int", "min": 1, "max": 2},
    "units": {"type": "choice", "values": [8, 16], "per": "layers"},
    "optimizer": {"type": "choice", "values": ["adam", "sgd"]},
    "momentum": {"type": "float", "min": 0.5, "max": 0.9, "step": 0.2, "when": {"optimizer": "sgd"}},
    "rate": {"type": "float", "min": 1e-4, "max": 1e-2, "sampling": "log"},
    "epochs": {"type": "int", "min": 1, "max": 9},
}
SEARCHES: dict[str, dict[str, Any]] = {
    "random": {"max_trials": 20},
    "hyperband": {},
    "bayesian": {"max_trials": 6, "initial_points": 3, "generation": 2},
    "grid": {"max_trials": 20},
}

Score = Callable[[Proposal], float | None]
Facts = list[Proposal | TrialResult]


def make_space(method: str, parameters: dict[str, Any] | None = None, **more: Any) -> Space:
    """A valid space of a model of one's own. `search` has the method's settings, SEARCHES where left out."""
    search = {"method": method, **more.pop("search", SEARCHES[method])}
    given = {"name": "x", "data": {"source": "digits"}, "model": "my:build", "search": search}
    given["parameters"] = PARAMETERS if parameters is None else parameters
    return validate_again(Space.model_validate({**given, **more}))


def score(proposal: Proposal) -> float:
    """Between 0 and 1, the same for the same configuration, better with more epochs."""
    text = repr(sorted(proposal.config.items()))
    chance = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
    return round(chance * proposal.last_epoch / (proposal.last_epoch + 1), 6)


def result_of(proposal: Proposal, value: float | None) -> TrialResult:
    """Completed with this value; None fails."""
    state = TrialState.COMPLETED if value is not None else TrialState.FAILED
    return TrialResult(proposal.trial, state, proposal.last_epoch, best_epoch=1, objective=value)


@dataclass
class Drive:
    """What the loop does, with a number of workers whose trainings end in an order drawn from `seed`."""

    searcher: Searcher
    workers: int = 1
    seed: int = 0
    score: Score = score
    running: dict[int, Proposal] = field(default_factory=dict)
    facts: Facts = field(default_factory=list)

    def run(self, most: float = float("inf")) -> Facts:
        """To the end, or until there are so many facts. Gives the facts in their order."""
        rng = random.Random(self.seed)
        while len(self.facts) < most and self.step(rng):
            pass
        return self.facts

    def step(self, rng: random.Random) -> bool:
        """One ask that was answered, or one tell; False at the end."""
        proposal = self.searcher.ask() if len(self.running) < self.workers else None
        if proposal is not None:
            assert proposal.trial not in self.running
            self.running[proposal.trial] = proposal
            self.facts.append(proposal)
        elif self.running:
            ended = self.running.pop(rng.choice(sorted(self.running)))
            result = result_of(ended, self.score(ended))
            self.searcher.tell(result)
            self.facts.append(result)
        else:
            assert self.searcher.ask() is None  # and stays at the end
            return False
        return True


def drive(space: Space, workers: int = 1, seed: int = 0, score: Score = score) -> list[Proposal]:
    """All proposals of a search that is driven to its end."""
    return proposals(Drive(make_searcher(space), workers, seed, score).run())


@functools.cache
def driven(method: str) -> tuple[Proposal, ...]:
    """The proposals of `make_space(method)` with one worker."""
    return tuple(drive(make_space(method)))


def proposals(facts: Iterable[Proposal | TrialResult]) -> list[Proposal]:
    return [fact for fact in facts if isinstance(fact, Proposal)]


def by_training(made: Iterable[Proposal]) -> dict[tuple[int, int], Proposal]:
    """The proposals whatever their order."""
    found = {(one.trial, one.last_epoch): one for one in made}
    return dict(sorted(found.items()))


def new_configs(made: Iterable[Proposal]) -> list[tuple[Any, ...]]:
    """The configurations of trials by number, without promotions."""
    new = sorted((one for one in made if one.first_epoch == 0), key=lambda one: one.trial)
    return [tuple(sorted(one.config.items())) for one in new]
