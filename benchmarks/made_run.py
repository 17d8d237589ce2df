"""A run directory with thousands of trials that nothing has trained, as a sweep leaves it that was stopped.

python -m benchmarks.made_run 10000 9999
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.orchestration import PARAMETERS, train_nothing
from sweep.boards import make_tracker
from sweep.data.prepare import prepare
from sweep.executors.inline import InlineExecutor
from sweep.loop import Loop
from sweep.new_run import new_run
from sweep.observers import TableObserver
from sweep.preparation import Ready
from sweep.records import EpochReport, TrialRequest, TrialResult
from sweep.search.oracle_searcher import make_searcher
from sweep.seeds import derive_seed
from sweep.space.definition import Space
from sweep.stop import StopSignal
from sweep.store.layout import DEFAULT_RUNS_DIR
from sweep.store.store import Store


def make_run(trials: int, done: int) -> None:
    """In the current folder: a random search for `trials` trials of one epoch that was stopped after `done`."""
    space = Space.model_validate(
        {
            "name": "made",
            "data": {"source": "digits"},
            "search": {"method": "random", "max_trials": trials},
            "parameters": PARAMETERS | {"epochs": 1},
        }
    )
    ready = Ready(space, prepare(space.data))
    run, stop = new_run(DEFAULT_RUNS_DIR, None, ready), StopSignal()

    def train(request: TrialRequest) -> Iterator[EpochReport | TrialResult]:
        stop.requested = request.trial + 1 == done
        yield from train_nothing(request)

    with Store.open(run.database) as store:
        store.record_event("started", workers=1)
        store.record_event("planned", max_trials=trials, trials=trials, epochs=trials, exact=True)
        tracker, tables = make_tracker(run, store, space), TableObserver(run, store)
        tracker.rebuild([])
        parts = make_searcher(space), InlineExecutor(train), store
        Loop(
            *parts,
            seed_of=partial(derive_seed, 0, "trial"),
            checkpoints=run.checkpoints,
            observers=[tracker, tables],
            stop=stop,
        ).run()
        store.record_event("searched", seconds=1.0)
        tables.refresh()


if __name__ == "__main__":
    make_run(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({}))
