"""KerasTuner's oracles as searchers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from sweep.errors import SweepFailed
from sweep.records import Config, Decision, LimitsRaised, Proposal, TrialResult, TrialState
from sweep.search.bayesian import BayesianOracle
from sweep.search.hyperband import HyperbandOracle
from sweep.search.oracle import RUNNING, CorrectedOracle, GridOracle, RandomOracle
from sweep.search.searcher import Searcher
from sweep.space.budget import epochs_of
from sweep.space.definition import BayesianSearch, Space
from sweep.space.dimensions import expand, is_config
from sweep.space.methods import INDEPENDENT

_ORACLES = {"random": RandomOracle, "hyperband": HyperbandOracle, "bayesian": BayesianOracle, "grid": GridOracle}


class OracleSearcher:
    """A KerasTuner oracle as a searcher: a Hyperband promotion goes on with the trial it promotes."""

    def __init__(self, oracle: CorrectedOracle) -> None:
        self._oracle = oracle
        self._numbers: dict[str, int] = {}  # KerasTuner's trial id to ours
        self._running: dict[int, Any] = {}  # our trial number to KerasTuner's trial
        self._next = 0
        self._retried: set[int] = set()

    def ask(self) -> Proposal | None:
        # One tuner id for each trial in flight: KerasTuner gives a busy tuner its old trial again.
        trial = self._oracle.create_trial(f"tuner-{len(self._oracle.trials)}")
        return self._proposal(trial) if trial.status == RUNNING else None

    def retry(self, trial: int) -> None:
        """It runs once more. The oracle has had its first result, on which nothing depended, and hears of no other."""
        self._retried.add(trial)

    def tell(self, result: TrialResult) -> None:
        if result.trial in self._retried:
            return
        trial = self._running.pop(result.trial)
        trial.status = "FAILED"
        if result.state is TrialState.COMPLETED and result.objective is not None:
            trial.status = "COMPLETED"
            self._oracle.update_trial(trial.trial_id, {self._oracle.objective.name: result.objective})
        self._oracle.end_trial(trial)

    def raise_max_trials(self, limit: int | None) -> None:
        """As the oracle's."""
        self._oracle.raise_max_trials(limit)

    def promotable(self) -> set[int]:
        return {self._numbers[trial_id] for trial_id in self._oracle.promotable()}

    def _proposal(self, trial: Any) -> Proposal:
        values = trial.hyperparameters.values
        config = {name: value for name, value in values.items() if not name.startswith("tuner/")}
        parent = values.get("tuner/trial_id")
        number = self._next if parent is None else self._numbers[parent]
        self._next = max(self._next, number + 1)
        self._numbers[trial.trial_id] = number
        self._running[number] = trial
        return Proposal(
            trial=number,
            config=config,
            first_epoch=values.get("tuner/initial_epoch", 0),
            last_epoch=values.get("tuner/epochs") or epochs_of(config),
            bracket=values.get("tuner/bracket"),
            rung=values.get("tuner/round"),
        )


class GenerationSearcher(OracleSearcher):
    """Asks the oracle for a whole generation at a time, once the one before has ended: how many workers share a
    generation changes nothing."""

    def __init__(self, oracle: CorrectedOracle, size: int) -> None:
        super().__init__(oracle)
        self._size = size
        self._ready: deque[Proposal] = deque()

    def ask(self) -> Proposal | None:
        if not self._ready and not self._running:
            proposals = (super(GenerationSearcher, self).ask() for _ in range(self._size))
            self._ready.extend(proposal for proposal in proposals if proposal is not None)
        return self._ready.popleft() if self._ready else None


def make_searcher(space: Space, known: Mapping[int, Config] | None = None) -> OracleSearcher:
    """The searcher that the definition names. `known` are configurations decided before, by trial number."""
    oracle = _ORACLES[space.search.method](space, known or {})
    if isinstance(space.search, BayesianSearch):
        return GenerationSearcher(oracle, space.search.generation)
    return OracleSearcher(oracle)


def replay(space: Space, history: Iterable[Decision]) -> tuple[Searcher, dict[int, Proposal]]:
    """A searcher that has been asked and told all of this, and its proposals that have not ended. `space` is the one
    that the search began with.

    Configurations are taken as they were decided. Raises SweepFailed where one is none of this space, or where the
    order, budgets or promotions would be decided otherwise now.
    """
    history = list(history)
    searcher = make_searcher(space, _configs(space, history))
    open_proposals: dict[int, Proposal] = {}
    ended: set[int] = set()
    for fact in history:
        if isinstance(fact, TrialResult):
            searcher.tell(fact)
            open_proposals.pop(fact.trial, None)
            ended.add(fact.trial)
            continue
        if isinstance(fact, LimitsRaised):
            searcher.raise_max_trials(fact.max_trials)
            continue
        if fact.trial in ended and space.search.method in INDEPENDENT:
            searcher.retry(fact.trial)
            open_proposals[fact.trial] = fact
            continue
        proposal = searcher.ask()
        if proposal != fact:
            raise SweepFailed(
                f"trial {fact.trial}: the search would decide otherwise now than it did before ({proposal} against "
                f"{fact}); resume with the versions in the run's environment.json"
            )
        open_proposals[fact.trial] = fact
    return searcher, open_proposals


def _configs(space: Space, history: Iterable[Decision]) -> dict[int, Config]:
    dimensions = expand(space)
    configs: dict[int, Config] = {}
    for fact in history:
        if isinstance(fact, Proposal):
            if not is_config(dimensions, fact.config):
                raise SweepFailed(f"trial {fact.trial}: {dict(fact.config)} is no configuration of this search space")
            configs[fact.trial] = fact.config
    return configs
