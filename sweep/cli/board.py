"""The command tensorboard."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli import options
from sweep.cli.completing import complete_runs


@click.command(short_help="Serve TensorBoard for RUNS.")
@click.argument("runs", nargs=-1, shell_complete=complete_runs)
@click.option("--rebuild", is_flag=True, help="First write the event files anew from the store.")
@click.option("--port", type=click.IntRange(1, 65535), help="Left out: 6006, or the next free one.")
@click.option("--no-serve", is_flag=True, help="With --rebuild: do not serve.")
@click.option("--open", "in_browser", is_flag=True, help="Open the page in the browser, too.")
@options.runs_dir
def tensorboard(
    runs: tuple[str, ...], rebuild: bool, port: int | None, no_serve: bool, in_browser: bool, runs_dir: Path
) -> None:
    """Serve TensorBoard, on this machine only, for RUNS (all of them, where none is named)."""
    from sweep.boards import rebuild_tensorboard
    from sweep.errors import InputError
    from sweep.store.layout import find_run, list_runs
    from sweep.tracking.serve import serve

    found = [find_run(runs_dir, name) for name in runs] or list_runs(runs_dir) or [find_run(runs_dir)]
    if no_serve and not rebuild:
        raise InputError("--no-serve goes with --rebuild: there is nothing else to do")
    if rebuild:
        for run in found:
            rebuild_tensorboard(run)
            click.echo(f"{run.name}: written anew from its store")
    if not no_serve:
        serve({run.name: run.tensorboard for run in found}, port, _open if in_browser else click.echo)


def _open(url: str) -> None:
    click.echo(url)
    click.launch(url)
