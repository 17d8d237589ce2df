"""What cannot be tried again is left as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sweep.errors import InputError
from sweep.records import TrialState
from sweep.retrying import trials_to_retry
from sweep.space.load import parse_space
from tests.cli.conftest import Run


def test_a_run_whose_time_may_be_up_keeps_the_results_it_has(make_run: Callable[..., Run]) -> None:
    text = "name: digits\ndata: {source: digits}\nsearch: {method: random, max_trials: 2, max_time: 1m}\n"
    run = make_run(definition=text)
    run.trial(0, TrialState.FAILED, error="boom")
    with pytest.raises(InputError, match="has a max_time"):
        trials_to_retry(run.directory, run.store, parse_space(text, "space.yaml"), [])
    assert run.store.trial(0).error == "boom"
