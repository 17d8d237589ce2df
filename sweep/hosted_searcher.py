"""The searcher in a process of its own, so that the orchestrator need not import KerasTuner, and with it TensorFlow."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sweep.errors import SweepFailed
from sweep.executors.base import Executor, WorkerLost
from sweep.records import Decision, Proposal, TrialResult, Workload
from sweep.search.searcher import Searcher
from sweep.space.definition import Space

LIVES = 3
"""A process that has died more often than this while it did one thing will do so again."""

NO_SEARCHER = "no searcher"
"""The answer of a process that was started in the place of another one."""

_Request = tuple[str, tuple[Any, ...]]


class SearcherTask:
    """What the process runs: `replay`, which makes the searcher, then its methods; and `workload`. Light to pickle."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._searcher: Searcher | None = None

    def __call__(self, request: _Request) -> Iterator[Any]:
        method, arguments = request
        if method == "replay":
            from sweep.search.oracle_searcher import replay

            self._searcher, open_proposals = replay(self._space, *arguments)
            yield list(open_proposals.values())
        elif method == "workload":
            from sweep.search.plan import make_plan

            yield make_plan(*arguments).workload
        elif self._searcher is None:
            yield NO_SEARCHER
        else:
            yield getattr(self._searcher, method)(*arguments)


class HostedSearcher:
    """A `Searcher` that an executor of one worker runs. Where that dies, another replays the `decisions` so far.

    A result must be among them before it is told, and a proposal only once it has been given, as the loop has it.
    """

    def __init__(self, executor: Executor, decisions: Callable[[], Sequence[Decision]]) -> None:
        self._executor, self._decisions = executor, decisions
        self._submit("replay", self._decisions())

    @functools.cached_property
    def open_proposals(self) -> list[Proposal]:
        """Those that have not ended. The replay runs while the caller does something else, until this is asked for."""
        try:
            return self._answer()
        except _Lost:
            return self._replay()

    def ask(self) -> Proposal | None:
        return self._call("ask")

    def tell(self, result: TrialResult) -> None:
        try:
            self._send("tell", result)
        except _Lost:
            self._replay()  # with this result

    def promotable(self) -> set[int]:
        return self._call("promotable")

    def workload(self, space: Space) -> Workload:
        """What a search of this space trains in all, as `make_plan` says."""
        return self._call("workload", space)

    def _call(self, method: str, *arguments: Any) -> Any:
        reason = ""
        for _ in range(LIVES):
            try:
                return self._send(method, *arguments)
            except _Lost as exc:
                reason = str(exc)
                self._replay()
        raise SweepFailed(f"the search cannot go on: {reason}")

    def _replay(self) -> list[Proposal]:
        reason = ""
        for _ in range(LIVES):
            try:
                self._submit("replay", self._decisions())
                return self._answer()
            except _Lost as exc:
                reason = str(exc)
        raise SweepFailed(f"the search cannot go on: {reason}")

    def _send(self, method: str, *arguments: Any) -> Any:
        self.open_proposals  # noqa: B018 - until they are there, the process is busy with them
        self._submit(method, *arguments)
        return self._answer()

    def _submit(self, method: str, *arguments: Any) -> None:
        self._executor.submit((method, arguments))

    def _answer(self) -> Any:
        found: list[Any] = []
        while self._executor.busy:
            found += [event for _, event in self._executor.collect(1.0)]
        if isinstance(found[-1], WorkerLost):
            raise _Lost(found[-1].reason)
        if found[-1] == NO_SEARCHER:
            raise _Lost("its process was replaced again and again")
        return found[-1]


class _Lost(Exception):
    """The process died before it had answered."""
