"""A limit that is raised while the search goes on, or after it has ended."""

from __future__ import annotations

import pytest

from sweep.records import LimitsRaised, Proposal
from sweep.search.oracle_searcher import make_searcher, replay
from tests.search.driving import METHODS, Drive, by_training, drive, make_space, new_configs, proposals

OPTIONS = {
    "random": {},
    "grid": {},
    "bayesian": {"initial_points": 3, "generation": 2},
    "hyperband": {},
}


def limited(method, limit, **more):
    return make_space(method, search={**OPTIONS[method], "max_trials": limit}, **more)


def raised(space, limit, workers=1, after=None):
    """The facts of a search whose limit is raised after so many facts, at its end where left out."""
    loop = Drive(make_searcher(space), workers)
    loop.run(*([] if after is None else [after]))
    loop.searcher.raise_max_trials(limit)
    loop.facts.append(LimitsRaised(limit, None))
    loop.run()
    return loop.facts


@pytest.mark.parametrize("method", METHODS)
def test_more_trials_are_asked_for_up_to_the_new_limit(method):
    made = proposals(raised(limited(method, 4), 6))
    assert len(new_configs(made)) == len(set(new_configs(made))) == 6


@pytest.mark.parametrize("method", ["random", "grid", "bayesian"])
@pytest.mark.parametrize("workers", [1, 3])
def test_the_search_is_then_the_one_that_had_this_limit_from_the_beginning(method, workers):
    assert by_training(proposals(raised(limited(method, 4), 6, workers))) == by_training(drive(limited(method, 6)))


def test_so_it_is_for_hyperband_where_the_bracket_that_was_cut_short_has_not_promoted():
    whole = by_training(drive(limited("hyperband", 14)))
    facts = raised(limited("hyperband", 9), 14)  # its first bracket has 9 trials, and is whole
    assert by_training(proposals(facts)) == whole
    facts = raised(limited("hyperband", 10), 14, after=10)  # and here the limit is not reached yet
    assert by_training(proposals(facts)) == whole


def test_whoever_a_raised_limit_promotes_has_still_its_checkpoint():
    loop = Drive(make_searcher(limited("hyperband", 6)), 1)
    loop.run(12)  # six are asked for and have ended; a whole first rung has nine
    kept = loop.searcher.promotable()
    loop.searcher.raise_max_trials(9)
    promoted = {one.trial for one in proposals(loop.run()) if one.first_epoch > 0}
    assert promoted & set(range(6))
    assert promoted & set(range(6)) <= kept


def test_what_a_hyperband_bracket_has_promoted_stays_as_it_was_decided():
    before = by_training(drive(limited("hyperband", 11)))
    facts = raised(limited("hyperband", 11), 16)
    after = by_training(proposals(facts))
    assert {key: after[key] for key in before} == before
    new = [one for key, one in after.items() if key not in before]
    assert {one.trial for one in new} == {11, 12, 13}
    # The second bracket had 2 of its 5 trials and promoted of them; the new ones begin in the third and last one, which
    # has room for 3, and two more find no place.
    assert {(one.bracket, one.rung) for one in new} == {(0, 0)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("workers", [1, 3])
def test_a_resumed_search_raises_its_limit_where_it_was_raised(method, workers):
    space = limited(method, 4)
    whole = raised(space, 6, workers, after=5)
    everything = by_training(proposals(whole))
    for length in range(6, len(whole), 3):
        searcher, running = replay(space, whole[:length])
        resumed = Drive(searcher, workers, running=dict(running), facts=whole[:length])
        assert by_training(proposals(resumed.run())) == everything


def test_without_the_raise_the_history_is_none_of_this_search():
    space = limited("random", 4)
    facts = [fact for fact in raised(space, 6) if not isinstance(fact, LimitsRaised)]
    assert isinstance(facts[8], Proposal)
    with pytest.raises(Exception, match="trial 4: the search would decide otherwise now"):
        replay(space, facts)


def test_hyperband_without_a_limit_is_the_whole_schedule():
    whole = by_training(drive(make_space("hyperband")))
    assert by_training(proposals(raised(limited("hyperband", 9), None))) == whole
