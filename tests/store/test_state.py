from __future__ import annotations

import pytest

from sweep.store import RunLock, sweep_state


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "interrupted"),
        (["started"], "interrupted"),
        (["started", "finished"], "finished"),
        (["started", "resumed"], "interrupted"),
        (["started", "finished", "resumed"], "interrupted"),
        (["started", "resumed", "finished"], "finished"),
        (["started", "finished", "evaluated"], "finished"),
    ],
)
def test_events_say_where_a_sweep_stands(run, store, events, expected):
    for kind in events:
        store.record_event(kind)
    assert sweep_state(run, store) == expected


def test_a_sweep_whose_lock_is_held_is_running(run, store):
    store.record_event("started")
    with RunLock(run):
        assert sweep_state(run, store) == "running"
    assert sweep_state(run, store) == "interrupted"
