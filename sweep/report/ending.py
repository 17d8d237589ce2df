"""The report at the end of a sweep: what goes wrong with it costs the report and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from sweep.final.metrics_file import read_metrics
from sweep.store.layout import RunDirectory
from sweep.text import one_line


def report_at_end(directory: RunDirectory, warn: Callable[[str], object]) -> None:
    """Write it, where the sweep has its answer. `warn` is given a line where that fails."""
    try:
        if read_metrics(directory) is not None:
            from sweep.report.write import write_report

            write_report(directory)
    except Exception as exc:
        warn(f"the report was not written: {one_line(exc)}; try again with: {directory.command('report')}")
