"""Hyperband whose decisions do not depend on the clock (Li et al., 2018, https://jmlr.org/papers/v18/16-558.html).

Sizes and budgets are KerasTuner's. It promotes as soon as it may; here a rung is decided when all of it has ended,
and other brackets' first rungs fill the wait.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras_tuner

from sweep.records import Config
from sweep.search.oracle import IDLE, RUNNING, STOPPED, CorrectedOracle, Response
from sweep.space.budget import epoch_bounds
from sweep.space.definition import HyperbandSearch, Space


@dataclass
class Bracket:
    """One halving schedule. `rungs` hold KerasTuner trial ids; `closed` when the first rung takes no more, `finished`
    when none does. `sizes` are those of a bracket that nothing cuts short."""

    number: int
    sizes: list[int]
    budgets: list[int]
    rungs: list[list[str]] = field(default_factory=list)
    closed: bool = False
    finished: bool = False


class HyperbandOracle(CorrectedOracle, keras_tuner.oracles.HyperbandOracle):
    """A promotion is a new KerasTuner trial whose values carry `tuner/trial_id`, its parent, as KerasTuner's do."""

    def __init__(self, space: Space, known: Mapping[int, Config]) -> None:
        search = space.search
        assert isinstance(search, HyperbandSearch)
        smallest, full = epoch_bounds(space)
        super().__init__(max_epochs=full, factor=search.factor, **self.arguments(space))
        self.min_epochs = smallest
        self.correct(space, known)
        self.brackets = [
            self._new_bracket(number)
            for _ in range(search.iterations)
            for number in reversed(range(self._get_num_brackets()))
        ]

    def _new_bracket(self, number: int) -> Bracket:
        rungs = range(self._get_num_rounds(number))
        sizes = [self._get_size(number, rung) for rung in rungs]
        budgets = [self._get_epochs(number, rung) for rung in rungs]
        return Bracket(number, sizes, budgets, [[] for _ in rungs])

    def _get_size(self, bracket_num: int, round_num: int) -> int:
        # KerasTuner takes the smallest budget for one epoch; log(27, 3) must not become 3.0000000000000004.
        end_size = math.ceil(1 + math.log(self.max_epochs / self.min_epochs, self.factor) - 1e-9)
        return math.ceil(end_size / (bracket_num + 1) * self.factor ** (bracket_num - round_num) - 1e-9)

    def raise_max_trials(self, limit: int | None) -> None:
        """Brackets that the limit cut short take trials again, but for those that have promoted without them."""
        super().raise_max_trials(limit)
        for bracket in self.brackets:
            if bracket.closed and not any(bracket.rungs[1:]):
                bracket.closed = bracket.finished = False

    def populate_space(self, trial_id: str) -> Response:
        for bracket in self._unfinished():
            values = self._first_rung(bracket, trial_id) or self._promotion(bracket, trial_id)
            if values is not None:
                return {"status": RUNNING, "values": values}
        return {"status": IDLE if self.ongoing_trials else STOPPED, "values": None}

    def _first_rung(self, bracket: Bracket, trial_id: str) -> dict[str, Any] | None:
        if bracket.closed or len(bracket.rungs[0]) == bracket.sizes[0]:
            return None
        values = self.new_values()
        if values is None:
            bracket.closed = True
            return None
        bracket.rungs[0].append(trial_id)
        return values | self._marks(bracket, 0)

    def _promotion(self, bracket: Bracket, trial_id: str) -> dict[str, Any] | None:
        if not bracket.closed and len(bracket.rungs[0]) < bracket.sizes[0]:
            return None
        for rung in range(1, len(bracket.rungs)):
            survivors = self._survivors(bracket, rung)
            if survivors is None:
                return None
            if len(bracket.rungs[rung]) < len(survivors):
                parent = survivors[len(bracket.rungs[rung])]
                bracket.rungs[rung].append(trial_id)
                return parent.hyperparameters.values | self._marks(bracket, rung) | {"tuner/trial_id": parent.trial_id}
        bracket.finished = True
        return None

    def _unfinished(self) -> Iterator[Bracket]:
        """There may be hundreds of others, which every proposal would look through again."""
        return (bracket for bracket in self.brackets if not bracket.finished)

    def _survivors(self, bracket: Bracket, rung: int) -> list[Any] | None:
        """Who trains on in this rung, the best first; None while the rung before has not all ended."""
        past = [self.trials[one] for one in bracket.rungs[rung - 1]]
        if any(trial.status == RUNNING for trial in past):
            return None
        return self._ranked(past)[: self._size(bracket, rung)]

    def _size(self, bracket: Bracket, rung: int) -> int:
        """How many trials train in it: of a bracket that is cut short, the same share as of a whole one."""
        begun = len(bracket.rungs[0])
        first = begun if bracket.closed else min(begun + self.left, bracket.sizes[0])
        return math.ceil(bracket.sizes[rung] * first / bracket.sizes[0] - 1e-9)

    def _most(self, bracket: Bracket, rung: int) -> int:
        """How many may come to train in it: `max_trials` may be raised as long as nothing was promoted."""
        return self._size(bracket, rung) if any(bracket.rungs[1:]) else bracket.sizes[rung]

    def promotable(self) -> set[str]:
        # Those that lead now: they would be promoted if all that is still to end in their rung ended worse.
        return {
            trial.trial_id
            for bracket in self._unfinished()
            for number, (past, rung) in enumerate(itertools.pairwise(bracket.rungs), start=1)
            for trial in self._ranked([self.trials[one] for one in past])[len(rung) : self._most(bracket, number)]
        }

    def _ranked(self, trials: list[Any]) -> list[Any]:
        """Those that completed, the best first; of equals the one that was asked for first."""
        sign = -1 if self.objective.direction == "max" else 1
        return sorted((trial for trial in trials if trial.status == "COMPLETED"), key=lambda trial: sign * trial.score)

    def _marks(self, bracket: Bracket, rung: int) -> dict[str, Any]:
        first = bracket.budgets[rung - 1] if rung else 0
        return {
            "tuner/bracket": bracket.number,
            "tuner/round": rung,
            "tuner/initial_epoch": first,
            "tuner/epochs": bracket.budgets[rung],
        }
