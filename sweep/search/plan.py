"""What a sweep will do, known before anything runs: the searcher itself is asked, and told results that are made up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sweep.records import Config, Proposal, TrialResult, TrialState, Workload
from sweep.search.oracle_searcher import make_searcher
from sweep.search.searcher import Searcher
from sweep.space.definition import BayesianSearch, Space
from sweep.space.dimensions import count_configs, expand


@dataclass(frozen=True)
class Training:
    """`trials` of them train from the end of `first_epoch` to the end of `last_epoch`."""

    bracket: int | None
    rung: int | None
    trials: int
    first_epoch: int
    last_epoch: int

    @property
    def epochs(self) -> int:
        return self.trials * (self.last_epoch - self.first_epoch)


@dataclass(frozen=True)
class Plan:
    """`size` counts the configurations of the space, None where it is endless. `exact` is False where the epochs
    depend on results that are not known yet. `checkpoints` is how many trials at most have one kept because they may
    be promoted or are being promoted, with any number of workers; each running trial of a first rung has one besides.
    """

    method: str
    trials: int
    epochs: int
    exact: bool
    trainings: tuple[Training, ...]
    size: int | None
    configs: tuple[Config, ...]
    checkpoints: int

    @property
    def workload(self) -> Workload:
        return Workload(self.trials, self.epochs, self.exact)


def make_plan(space: Space) -> Plan:
    """Trials and epochs as they will run where nothing fails and nothing stops early."""
    exact = not isinstance(space.search, BayesianSearch)
    if isinstance(space.search, BayesianSearch):
        # Without results every proposal is a random one, which costs no Gaussian process.
        initial = space.search.max_trials + 1
        space = space.model_copy(update={"search": space.search.model_copy(update={"initial_points": initial})})
    proposals, checkpoints = _rehearse(make_searcher(space))
    epochs = sum(proposal.last_epoch - proposal.first_epoch for proposal in proposals)
    configs = {proposal.trial: proposal.config for proposal in proposals}
    fixed_epochs = len({proposal.last_epoch for proposal in proposals}) == 1
    return Plan(
        method=space.search.method,
        trials=len(configs),
        epochs=epochs,
        exact=exact or fixed_epochs,
        trainings=_trainings(proposals),
        size=count_configs(expand(space)),
        configs=tuple(configs.values()),
        checkpoints=checkpoints,
    )


def _rehearse(searcher: Searcher) -> tuple[list[Proposal], int]:
    """All proposals, and how many trials could at most be promoted at one time.

    Everything that can run at once does, and ends together. No other order keeps more: of each bracket, no more wait
    for a promotion or are being promoted than its second rung takes, and here all brackets are there together.
    """
    proposals: list[Proposal] = []
    most = 0
    while wave := _ask_all(searcher):
        proposals += wave
        for proposal in wave:
            done = proposal.last_epoch
            searcher.tell(TrialResult(proposal.trial, TrialState.COMPLETED, done, best_epoch=done, objective=0.0))
        most = max(most, len(searcher.promotable()))
    return proposals, most


def _ask_all(searcher: Searcher) -> list[Proposal]:
    """What may run side by side now."""
    wave: list[Proposal] = []
    while proposal := searcher.ask():
        wave.append(proposal)
    return wave


def _trainings(proposals: list[Proposal]) -> tuple[Training, ...]:
    """Equal trainings counted together, in the order of their first."""
    if proposals and proposals[0].rung is None:
        epochs = [proposal.last_epoch for proposal in proposals]
        return tuple(Training(None, None, count, 0, last) for last, count in sorted(Counter(epochs).items()))
    counts = Counter((one.bracket or 0, one.rung or 0, one.first_epoch, one.last_epoch) for one in proposals)
    in_order = sorted(counts.items(), key=lambda item: (-item[0][0], item[0][1]))
    return tuple(Training(bracket, rung, count, first, last) for (bracket, rung, first, last), count in in_order)
