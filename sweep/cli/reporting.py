"""The command report."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli import options


@click.command(short_help="Write report.html of RUN, one file with all of it.")
@options.run_name
@click.option(
    "--figures",
    type=options.Place(file_okay=False),
    metavar="DIR",
    help="Also draw the figures for print, as files in DIR.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["png", "svg"]),
    default="png",
    show_default=True,
    help="Of the files of --figures.",
)
@options.force
@options.runs_dir
def report(run: str | None, figures: Path | None, form: str, force: bool, runs_dir: Path) -> None:
    """Write report.html of RUN (the latest): one file with all that is known of the sweep. A sweep that is running, or
    was interrupted, is shown as it stands. An earlier report.html is replaced, earlier figures only with --force."""
    from sweep.report.write import write_figures, write_report
    from sweep.store.layout import find_run
    from sweep.text import printable

    directory = find_run(runs_dir, run)
    drawn = [] if figures is None else write_figures(directory, figures, form, force)
    for path in (write_report(directory), *drawn):
        click.echo(f"wrote {printable(str(path))}")
