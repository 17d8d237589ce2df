"""What `sweep plan` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from sweep.cli.pace import whole
from sweep.cli.printing import print_folded, print_table
from sweep.cli.terminal import config_text, make_console
from sweep.text import byte_text, counted, printable

if TYPE_CHECKING:
    from sweep.data.dataset import Dataset
    from sweep.estimates.estimate import Estimate, Range
    from sweep.model.foresight import Foresight
    from sweep.search.plan import Plan

INDENT = 2
"""Of all lines of a text but the first."""


def plan_as_json(
    plan: Plan, foresights: Sequence[Foresight], dataset: Dataset, estimate: Estimate | None = None
) -> dict[str, Any]:
    """The shape of `sweep plan --json`."""
    return {
        "method": plan.method,
        "trials": plan.trials,
        "epochs": plan.epochs,
        "exact": plan.exact,
        "trainings": [
            {
                "bracket": one.bracket,
                "rung": one.rung,
                "trials": one.trials,
                "first_epoch": one.first_epoch,
                "last_epoch": one.last_epoch,
            }
            for one in plan.trainings
        ],
        "checkpoints": plan.checkpoints,
        "space_size": plan.size,
        "estimate": None if estimate is None else estimate.to_json(),
        "images": {"train": dataset.train_size, "validation": dataset.validation_size, "test": dataset.test_size},
        "classes": list(dataset.classes),
        "samples": [
            {
                "config": dict(config),
                "parameters": one.size and one.size.parameters,
                "memory_bytes": one.size and one.size.bytes,
                "checkpoint_bytes": one.size and one.size.checkpoint_bytes,
                "skipped": one.skipped,
                "failed": one.failed,
            }
            for config, one in zip(plan.configs, foresights, strict=False)
        ],
    }


def show_plan(plan: Plan, foresights: Sequence[Foresight], dataset: Dataset, estimate: Estimate | None = None) -> None:
    """Data, trials and epochs, the size of the space, about how long it takes, and a few configurations."""
    console = make_console()
    for line in _head(plan, dataset):
        print_folded(console, line, INDENT)
    print_table(console, _trainings(plan))
    for line in _tail(plan, foresights, estimate):
        print_folded(console, line, INDENT + (INDENT if line.startswith(" ") else 0))


def _head(plan: Plan, dataset: Dataset) -> Iterator[str]:
    shape = "x".join(map(str, dataset.image_shape))
    yield (
        f"data: {dataset.train_size:,} train, {dataset.validation_size:,} validation, {dataset.test_size:,} test "
        f"images, {shape}, {counted(len(dataset.classes), 'class', 'classes')}"
    )
    endless = "endlessly many configurations (a float has no steps)"
    yield f"space: {endless if plan.size is None else counted(plan.size, 'configuration')}"
    about = "" if plan.exact else "about "
    yield f"{plan.method}: {counted(plan.trials, 'trial')}, {about}{counted(plan.epochs, 'epoch')}"


def _tail(plan: Plan, foresights: Sequence[Foresight], estimate: Estimate | None) -> Iterator[str]:
    yield f"checkpoints: {_checkpoints(plan, foresights)}"
    yield from [] if estimate is None else _estimate_lines(estimate)
    for config, one in zip(plan.configs, foresights, strict=False):
        yield f"for example, {_about(one)}: {config_text(config) or 'all by default'}"
        if one.skipped:
            yield f"  would be skipped: {one.skipped}"
        if one.failed:
            yield f"  would fail: {printable(one.failed)}"


def _about(foresight: Foresight) -> str:
    if foresight.size is not None:
        return counted(foresight.size.parameters, "parameter")
    return "too large a model" if foresight.skipped else "no model"


def _checkpoints(plan: Plan, foresights: Sequence[Foresight]) -> str:
    """How many can be on disk at one time, and how large the shown configurations' are."""
    kept = f"at most {plan.checkpoints:,} kept for promotions and " if plan.checkpoints else ""
    count = f"{kept}one for each worker (two while it is replaced)"
    sizes = sorted(one.size.checkpoint_bytes for one in foresights if one.size is not None and one.would_train)
    if not sizes:
        return count
    least, most = byte_text(sizes[0]), byte_text(sizes[-1])
    examples = "these examples" if len(sizes) > 1 else "this example"
    return f"{count}, in {examples} {least if least == most else f'{least} to {most}'} each"


def _estimate_lines(estimate: Estimate) -> Iterator[str]:
    where = f"on {counted(estimate.workers, 'worker')}" if estimate.workers else "in this process"
    yield (
        f"time: the search {_range(estimate.search)} {where}, the retraining {_range(estimate.retraining)}; "
        "told from a few steps"
    )
    lasting, most = _range(estimate.lasting_bytes, byte_text), byte_text(estimate.checkpoint_bytes)
    yield f"disk: {lasting} when all is done, and at most {most} of checkpoints meanwhile"


def _range(of: Range, text: Callable[[float], str] = whole) -> str:
    low, high = text(of.low), text(of.high)
    return f"about {low}" if low == high else f"{low} to {high}"


def _trainings(plan: Plan) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    staged = bool(plan.trainings) and plan.trainings[0].rung is not None
    for name in (*(("bracket", "rung") if staged else ()), "trials", "epochs each", "epochs in all"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in plan.trainings:
        stage = (str(one.bracket), str(one.rung)) if staged else ()
        span = f"{one.first_epoch} to {one.last_epoch}" if staged else str(one.last_epoch)
        table.add_row(*stage, str(one.trials), span, str(one.epochs))
    return table
