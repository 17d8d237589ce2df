"""The command tensorboard."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli import options


@click.command()
@click.argument("runs", nargs=-1)
@click.option("--rebuild", is_flag=True, help="First write the event files anew from the store.")
@click.option("--port", type=click.IntRange(1, 65535), help="Left out: 6006, or the next free one.")
@click.option("--no-serve", is_flag=True, help="With --rebuild: do not serve.")
@options.runs_dir
def tensorboard(runs: tuple[str, ...], rebuild: bool, port: int | None, no_serve: bool, runs_dir: Path) -> None:
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
        serve({run.name: run.tensorboard for run in found}, port)
