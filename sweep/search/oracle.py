"""KerasTuner's oracles with their faults kept from our users. Corrected by subclassing; their files are untouched."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping
from typing import Any

import keras_tuner

from sweep.records import Config, Value
from sweep.seeds import derive_seed
from sweep.space.definition import Space
from sweep.space.dimensions import complete, count_configs, enumerate_configs, expand
from sweep.space.hyperparameters import to_keras_tuner

RUNNING = "RUNNING"
IDLE = "IDLE"
STOPPED = "STOPPED"

Response = dict[str, Any]

REDRAWS = 20
MOST_LISTED = 10_000


class CorrectedOracle(keras_tuner.Oracle):
    """What every oracle here has in common. New configurations are numbered from 0 in the order they are asked for.

    - The configuration of a number comes from the sweep's seed, the number and the configurations before it: seed 0
      is a seed like any other, and no random stream is shared by two trials.
    - `known` configurations are given out under their numbers: those enqueued, and on a resume those already asked for.
    - Nothing is written to disk, nothing printed; failures in a row raise nothing (the loop counts them).
    - A finite space is used up exactly.
    """

    space: Space
    trials: dict[str, Any]
    ongoing_trials: dict[str, Any]
    hyperparameters: Any
    _max_collisions: int
    _id_to_hash: dict[str, str]

    def correct(self, space: Space, known: Mapping[int, Config]) -> None:
        """Finish the construction; KerasTuner's own `__init__` has run before."""
        self.space = space
        self.dimensions = expand(space)
        self.verbose = 0
        self._max_trials = space.search.max_trials
        self._known = {number: complete(self.dimensions, given) for number, given in enumerate(space.enqueue)} | {
            number: dict(config) for number, config in known.items()
        }
        self._known_hashes = {self._compute_values_hash(config) for config in self._known.values()}
        self._given = 0
        self._count = count_configs(self.dimensions)

    @staticmethod
    def arguments(space: Space) -> dict[str, Any]:
        """What every KerasTuner oracle is constructed with."""
        goal = space.goal
        return {
            "objective": keras_tuner.Objective(goal.metric, goal.direction),
            "hyperparameters": to_keras_tuner(space),
            "seed": derive_seed(space.seed, "oracle"),
        }

    def raise_max_trials(self, limit: int | None) -> None:
        """New trials may be asked for up to this number of them, None: as many as the method itself would."""
        self._max_trials = limit

    @property
    def left(self) -> float:
        """How many new configurations `max_trials` and the space allow; infinity where neither is a limit."""
        return min(
            (limit - self._given for limit in (self._max_trials, self._count) if limit is not None), default=math.inf
        )

    def new_values(self) -> dict[str, Value] | None:
        """The configuration of the next number; None where there is none left."""
        if self.left <= 0:
            return None
        number = self._given
        values = dict(self._known[number]) if number in self._known else self.propose(number)
        if values is not None:
            self._given += 1
        return values

    def propose(self, number: int) -> dict[str, Value] | None:
        """A configuration that is neither known nor tried, or None where there is none left."""
        return self.random_configuration(number)

    def random_configuration(self, number: int) -> dict[str, Value] | None:
        """A random one. KerasTuner gives up after 20 collisions, which is soon where most of what is drawn is one of
        few; then, and at last from a list of those that remain, it is drawn again."""
        self._seed_state = derive_seed(self.space.seed, "configuration", number)
        for _ in range(1 if self._is_small else REDRAWS):
            values = self._random_values()
            if values is not None:
                return values
        remaining = (config for config in enumerate_configs(self.dimensions) if not self._duplicate(config))
        listed = list(itertools.islice(remaining, MOST_LISTED))
        return random.Random(self._seed_state).choice(listed) if listed else None

    def _random_values(self) -> dict[str, Value] | None:
        """As KerasTuner draws, number for number, without declaring the space anew for every draw."""
        for _ in range(1 + self._max_collisions):
            drawn = self.hyperparameters.copy()
            drawn.values = {}
            for hp in drawn.space:
                if drawn.is_active(hp):
                    drawn.values[hp.name] = hp.random_sample(self._seed_state)
                    self._seed_state += 1
            if not self._duplicate(drawn.values):
                return drawn.values
        return None

    @property
    def _is_small(self) -> bool:
        return self._count is not None and self._count <= MOST_LISTED

    def _duplicate(self, values: Mapping[str, Value]) -> bool:
        # A configuration that is enqueued is as good as tried, though its turn may not have come.
        return super()._duplicate(values) or self._compute_values_hash(values) in self._known_hashes

    def promotable(self) -> set[str]:
        """KerasTuner ids of ended trials that may still be asked to train on; only Hyperband has any."""
        return set()

    def populate_space(self, trial_id: str) -> Response:
        values = self.new_values()
        return {"status": STOPPED, "values": None} if values is None else {"status": RUNNING, "values": values}

    def score_trial(self, trial: Any) -> None:
        """The objective is told once. KerasTuner would look for the best of many, in most of the time of a tell."""
        (told,) = trial.metrics.get_history(self.objective.name)
        trial.score, trial.best_step = told.value[-1], told.step

    def update_space(self, hyperparameters: Any) -> None:
        """The whole space was declared at the beginning: no trial can bring anything new."""

    def _record_values(self, trial: Any) -> None:
        """Once: what a trial was given it keeps. KerasTuner looks again when it ends, for half the time of a tell."""
        if trial.trial_id not in self._id_to_hash:
            super()._record_values(trial)

    def save(self) -> None:
        """The store keeps what was asked and told; KerasTuner would rewrite JSON in place after every call."""

    def _save_trial(self, trial: Any) -> None:
        pass

    def _check_consecutive_failures(self) -> None:
        pass


class RandomOracle(CorrectedOracle, keras_tuner.oracles.RandomSearchOracle):
    """Random search."""

    def __init__(self, space: Space, known: Mapping[int, Config]) -> None:
        super().__init__(max_trials=None, **self.arguments(space))
        self.correct(space, known)


class GridOracle(CorrectedOracle, keras_tuner.oracles.GridSearchOracle):
    """Every configuration once, in the order of the file. KerasTuner's waits for results and skips at step rounding."""

    def __init__(self, space: Space, known: Mapping[int, Config]) -> None:
        super().__init__(max_trials=None, **self.arguments(space))
        self.correct(space, known)
        self._rest = enumerate_configs(self.dimensions)

    def propose(self, number: int) -> dict[str, Value] | None:
        return next((config for config in self._rest if not self._duplicate(config)), None)
