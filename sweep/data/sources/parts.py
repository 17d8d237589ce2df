"""Which part of the data a split that ships with it plays."""

from __future__ import annotations

from collections.abc import Collection

from sweep.errors import DataError
from sweep.space.data_settings import Splits
from sweep.text import printable

OBVIOUS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""What a split's name means (whatever its case) where `data.splits` does not say."""


def parts(names: Collection[str], splits: Splits | None, where: str) -> dict[str, str]:
    """Split name to `train`, `validation` or `test`. Names that `splits` does not list are left out.

    Raises DataError where a name is unknown, a part is played twice or nothing plays train.
    """
    found = _chosen(names, splits, where) if splits is not None else _obvious(names, where)
    for part in set(found.values()):
        players = sorted(name for name, played in found.items() if played == part)
        if len(players) > 1:
            raise DataError(
                f"{where}: {printable(' and '.join(players))} are both {part}; say in data.splits which one is"
            )
    if "train" not in found.values():
        raise DataError(f"{where}: no split is train (found: {_listed(names)}); say in data.splits which one is")
    return found


def _obvious(names: Collection[str], where: str) -> dict[str, str]:
    unknown = sorted(name for name in names if name.lower() not in OBVIOUS)
    if unknown:
        raise DataError(
            f"{where}: unknown split {unknown[0]!r} (known: {', '.join(OBVIOUS)}); say in data.splits what it is"
        )
    return {name: OBVIOUS[name.lower()] for name in names}


def _chosen(names: Collection[str], splits: Splits, where: str) -> dict[str, str]:
    wanted = [(part, name) for part, name in splits.model_dump().items() if name is not None]
    for part, name in wanted:
        if name not in names:
            raise DataError(
                f"{where}: data.splits says that {part} is {name!r}, but it is not there (found: {_listed(names)})"
            )
    if len({name for _, name in wanted}) < len(wanted):
        raise DataError(f"{where}: data.splits gives one split two parts")
    return {name: part for part, name in wanted}


def _listed(names: Collection[str]) -> str:
    shown = sorted(map(printable, names))
    return ", ".join(shown[:10]) + (f" and {len(shown) - 10} more" if len(shown) > 10 else "") if shown else "none"
