from __future__ import annotations

import math

import pytest

from sweep.records import EpochReport, KnownTraining
from sweep.store.known import Known, KnownTrainings

REPORTS = (EpochReport(7, 1, {"loss": math.inf, "val_auc": None}, 0.0, b"\x80"), EpochReport(7, 2, {"loss": 0.1}, 0.0))
CONFIG = {"dense_units": 8, "epochs": 2}
KNOWN = Known("earlier", 7, 103, CONFIG, KnownTraining(REPORTS, 12))


def test_what_may_be_taken_over_comes_back_to_the_bit(store):
    store.record_known([KNOWN])
    assert store.known() == [KNOWN]
    assert KnownTrainings(store.known()).training(103, CONFIG) == KNOWN.training
    assert str(KNOWN) == "trial 7 of earlier"


@pytest.mark.parametrize(
    ("seed", "config", "is_found"),
    [(103, {"epochs": 9, "dense_units": 8}, True), (104, CONFIG, False), (103, {"dense_units": 9}, False)],
)
def test_it_is_found_by_seed_and_configuration_however_long(seed, config, is_found):
    assert (KnownTrainings([KNOWN]).training(seed, config) is not None) is is_found


def test_trials_with_one_seed_are_told_apart_by_their_configurations():
    other = Known("earlier", 8, 103, {"dense_units": 9}, KnownTraining((), None))
    found = KnownTrainings([KNOWN, other])
    assert found.training(103, CONFIG) == KNOWN.training
    assert found.training(103, {"dense_units": 9}) == other.training


@pytest.mark.parametrize(("seconds", "served"), [(0.0, True), (0.25, False)])
def test_a_trial_that_took_time_was_trained_here(store, fill, seconds, served):
    fill.ask(0, config=CONFIG)
    fill.train(0, 1, 2, seconds=seconds)
    fill.tell(0)
    assert (KnownTrainings([KNOWN]).served(store.trial(0), 103) is not None) is served


def test_nor_was_one_served_that_has_trained_nothing(store, fill):
    fill.ask(0, config=CONFIG)
    assert KnownTrainings([KNOWN]).served(store.trial(0), 103) is None
