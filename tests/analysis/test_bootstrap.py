from __future__ import annotations

import numpy as np
import pytest

from sweep.analysis.bootstrap import RESAMPLES, paired_bootstrap


def test_the_interval_is_that_of_resampled_images() -> None:
    """Against images that are really drawn again, one by one."""
    generator = np.random.default_rng(1)
    first, second = generator.random(200) < 0.9, generator.random(200) < 0.8
    found = paired_bootstrap(first, second)
    differences = first.astype(float) - second
    drawn = differences[generator.integers(0, 200, (RESAMPLES, 200))].mean(axis=1)
    assert found.difference == pytest.approx(differences.mean())
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])), abs=0.01)


def test_equal_models_differ_by_nothing() -> None:
    right = np.array([True, False, True])
    found = paired_bootstrap(right, right)
    assert (found.difference, found.low, found.high, found.is_more_than_chance) == (0, 0, 0, False)


def test_many_images_in_favour_are_more_than_chance_and_few_are_not() -> None:
    always, never = np.ones(100, bool), np.zeros(100, bool)
    assert paired_bootstrap(always, never).is_more_than_chance
    assert paired_bootstrap(never, always).high < 0
    one_better = never.copy()
    one_better[0] = True
    found = paired_bootstrap(one_better, never)
    assert (found.only_first, found.only_second, found.is_more_than_chance) == (1, 0, False)


def test_the_same_question_gets_the_same_answer() -> None:
    right = np.random.default_rng(0).random((2, 50)) < 0.7
    assert paired_bootstrap(*right) == paired_bootstrap(*right)
