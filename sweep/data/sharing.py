"""Whole images shared out among classes: in proportion, within bounds, the same way every time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from sweep.seeds import derive_seed

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def apportion(sizes: Sequence[int], total: int, least: Sequence[int], most: Sequence[int]) -> list[int]:
    """`total` in proportion to `sizes`, each share within its bounds: the method of the largest remainder.

    Where the bounds leave no other way, the shares add up to less or more than `total`.
    """
    quotas = [size * total / max(1, sum(sizes)) for size in sizes]
    shares = [min(max(int(quota), low), high) for quota, low, high in zip(quotas, least, most, strict=True)]
    while step := (sum(shares) < total) - (sum(shares) > total):
        movable = [i for i, share in enumerate(shares) if least[i] <= share + step <= most[i]]
        if not movable:
            break
        neediest = max(movable, key=lambda i: (step * (quotas[i] - shares[i]), -i))
        shares[neediest] += step
    return shares


def shuffled(things: Sequence[T], seed: int, *purpose: str | int) -> list[T]:
    """In an order that depends on the seed, the purpose and the order given, and on nothing else."""
    order = np.random.default_rng(derive_seed(seed, *purpose)).permutation(len(things))
    return [things[index] for index in order]


def grouped(indices: Iterable[int], keys: Sequence[K]) -> dict[K, list[int]]:
    """Indices by their key, in the order in which the keys are met."""
    groups: dict[K, list[int]] = {}
    for index in indices:
        groups.setdefault(keys[index], []).append(index)
    return groups
