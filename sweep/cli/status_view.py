"""Where a run stands, for `sweep status`: on a screen, as one line, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from sweep.cli.live_view import standing_lines
from sweep.cli.pace import whole
from sweep.cli.standing import Incumbent, Running, Standing
from sweep.records import TrialState
from sweep.store.layout import RunDirectory
from sweep.text import number, printable


@dataclass(frozen=True)
class Status:
    """`state` as in `sweep_state`; `phase` what a process does that runs it, empty where there is none."""

    run: RunDirectory
    state: str
    phase: str
    standing: Standing

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def next_step(self) -> str:
        """The command to go on with, where there is one."""
        return self.run.command("resume") if self.state == "interrupted" else ""


def status_lines(status: Status, width: int, height: int) -> list[Text]:
    """At most `height` lines of at most `width` columns."""
    notice = f"{status.state}, {status.phase}" if status.phase else status.state
    return standing_lines(status.standing, width, height, notice)[1:]  # no line above: nothing stands there


def status_line(status: Status) -> str:
    """`digits-001: running, 12/49 trials, 187/375 epochs, best 0.9340 (trial 12), 18 s left`."""
    return f"{printable(status.run.name)}: {', '.join(_told(status))}"


def _told(status: Status) -> Iterator[str]:
    standing = status.standing
    yield status.phase or status.state
    yield f"{standing.trials_done:,}/{standing.trials_planned:,} trials"
    yield f"{standing.epochs_done:,}/{standing.epochs_planned:,} epochs"
    yield from (f"{count:,} {state.value}" for state, count in standing.states.items())
    if standing.best is not None:
        yield f"best {number(standing.best.objective)} (trial {standing.best.id})"
    if status.is_running and standing.left is not None:
        yield f"{whole(standing.left)} left"
    if status.next_step:
        yield f"go on with: {printable(status.next_step)}"


def change_key(status: Status) -> tuple[Any, ...]:
    """Equal where nothing has changed that is worth a line."""
    standing = status.standing
    return status.state, status.phase, standing.trials_done, tuple(standing.states.items()), standing.best


def status_as_json(status: Status) -> dict[str, Any]:
    """The shape of `sweep status --json`. Times are in seconds."""
    standing = status.standing
    return {
        "name": status.run.name,
        "state": status.state,
        "phase": status.phase or None,
        "method": standing.method,
        "objective": {"metric": standing.goal.metric, "direction": standing.goal.direction},
        "workers": standing.workers,
        "trials": {
            "planned": standing.trials_planned,
            "done": standing.trials_done,
            **{state.value: standing.states.get(state, 0) for state in TrialState if state in _BAD_ENDS},
        },
        "epochs": {"planned": standing.epochs_planned, "done": standing.epochs_done, "exact": standing.exact},
        "running": [_running_as_json(one) for one in standing.running],
        "best": _incumbent_as_json(standing.best),
        "beaten": _incumbent_as_json(standing.beaten),
        "epochs_per_second": standing.rate,
        "seconds_so_far": standing.elapsed if status.is_running else None,
        "seconds_left": standing.left if status.is_running else None,
    }


_BAD_ENDS = (TrialState.DIVERGED, TrialState.FAILED, TrialState.SKIPPED)


def _running_as_json(one: Running) -> dict[str, Any]:
    values = [value if value is not None and math.isfinite(value) else None for value in one.values]
    return {
        "id": one.id,
        "epoch": len(values),
        "budget": one.budget,
        "rung": one.rung,
        "values": values,
        "config": dict(one.config),
    }


def _incumbent_as_json(one: Incumbent | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"id": one.id, "objective": one.objective, "best_epoch": one.epoch, "config": dict(one.config)}
