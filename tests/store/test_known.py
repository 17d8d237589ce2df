from __future__ import annotations

import math

import pytest

from sweep.records import EpochReport, KnownTraining
from sweep.store.known import Known, known_trainings, record_known

REPORTS = (EpochReport(3, 1, {"loss": math.inf, "val_auc": None}, 0.1, b"\x80"), EpochReport(3, 2, {"loss": 0.1}, 0.2))
KNOWN = Known(3, "earlier", 7, KnownTraining(REPORTS, 12))


def test_what_was_taken_over_comes_back_to_the_bit(store):
    record_known(store, [KNOWN])
    store.record_event("started")
    assert known_trainings(store.events()) == {3: KNOWN}
    assert str(KNOWN) == "trial 7 of earlier"


@pytest.mark.parametrize(("trial", "epochs", "serves"), [(3, 1, True), (3, 2, True), (3, 3, False), (2, 1, False)])
def test_it_serves_a_trial_that_has_trained_no_more(store, fill, trial, epochs, serves):
    for number in range(4):
        fill.ask(number, last_epoch=3)
    fill.train(trial, *range(1, epochs + 1))
    fill.tell(trial, epochs=epochs)
    assert KNOWN.serves(store.trial(trial)) is serves


def test_nor_one_that_has_trained_nothing(store, fill):
    for number in range(4):
        fill.ask(number)
    assert not KNOWN.serves(store.trial(3))
