from __future__ import annotations

import dataclasses
import hashlib
import math

import pytest

from sweep.records import EpochReport, TrialLost, TrialRecord, TrialState
from sweep.store import Store
from sweep.store.digest import digest_of

TRIAL = TrialRecord(
    id=0,
    state=TrialState.COMPLETED,
    config={"b": 1, "a": 0.1},
    budget=2,
    epochs_trained=1,
    best_epoch=1,
    objective=0.5,
    bracket=1,
    rung=0,
)
EPOCHS = {0: [EpochReport(0, 1, {"val_loss": math.nan, "loss": 1 / 3}, 0.1)]}


def test_the_digest_is_the_sha256_of_canonical_json():
    line = (
        '{"best_epoch":1,"bracket":1,"budget":2,"config":{"a":0.1,"b":1},"epochs":[[1,{"loss":0.3333333333333333,'
        '"val_loss":NaN}]],"epochs_trained":1,"id":0,"objective":0.5,"rung":0,"state":"completed"}\n'
    )
    assert digest_of([TRIAL], EPOCHS) == hashlib.sha256(line.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"id": 1},
        {"state": TrialState.FAILED},
        {"state": TrialState.SKIPPED},
        {"config": {"b": 1, "a": 0.10000000000000002}},
        {"config": {"b": 1.0, "a": 0.1}},
        {"budget": 3},
        {"epochs_trained": 0},
        {"best_epoch": 2},
        {"objective": 0.5000000000000001},
        {"objective": None},
        {"bracket": None},
        {"rung": 1},
    ],
)
def test_every_result_counts(change):
    assert digest_of([dataclasses.replace(TRIAL, **change)], EPOCHS) != digest_of([TRIAL], EPOCHS)


def test_the_last_bit_of_any_epoch_counts():
    other = {0: [EpochReport(0, 1, {"val_loss": math.nan, "loss": math.nextafter(1 / 3, 1)}, 0.1)]}
    assert digest_of([TRIAL], other) != digest_of([TRIAL], EPOCHS)
    assert digest_of([TRIAL], {}) != digest_of([TRIAL], EPOCHS)


@pytest.mark.parametrize(
    "change",
    [
        {"attempts": 3},
        {"seconds": 9.0},
        {"error": "ValueError: object at 0x7f00"},
        {"parameter_count": 5},
        {"config": {"a": 0.1, "b": 1}},
    ],
)
def test_how_it_came_about_does_not_count(change):
    assert digest_of([dataclasses.replace(TRIAL, **change)], EPOCHS) == digest_of([TRIAL], EPOCHS)


def test_epochs_of_a_lost_attempt_beyond_the_result_do_not_count():
    further = {0: [*EPOCHS[0], EpochReport(0, 2, {"loss": 0.1}, 0.1)]}
    assert digest_of([TRIAL], further) == digest_of([TRIAL], EPOCHS)


def test_two_stores_filled_in_different_orders_have_one_digest(tmp_path, filler):
    with Store.create(tmp_path / "a.db", {"name": "a"}) as a, Store.create(tmp_path / "b.db", {"name": "b"}) as b:
        straight, crooked = filler(a), filler(b)
        for trial in (0, 1):
            straight.ask(trial)
            straight.train(trial, 1, 2, value=trial / 3, seconds=1.0)
            straight.tell(trial, objective=trial / 3)
        crooked.ask(0)
        crooked.ask(1)
        crooked.train(1, 1, value=1 / 3)
        b.record_lost(TrialLost(1, "killed by signal 9"))
        crooked.train(1, 1, 2, value=1 / 3, seconds=2.0)
        crooked.train(0, 1, 2, value=0.0)
        assert a.digest() != b.digest()
        crooked.tell(1, objective=1 / 3)
        crooked.tell(0, objective=0.0)
        assert a.digest() == b.digest()


def test_releasing_running_trials_changes_no_result(store, fill):
    fill.ask(0)
    fill.train(0, 1)
    before = store.digest()
    assert store.release_running() == [0]
    assert store.digest() == before
