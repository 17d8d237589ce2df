"""Commands that go on from sweeps: compare, refine, import-wandb."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli import options
from sweep.cli.completing import complete_runs

_output = click.option("-o", "--output", type=options.Place(dir_okay=False), required=True, help="The file to write.")


@click.command(short_help="Show RUNS side by side.")
@click.argument("runs", nargs=-1, required=True, shell_complete=complete_runs)
@options.runs_dir
@options.as_json
def compare(runs: tuple[str, ...], runs_dir: Path, as_json: bool) -> None:
    """Show RUNS side by side: their best values, how soon they came to them, in what their definitions differ, and
    whether their final models differ by more than chance. Takes no new look at test."""
    from sweep.analysis.comparison import compare as compare_contenders
    from sweep.analysis.contender import read_contender
    from sweep.cli.comparison_tables import show_comparison
    from sweep.errors import InputError
    from sweep.store.layout import find_run
    from sweep.text import printable

    twice = next((name for name in runs if runs.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{printable(twice)} is named more than once; name each run that is to be compared once")
    found = [find_run(runs_dir, name) for name in runs]
    comparison = compare_contenders([read_contender(run) for run in found])
    if as_json:
        options.print_json(comparison.to_json())
    else:
        show_comparison(comparison)


@click.command(short_help="Write a narrower space around RUN's best trials.")
@click.argument("run", shell_complete=complete_runs)
@_output
@options.force
@options.runs_dir
def refine(run: str, output: Path, force: bool, runs_dir: Path) -> None:
    """Write a narrower space around the best quarter of RUN's trials. A comment beside each parameter says what the
    change is made from; where the evidence is thin, the parameter stays as it was."""
    from sweep.analysis.contender import read_contender
    from sweep.analysis.refinement import refine as refine_space
    from sweep.space.commented import commented
    from sweep.store.definition_file import write_definition
    from sweep.store.layout import find_run
    from sweep.store.target import target
    from sweep.text import printable

    target(output, force)
    contender = read_contender(find_run(runs_dir, run))
    refined = refine_space(contender.result, contender.space)
    text = commented(refined.space, refined.head, refined.comments)
    write_definition(output, text, refined.space, force)
    changed = ", ".join(refined.changed) or "nothing: no parameter has enough evidence"
    click.echo(f"wrote {printable(str(output))}; changed: {printable(changed)}")


@click.command("import-wandb", short_help="Make a search-space file of a W&B sweep.")
@click.argument("file", type=options.Place(dir_okay=False))
@_output
@options.force
@click.option(
    "--data", metavar="SOURCE", callback=options.not_empty, help="The images: what a definition's data.source is."
)
@click.option(
    "--model",
    metavar="MODULE:NAME",
    callback=options.not_empty,
    help="The model; left out: cnn, where it knows all parameters.",
)
def import_wandb(file: Path, output: Path, force: bool, data: str | None, model: str | None) -> None:
    """Make a search-space file of FILE, the YAML of a W&B sweep, and say what could not be carried over."""
    from sweep.errors import InputError
    from sweep.imports.wandb import import_wandb as read_wandb
    from sweep.space.commented import commented
    from sweep.store.definition_file import write_definition
    from sweep.store.target import target
    from sweep.text import printable

    if target(output, force) == file.resolve():
        raise InputError(f"{printable(str(file))} is the file to import: choose another name for --output")
    found = read_wandb(file, data, model)
    head = [f"Imported from the W&B sweep {file.name}.", *(note.message for note in found.notes)]
    write_definition(output, commented(found.space, head, found.comments), found.space, force)
    for note in found.notes:
        click.echo(f"- {printable(note.located(str(file)))}")
    click.echo(f"wrote {printable(str(output))}; see what it would train with: sweep plan {printable(str(output))}")
