"""The commands `data ...`."""

from __future__ import annotations

import click

from sweep.cli import options


@click.group()
def data() -> None:
    """Look at images before they are trained on."""


@options.debug
@data.command(short_help="Are the images and labels of SOURCE right?")
@click.argument("source", callback=options.not_empty)
@click.option(
    "--train", metavar="FOLDER", callback=options.not_empty, help="Which split folder of SOURCE is for training."
)
@click.option("--validation", metavar="FOLDER", callback=options.not_empty, help="Which one is for validation.")
@click.option("--test", metavar="FOLDER", callback=options.not_empty, help="Which one is for testing.")
@options.as_json
def check(source: str, train: str | None, validation: str | None, test: str | None, as_json: bool) -> None:
    """Are the images and labels of SOURCE right? Exits with 1 where something is wrong.

    SOURCE is what a definition's data.source is: class folders, an archive of them, a CSV of path,label, an .npz,
    digits, keras:NAME or module:function.
    """
    from sweep.cli.console import ConsoleReporter
    from sweep.cli.terminal import make_console
    from sweep.data.check import check as check_facts
    from sweep.data.check_table import render
    from sweep.data.inspect import inspect
    from sweep.space.data_settings import Splits

    splits = Splits(train=train or "train", validation=validation, test=test) if train or validation or test else None
    with ConsoleReporter(to_stderr=as_json) as reporter:
        facts, classes = inspect(source, splits, progress=reporter.data)
    report = check_facts(facts, classes)
    if as_json:
        options.print_json(report.to_json())
    else:
        render(report, make_console(lines=True))
    if report.problems:
        raise click.exceptions.Exit(1)
