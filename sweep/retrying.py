"""Which trials may be tried again without another sweep coming of it."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.errors import InputError
from sweep.final.finalize import frozen_winner
from sweep.records import TrialState
from sweep.run_definition import current_space
from sweep.space.definition import Space
from sweep.space.methods import INDEPENDENT
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader


def trials_to_retry(directory: RunDirectory, store: Reader, space: Space, wanted: Sequence[int]) -> list[int]:
    """The trials that are wanted, or all that failed; sorted.

    A trial is a function of its configuration, its seed and the images, so one that failed by its own fault fails
    again, and one that failed by the machine's gives what it would have given at first: the table, and so its digest,
    is that of a sweep in which the machine was well. Diverged ones are tried again only where they are named.

    Raises InputError where nothing is to be tried again, where later decisions came from the results, where the winner
    is frozen, and where time may run out.
    """
    method = space.search.method
    if method not in INDEPENDENT:
        raise InputError(
            f"{directory.name} is a {method} search, which has decided from its results what to train next: another "
            f"result now would not belong to those decisions; only {' and '.join(INDEPENDENT)} searches can be retried"
        )
    if frozen_winner(store) is not None:
        raise InputError(
            f"{directory.name} has its winner: trials that are tried again after the test split may have been opened "
            "would not be honest; begin a new run"
        )
    if current_space(space, store).search.max_time is not None:
        raise InputError(
            f"{directory.name} has a max_time, which may be up before the trials have ended a second time, and their "
            "first results would be lost"
        )
    states = {trial.id: trial.state for trial in store.trials(live=False)}
    if not wanted:
        failed = [number for number, state in states.items() if state is TrialState.FAILED]
        if not failed:
            raise InputError(f"no trial of {directory.name} has failed: there is nothing to try again")
        return failed
    for number in wanted:
        state = store.trial(number).state if number not in states else states[number]  # raises for one there is not
        if state not in (TrialState.FAILED, TrialState.DIVERGED):
            raise InputError(f"trial {number} is {state.value}; only failed and diverged trials can be tried again")
    return sorted(set(wanted))
