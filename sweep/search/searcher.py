"""Ask and tell: what runs next, decided from the space and the results so far and from nothing else."""

from __future__ import annotations

from typing import Protocol

from sweep.records import Proposal, TrialResult


class Searcher(Protocol):
    """Decides what to train. The same asks and tells in the same order always give the same proposals."""

    def ask(self) -> Proposal | None:
        """The next training; None where nothing can be decided until more is told, and at the end."""

    def tell(self, result: TrialResult) -> None:
        """How a proposed training ended."""

    def promotable(self) -> set[int]:
        """Ended trials that may still be asked to train on: their checkpoints are needed."""
