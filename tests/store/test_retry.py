from __future__ import annotations

from sweep.records import Proposal, TrialState
from sweep.store import search_has_ended, sweep_state


def test_trials_that_are_retried_wait_again_for_the_epochs_they_had_and_the_search_is_open_again(run, store, fill):
    fill.ask(0)
    fill.train(0, 1)
    fill.tell(0, 1, None, state=TrialState.FAILED, error="killed")
    store.record_event("search_finished")
    store.record_event("finished")
    assert search_has_ended(store)
    store.retry([0])
    (trial,) = store.trials()
    assert (trial.state, trial.budget, trial.error) == (TrialState.WAITING, 2, None)
    assert [one for one in store.decisions() if isinstance(one, Proposal)][1] == store.decisions()[0]
    assert store.events()[-1].payload == {"after": 2, "trials": [0]}
    assert not search_has_ended(store)
    assert sweep_state(run, store) == "interrupted"


def test_the_digest_after_a_retry_is_that_of_a_sweep_in_which_nothing_failed(run, store, fill, filler, tmp_path):
    from sweep.store import Store

    fill.ask(0)
    fill.train(0, 1)
    fill.tell(0, 1, None, state=TrialState.FAILED, error="killed")
    failed = store.digest()
    store.retry([0])
    fill.train(0, 1, 2)
    fill.tell(0)
    with Store.create(tmp_path / "well.db", {"name": "well"}) as well:
        other = filler(well)
        other.ask(0)
        other.train(0, 1, 2)
        other.tell(0)
        assert store.digest() == well.digest() != failed


def test_to_retry_nothing_changes_nothing(store):
    store.retry([])
    assert store.events() == []
