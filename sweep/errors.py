"""One error tree. The class of an error says what its catcher does next; the text says what the user does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SweepError(Exception):
    """Base of every error a user may see. `exit_code` is what the command line ends with."""

    exit_code = 1


class InputError(SweepError):
    """A wrong option, name or file: nothing was started, and nothing was written."""

    exit_code = 2


class DataError(InputError):
    """The images or their labels cannot be used as they are."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a definition. `line` and `column` are 1-based, 0 where there is no place to point at."""

    line: int
    column: int
    message: str

    def located(self, source: str) -> str:
        place = f"{source}:{self.line}:{self.column}" if self.line else source
        return f"{place}: {self.message}"


class DefinitionError(InputError):
    """A search-space file with one or more mistakes, all of them reported at once."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.located(source) for problem in self.problems))


class SweepFailed(SweepError):
    """The sweep could not finish. What it finished is in the store."""


class Interrupted(SweepError):
    """The user stopped the sweep; it can be resumed."""

    exit_code = 130
