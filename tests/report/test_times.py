from __future__ import annotations

from sweep.report.times import summary, trial_times
from tests.report.conftest import Made


def test_the_time_of_a_trial_is_training_and_what_else_its_attempts_took(answered: Made) -> None:
    found = trial_times(answered.read())
    assert [time.training for time in found] == [1.5] * 10 + [0.0, 0.5]
    assert all(time.other >= 0 for time in found)


def test_the_summary_adds_them_up(answered: Made) -> None:
    answered.store.record_event("searched", seconds=20.0)
    lines = dict(summary(answered.read()))
    assert lines["the search, by the clock"] == "20.0 s"
    assert lines["training in all trials together"] == "15.5 s"
    assert lines["an epoch, on average"] == "0.50 s"
    assert lines["retraining the winner"] == "1.5 s"
    assert lines["waiting and starting of 1 worker"] == "4.5 s"
