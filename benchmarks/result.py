"""A row of the table that `bench.py` prints."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "| row | ours | against | ratio | goal | reached | others |\n|---|--:|---|--:|--:|---|--:|"

DISTURBED = 0.1
"""Where others took more of the machine than this, no time is held against a goal."""


@dataclass(frozen=True)
class Result:
    """`reached` is None where there is no goal; `others` is the part of the machine that others took meanwhile, None
    where that does not matter or cannot be known."""

    row: str
    ours: str
    against: str
    ratio: str = ""
    goal: str = ""
    reached: bool | None = None
    others: float | None = None

    def __str__(self) -> str:
        others = "" if self.others is None else f"{self.others:.0%}"
        cells = (self.row, self.ours, self.against, self.ratio, self.goal, self._verdict, others)
        return f"| {' | '.join(cells)} |"

    @property
    def _verdict(self) -> str:
        if self.reached is not None and (self.others or 0.0) > DISTURBED:
            return "disturbed"
        return {True: "yes", False: "**no**", None: ""}[self.reached]


def at_most(row: str, value: float, limit: float, unit: str, against: str = "", others: float | None = None) -> Result:
    """A row whose goal is a number, as `<= 0.4 s`."""
    return Result(row, f"{value:.2f} {unit}", against, "", f"<= {limit:g} {unit}", value <= limit, others)
