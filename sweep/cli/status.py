"""`sweep status`: a look at a sweep from another terminal. It reads the store and nothing else."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sweep.cli import options

if TYPE_CHECKING:
    from sweep.cli.status_view import Status
    from sweep.store.layout import RunDirectory

WATCH_SECONDS = 1.0
WATCH_SHARE = 0.05
"""Of the time of a watcher, at most about this part is spent on reading: thousands of trials take longer."""


@click.command(short_help="Show how far RUN is and how long it will take.")
@options.run_name
@click.option("--watch", is_flag=True, help="Look again every second, until the sweep ends or Ctrl-C.")
@options.runs_dir
@options.as_json
def status(run: str | None, watch: bool, runs_dir: Path, as_json: bool) -> None:
    """Show how far RUN (the latest) is: what runs now, the best so far, the time left.

    With --watch where the output is no terminal: one line, or one JSON object, for each change.
    """
    from sweep.cli.terminal import make_console
    from sweep.store.layout import find_run

    directory = find_run(runs_dir, run)
    console = make_console()
    try:
        if watch and console.is_interactive and not as_json:
            _redraw(directory)
        elif watch:
            _follow(directory, as_json)
        else:
            _show(_look(directory), as_json)
    except KeyboardInterrupt:
        return  # the watcher has seen enough; the sweep goes on


def _look(directory: RunDirectory) -> Status:
    from sweep.cli.standing_of import phase_of, read_standing
    from sweep.cli.status_view import Status
    from sweep.store.state import sweep_state
    from sweep.store.store import Store

    with Store.open(directory.database, read_only=True) as store:
        state = sweep_state(directory, store)
        is_running = state == "running"
        standing = read_standing(store, is_running)
        phase = phase_of(store.events(), bool(standing.running)) if is_running else ""
    return Status(directory, state, phase, standing)


def _show(found: Status, as_json: bool) -> None:
    from sweep.cli.status_view import status_as_json, status_lines
    from sweep.cli.terminal import make_console

    if as_json:
        options.print_json(status_as_json(found))
        return
    console = make_console()
    for line in status_lines(found, console.width, console.height):
        console.print(line, soft_wrap=True)
    _say_next_step(found)


def _follow(directory: RunDirectory, as_json: bool) -> None:
    """A line for each change that is worth one."""
    from sweep.cli.status_view import change_key, status_as_json, status_line

    known: object = None
    while True:
        began = time.monotonic()
        found = _look(directory)
        if change_key(found) != known:
            known = change_key(found)
            click.echo(json.dumps(status_as_json(found), allow_nan=False) if as_json else status_line(found))
        if not found.is_running:
            return
        _pause(began)


def _redraw(directory: RunDirectory) -> None:
    """One screen, drawn anew; the last one stays."""
    from rich.console import Group
    from rich.live import Live

    from sweep.cli.status_view import status_lines
    from sweep.cli.terminal import make_console

    console = make_console()
    with Live(console=console, auto_refresh=False) as live:
        while True:
            began = time.monotonic()
            found = _look(directory)
            live.update(Group(*status_lines(found, console.width, console.height - 1)), refresh=True)
            if not found.is_running:
                break
            _pause(began)
    _say_next_step(found)


def _say_next_step(found: Status) -> None:
    """Whole, to be copied, however long it is."""
    from sweep.text import printable

    if found.next_step:
        click.echo(f"go on with: {printable(found.next_step)}")


def _pause(began: float) -> None:
    time.sleep(max(WATCH_SECONDS, (time.monotonic() - began) / WATCH_SHARE))
