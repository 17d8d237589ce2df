"""A row of the table that `bench.py` prints."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "| row | ours | against | ratio | goal | reached |\n|---|--:|---|--:|--:|---|"


@dataclass(frozen=True)
class Result:
    """`reached` is None where there is no goal."""

    row: str
    ours: str
    against: str
    ratio: str = ""
    goal: str = ""
    reached: bool | None = None

    def __str__(self) -> str:
        reached = {True: "yes", False: "**no**", None: ""}[self.reached]
        return f"| {' | '.join((self.row, self.ours, self.against, self.ratio, self.goal, reached))} |"


def at_most(row: str, value: float, limit: float, unit: str, against: str = "") -> Result:
    """A row whose goal is a number, as `<= 0.4 s`."""
    return Result(row, f"{value:.2f} {unit}", against, "", f"<= {limit:g} {unit}", value <= limit)
