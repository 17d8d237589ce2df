from __future__ import annotations

import pytest

from sweep import doctor
from tests.cli.conftest import Sweep


def test_doctor_shows_each_check(sweep: Sweep) -> None:
    done = sweep("doctor", "--no-self-test")
    assert (done.code, done.err) == (0, "")
    begun = [line.split()[:2] for line in done.lines if not line.startswith(" ")]
    assert begun[:3] == [["ok", "python:"], ["ok", "packages:"], ["ok", "machine:"]]


def test_doctor_ends_with_1_where_something_is_wrong(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "try_sweep", lambda: doctor.Check("self-test", False, "it \x1b broke"))
    done = sweep("doctor")
    assert (done.code, done.lines[-1]) == (1, "WRONG  self-test: it \\x1b broke")
    told = sweep("doctor", "--json")
    assert (told.code, told.json["ok"]) == (1, False)
    assert told.json["checks"][-1] == {"name": "self-test", "ok": False, "text": "it \x1b broke"}
