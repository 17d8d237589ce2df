"""Is one classifier better than another on the same images, or was it chance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 10_000
SEED = 0
"""The same question gets the same answer."""


@dataclass(frozen=True)
class PairedBootstrap:
    """Of `n` images, `only_first` were right with the first classifier alone, `only_second` with the second alone.

    `difference` is the first accuracy minus the second; `low` and `high` are its 95 % interval.
    """

    n: int
    only_first: int
    only_second: int
    difference: float
    low: float
    high: float

    @property
    def is_more_than_chance(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def paired_bootstrap(first: np.ndarray, second: np.ndarray) -> PairedBootstrap:
    """For two arrays of booleans (n,), right or wrong, of the same images in the same order: the percentile interval of
    the difference over resamples of the images (B. Efron and R. J. Tibshirani, 1993, chapter 13).

    An image counts as 1, 0 or -1, so drawing the images again is drawing how many of each there are.
    """
    import numpy as np

    n = len(first)
    gained, lost = int((first & ~second).sum()), int((second & ~first).sum())
    counts = np.random.default_rng(SEED).multinomial(n, [gained / n, lost / n, (n - gained - lost) / n], RESAMPLES)
    low, high = np.percentile((counts[:, 0] - counts[:, 1]) / n, [2.5, 97.5])
    return PairedBootstrap(n, gained, lost, (gained - lost) / n, float(low), float(high))
