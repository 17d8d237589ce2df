"""Bayesian search that gives the same answers again: proposals depend on ended trials and the trial's number alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras_tuner
import numpy as np
from threadpoolctl import threadpool_limits

from sweep.records import Config, Value
from sweep.search.oracle import RUNNING, CorrectedOracle
from sweep.seeds import derive_seed
from sweep.space.definition import BayesianSearch, FloatParameter, IntParameter, Space


class BayesianOracle(CorrectedOracle, keras_tuner.oracles.BayesianOptimizationOracle):
    """KerasTuner's Gaussian process and acquisition. It proposes one point again and again; here a repeated one
    gives way to a random one, and the random state of the acquisition belongs to the trial's number."""

    def __init__(self, space: Space, known: Mapping[int, Config]) -> None:
        search = space.search
        assert isinstance(search, BayesianSearch)
        super().__init__(alpha=search.alpha, beta=search.beta, max_trials=None, **self.arguments(space))
        self.correct(space, known)
        varying = sum(1 for dimension in self.dimensions if not dimension.is_fixed)
        # KerasTuner's 3 for each parameter can be more than all trials; then it would never search.
        self.num_initial_points = search.initial_points or max(3, min(3 * varying, search.max_trials // 2))

    def propose(self, number: int) -> dict[str, Value] | None:
        if sum(trial.status == "COMPLETED" for trial in self.trials.values()) < self.num_initial_points:
            return self.random_configuration(number)
        from sklearn.exceptions import ConvergenceWarning  # only here: no other method needs what that loads

        self._random_state = np.random.RandomState(derive_seed(self.space.seed, "acquisition", number))
        # The last bits of a matrix product depend on the number of threads. That a length scale ends at its bound is
        # no news.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._fit_to_completed()
            values = keras_tuner.oracles.BayesianOptimizationOracle.populate_space(self, str(number))["values"]
        values = self._within_bounds(values)
        return self.random_configuration(number) if self._duplicate(values) else values

    def _fit_to_completed(self) -> None:
        """KerasTuner guesses the results of running trials with whatever it fitted last, which a resumed sweep has
        not. Fitting to what has ended first makes the guess a function of the history."""
        trials, ongoing = self.trials, self.ongoing_trials
        self.trials = {key: trial for key, trial in trials.items() if trial.status != RUNNING}
        self.ongoing_trials = {}
        try:
            x, y = self._vectorize_trials()
            self.gpr.fit(np.nan_to_num(x), np.nan_to_num(y))
        finally:
            self.trials, self.ongoing_trials = trials, ongoing

    def _within_bounds(self, values: dict[str, Any]) -> dict[str, Value]:
        """The acquisition may end at the very edge, where KerasTuner makes max + 1 of an int with log sampling; and its
        floats are numpy's."""
        for dimension in self.dimensions:
            name, domain = dimension.name, dimension.domain
            if name in values and isinstance(domain, IntParameter | FloatParameter):
                kind = int if isinstance(domain, IntParameter) else float
                values[name] = kind(min(max(values[name], domain.min), domain.max))
        return values
