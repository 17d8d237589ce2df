from __future__ import annotations

import pytest

from sweep.errors import SweepFailed
from sweep.records import Decision, Proposal, TrialResult, TrialState
from sweep.search.oracle_searcher import make_searcher, replay
from sweep.space.load import parse_space

SPACE = """
name: x
data: {{source: digits}}
search: {{method: {method}, max_trials: 6}}
parameters:
  dense_units: {{type: choice, values: [8, 16, 32]}}
  batch_size: {{type: choice, values: [16, 32, 64]}}
  epochs: 2
"""


def result(trial: int, state: TrialState = TrialState.COMPLETED) -> TrialResult:
    return TrialResult(trial, state, 2, 1, 0.5 if state is TrialState.COMPLETED else None)


def search(method: str, failed: int | None) -> list[Decision]:
    """The decisions of the first three trials, one of which failed."""
    searcher = make_searcher(parse_space(SPACE.format(method=method), "x.yaml"))
    history: list[Decision] = []
    for _ in range(3):
        proposal = searcher.ask()
        assert proposal is not None
        told = result(proposal.trial, TrialState.FAILED if proposal.trial == failed else TrialState.COMPLETED)
        searcher.tell(told)
        history += [proposal, told]
    return history


@pytest.mark.parametrize("method", ["random", "grid"])
def test_a_retried_trial_is_open_again_and_changes_nothing_that_comes_after(method: str) -> None:
    space = parse_space(SPACE.format(method=method), "x.yaml")
    history = search(method, failed=1)
    again = next(one for one in history if isinstance(one, Proposal) and one.trial == 1)
    searcher, open_proposals = replay(space, [*history, again])
    assert open_proposals == {1: again}
    searcher.tell(result(1))
    undisturbed, _ = replay(space, search(method, failed=None))
    following = [searcher.ask() for _ in range(4)]
    assert following == [undisturbed.ask() for _ in range(4)]
    assert following[-1] is None  # six trials in all, however often one was tried

    # Resumed after the second try had ended, too.
    searcher, open_proposals = replay(space, [*history, again, result(1), *(one for one in following[:1] if one)])
    assert list(open_proposals) == [3]
    assert searcher.ask() == following[1]


def test_a_second_ask_of_another_method_is_a_decision_and_must_be_its_own() -> None:
    space = parse_space(SPACE.format(method="bayesian"), "x.yaml")
    history = search("bayesian", failed=1)
    again = next(one for one in history if isinstance(one, Proposal) and one.trial == 1)
    with pytest.raises(SweepFailed, match="trial 1: the search would decide otherwise now"):
        replay(space, [*history, again])
