"""A sweep on the terminal: a line for each trial that ends and, below them, what runs now; only lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from sweep.cli.activity import Activity, activity_line
from sweep.cli.live_lines import LONG_READING, data_lines, run_line, trial_line
from sweep.cli.live_screen import LiveScreen
from sweep.cli.live_state import LiveState
from sweep.cli.live_view import standing_lines
from sweep.cli.pace import Pace, whole
from sweep.cli.terminal import config_text, literal, make_console
from sweep.loop import Ending
from sweep.observers import Reporter
from sweep.records import EpochReport, TrialLost, TrialRecord, Workload
from sweep.space.definition import Space
from sweep.store.store import Store
from sweep.text import counted, number

if TYPE_CHECKING:
    from sweep.final.requests import RetrainEpoch
    from sweep.final.winner import Winner
    from sweep.preparation import Ready

STOPPING = "stopping at the end of the running epochs; Ctrl-C once more stops now"
WINDING_DOWN = "stopping once the running trials have ended, as `sweep stop` asked for"
RETRAINING = "retraining on train+validation, epochs"


class ConsoleReporter(Reporter):
    """Use as a context manager, so that what is below the lines is taken away whatever happens."""

    def __init__(self, to_stderr: bool = False) -> None:
        self._screen = LiveScreen(make_console(stderr=to_stderr, lines=True), self._draw)
        self._pace, self._said_pace = Pace(), False
        self._state: LiveState | None = None
        self._activity: Activity | None = Activity("starting")
        self._notice = ""

    def __enter__(self) -> Self:
        self._screen.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state = self._activity = None
        self._screen.__exit__(kind, value, trace)

    def data(self, done: int, total: int) -> None:
        self._pace.count(done, total)
        self._activity = Activity("reading images", done, total, str(self._pace))
        long = self._pace.seconds > LONG_READING and not self._said_pace and done < total
        if long and not self._screen.is_live:
            self._say(f"reading images: {done:,} of {total:,}, {self._pace}")
            self._said_pace = True

    def timing(self, done: int, total: int) -> None:
        """So many configurations of a plan have been looked at."""
        begun = self._activity if done else None
        self._activity = (begun or Activity("timing a few steps")).at(done, total, "")

    def ready(self, ready: Ready) -> None:
        for line in data_lines(ready, self._pace):
            self._say(line)
        self._activity = Activity("starting")

    def searching(self, store: Store, space: Space, workers: int, workload: Workload) -> None:
        self._say(run_line(store.facts["name"], space.search.method, workers, workload))
        done = store.trials(live=False)
        self._state = LiveState(store, space.goal, space.search.method, workers, workload, done)
        epochs = self._state.epochs_done
        if epochs:
            self._say(f"resumed: {counted(epochs, 'epoch')} of {counted(len(done), 'trial')} done already")

    def trial(self, record: TrialRecord) -> None:
        if self._state is not None:
            is_best = self._state.trial(record)
            if record.state.is_finished:
                self._say(trial_line(record, self._state.goal, is_best))

    def epoch(self, report: EpochReport) -> None:
        if self._state is not None:
            self._state.epoch(report)

    def stopping(self) -> None:
        self._notice = STOPPING
        self._say(STOPPING)

    def winding_down(self) -> None:
        self._notice = WINDING_DOWN
        self._say(WINDING_DOWN)

    def lost(self, loss: TrialLost) -> None:
        if self._state is not None:
            self._state.gone(loss.trial)
        self._say(f"trial {loss.trial:>3}  [yellow]retried[/]    {literal(loss.reason)}")

    def searched(self, ending: Ending | None) -> None:
        self._state, self._activity, self._notice = None, None, ""
        if ending is Ending.OUT_OF_TIME:
            self._say("max_time is up: no more training is begun")

    def retraining(self, winner: Winner, space: Space) -> None:
        goal = f"{space.goal.metric} {number(winner.objective)}"
        self._say(f"[bold]winner:[/] trial {winner.id}, {goal} at epoch {winner.best_epoch}")
        for text in filter(None, (config_text(winner.config), winner.note)):
            self._say(Padding(literal(text), (0, 0, 0, 2), expand=False))
        self._activity = Activity(RETRAINING)

    def retrain(self, report: RetrainEpoch) -> None:
        if report.epoch == report.epochs:
            self._activity = Activity("evaluating on test")
        elif self._activity is not None:
            left = self._activity.seconds / report.epoch * (report.epochs - report.epoch)
            self._activity = self._activity.at(report.epoch, report.epochs, f"{whole(left)} left")

    def evaluated(self, metrics: dict[str, Any]) -> None:
        from sweep.final.screen import render

        self._activity = None
        self._screen.flush()
        render(metrics, self._screen.console)

    def note(self, text: str) -> None:
        self._say(literal(text))

    def warning(self, text: str) -> None:
        self._say(f"[yellow]warning:[/] {literal(text)}")

    def _say(self, text: RenderableType) -> None:
        self._screen.say(text)

    def _draw(self, width: int, height: int) -> list[Text]:
        state, activity = self._state, self._activity  # the other thread may change them meanwhile
        if state is not None:
            return standing_lines(state.standing(), width, height, self._notice)
        return [] if activity is None else [activity_line(activity, width)]
