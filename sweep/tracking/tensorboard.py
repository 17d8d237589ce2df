"""One HParams row and the per-epoch curves of every trial, as TensorBoard event files."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sweep.errors import SweepFailed
from sweep.records import METRICS, EpochReport, Objective, TrialLost, TrialRecord, TrialState
from sweep.space.dimensions import Dimension
from sweep.tracking import hparams
from sweep.tracking.events import EventFile, scalars


@dataclass
class _Run:
    """What has been written of one trial, so that nothing is written twice."""

    file: EventFile
    ended: bool = False
    state: TrialState = TrialState.WAITING
    epoch: int = 0
    facts: dict[str, float] = field(default_factory=dict)


class TensorBoardTracker:
    """Writes a sweep's facts under `logdir`, one directory a trial, each fact on disk when its method returns.

    `rebuild` comes first, for a new sweep with nothing in it; then `trial` whenever there is news of one, before its
    first `epoch` too; `finish` when the sweep has ended. Known facts and epochs that are trained again write nothing.
    `sweep_id` keeps the rows of equally named sweeps apart. No method imports TensorFlow.
    """

    def __init__(
        self, logdir: Path, sweep_name: str, sweep_id: str, dimensions: Sequence[Dimension], goal: Objective
    ) -> None:
        self._logdir = logdir
        self._name = sweep_name
        self._id = sweep_id
        self._dimensions = tuple(dimensions)
        self._goal = goal
        self._runs: dict[int, _Run] = {}

    def rebuild(
        self,
        trials: Iterable[TrialRecord] = (),
        epochs: Mapping[int, Sequence[EpochReport]] | None = None,
        *,
        finished: bool = False,
    ) -> None:
        """Delete all that is under `logdir`, the final model's run too, and write it anew from the facts of the store.

        `epochs` has the reports by trial id, in their order. `finished` says that the sweep has ended, so that every
        completed trial is a success; else it can go on from here.
        """
        _make_empty(self._logdir)
        self._runs = {}
        for record in trials:
            self._replay(record, (epochs or {}).get(record.id, ()))
        if finished:
            self.finish()

    def trial(self, record: TrialRecord) -> None:
        """Begin the row of a trial that is met for the first time; write what is new about one that is known."""
        self._update(record, time.time())

    def epoch(self, report: EpochReport) -> None:
        """Add a point to each curve of a trial that `trial` has begun."""
        self._curves(report, time.time())

    def lost(self, loss: TrialLost) -> None:
        """Its curves go on where they are."""

    def finish(self) -> None:
        """No trial will be promoted any more: those that are completed have succeeded."""
        for run in self._runs.values():
            if run.state is TrialState.COMPLETED:
                self._end(run, time.time())

    def _replay(self, record: TrialRecord, reports: Sequence[EpochReport]) -> None:
        # As if it had ended now, so that the relative time axis is true and what a resume appends comes later.
        now = time.time()
        wall_time = now - sum(report.seconds for report in reports)
        file = self._file(record)
        with file.gathering():
            self._start(record, wall_time, file)
            for report in reports:
                wall_time += report.seconds
                self._curves(report, wall_time)
            self._update(record, now)

    def _update(self, record: TrialRecord, wall_time: float) -> None:
        run = self._start(record, wall_time)
        run.state = record.state
        facts = _facts(record, self._goal)
        news = {tag: value for tag, value in facts.items() if run.facts.get(tag) != value}
        if news:
            run.file.write(scalars(news), record.epochs_trained, wall_time)
            run.facts |= news
        if record.state.is_finished and (record.rung is None or record.state is not TrialState.COMPLETED):
            self._end(run, wall_time)

    def _curves(self, report: EpochReport, wall_time: float) -> None:
        run = self._runs[report.trial]
        if report.epoch > run.epoch:
            points = scalars({curve_tag(metric): value for metric, value in report.metrics.items()})
            run.file.write(points, report.epoch, wall_time)
            run.epoch = report.epoch

    def _file(self, record: TrialRecord) -> EventFile:
        return EventFile(self._logdir / f"trial-{record.id:04d}")

    def _start(self, record: TrialRecord, wall_time: float, file: EventFile | None = None) -> _Run:
        if record.id not in self._runs:
            # The number comes first because the page cuts the text off after some 16 letters.
            row = f"{record.id:04d} {self._name}-{self._id[:6]}"
            values = [hparams.session_start(row, record.config, wall_time)]
            if not self._runs:
                # In a directory of their own the columns would be an empty run in every list: they go with a trial.
                values.append(hparams.experiment(self._name, self._dimensions, _columns(self._goal)))
            run = self._runs[record.id] = _Run(file or self._file(record))
            run.file.write(values, 0, wall_time)
        return self._runs[record.id]

    def _end(self, run: _Run, wall_time: float) -> None:
        if not run.ended:
            success = run.state is TrialState.COMPLETED
            run.file.write([hparams.session_end(success, wall_time)], run.epoch, wall_time)
            run.ended = True


def _make_empty(folder: Path) -> None:
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as exc:
        raise SweepFailed(
            f"{folder}: cannot be made anew: {exc.strerror or exc}; check its permissions and what is in it"
        ) from exc


def curve_tag(metric: str) -> str:
    """`val_loss` is `loss/validation`, `loss` is `loss/train`: TensorBoard shows the two side by side, in one group."""
    return f"{metric.removeprefix('val_')}/{'validation' if metric.startswith('val_') else 'train'}"


def _facts(record: TrialRecord, goal: Objective) -> dict[str, float]:
    """What the table shows besides the curves; what is not known yet, or is no finite number, is left out."""
    facts = {
        _best_tag(goal): record.objective,
        "trial/epochs": record.epochs_trained or None,
        "trial/best_epoch": record.best_epoch,
        "trial/seconds": record.seconds or None,
        "trial/parameters": record.parameter_count,
        "trial/rung": record.rung,
    }
    return {tag: value for tag, value in facts.items() if value is not None and math.isfinite(value)}


def _columns(goal: Objective) -> dict[str, str]:
    """Metric tags and the names shown, in the order of the table, of which TensorBoard shows the first five at once.

    The table shows a metric's last value, so the best one is a metric of its own, and the curves serve as they are.
    """
    return {
        _best_tag(goal): f"best {goal.metric}",
        curve_tag(goal.metric): goal.metric,
        "trial/epochs": "epochs trained",
        "trial/seconds": "seconds",
        "trial/parameters": "parameters",
        "trial/rung": "rung",
        "trial/best_epoch": "best epoch",
        **{curve_tag(metric): metric for metric in reversed(METRICS)},
    }


def _best_tag(goal: Objective) -> str:
    return f"trial/best_{goal.metric}"
