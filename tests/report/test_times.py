from __future__ import annotations

from dataclasses import replace

from sweep.estimates.estimate import REPORT_BYTES, Estimate, Range
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


def test_what_the_plan_had_said_is_told_with_its_error(answered: Made) -> None:
    told = Estimate(1, Range(10.0, 16.0), Range(3.0, 4.0), Range(REPORT_BYTES + 4e5, REPORT_BYTES + 5e5), 0)
    answered.store.record_event("estimated", **told.to_json())
    answered.store.record_event("searched", seconds=20.0)
    run = replace(answered.read(), lasting_bytes=1_000_000)
    lines = {name: text.replace("\N{NO-BREAK SPACE}", " ") for name, text in summary(run)}
    assert lines["what sweep plan had said"] == "10.0 s to 16.0 s: 20 % too short"
    assert lines["retraining the winner"] == "1.5 s; sweep plan had said 3.0 s to 4.0 s: 100 % too long"
    size = "1 MB; sweep plan had said 400 kB to 500 kB besides it: 50 % too little"
    assert lines["on disk, besides this page"] == size


def test_what_lasts_is_all_but_report_and_checkpoints(answered: Made) -> None:
    before = answered.read().lasting_bytes
    answered.directory.report.write_bytes(b"x" * 100_000)
    (answered.directory.checkpoints / "trial-0000.ckpt").write_bytes(b"x" * 100_000)
    (answered.directory.final / "model.keras").write_bytes(b"x" * 1_000)
    assert answered.read().lasting_bytes == before + 1_000
    answered.store.close()
    files = [answered.directory.report, *answered.directory.checkpoints.iterdir()]
    rest = sum(
        path.stat().st_size for path in answered.directory.root.rglob("*") if path.is_file() and path not in files
    )
    assert rest == before + 1_000  # the store's log has come into it
