"""What has been made of a file so far, and where in it each part stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sweep.errors import Problem
from sweep.space.yaml_source import Document, Path_, Place


@dataclass(frozen=True)
class Carried:
    """A parameter as a definition has it, where it stands in the file, and what is different now, if anything."""

    parameter: Any
    path: Path_
    comment: str | None = None


@dataclass
class Found:
    """`left_out` are the parameters that could not be carried over; all that a user is told is in `notes`."""

    document: Document
    parameters: dict[str, Carried] = field(default_factory=dict)
    left_out: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def note(self, message: str, *path: str | int) -> None:
        """On what stands at `path`, or on the file as a whole."""
        self.notes.append(self.problem(message, *path))

    def leave_out(self, name: str, reason: str, *path: str | int) -> None:
        self.left_out.append(self.problem(f"{name}: {reason}", *path))
        self.note(f"{name}: left out: {reason}", *path)

    def problem(self, message: str, *path: str | int) -> Problem:
        """A mapping stands where its key does: its value would be the first key in it. What has no place, as what is
        missing, stands where the nearest thing above it does."""
        while path and path not in self.document.values:
            path = path[:-1]
        value: Any = self.document.data
        for part in path:
            value = value[part]
        return self.document.problem(path, message, at_key=isinstance(value, dict))

    def places(self) -> dict[Path_, Place]:
        """Where the parts of the definition, by their paths in it, come from."""
        theirs: dict[Path_, Path_] = {
            ("name",): ("name",),
            ("objective",): ("metric",),
            ("search",): ("early_terminate",) if "early_terminate" in self.document.data else ("method",),
            ("search", "max_trials"): ("run_cap",),
            **{("parameters", name): one.path for name, one in self.parameters.items()},
        }
        places = {ours: self.document.keys.get(path) for ours, path in theirs.items()}
        return {ours: place for ours, place in places.items() if place is not None}
