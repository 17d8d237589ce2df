"""`sweep stop`: stops a sweep from another terminal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sweep.cli import options

if TYPE_CHECKING:
    from sweep.store.layout import RunDirectory

LOOK_SECONDS = 0.2


@click.command(short_help="Stop RUN once its running trials have ended.")
@options.run_name
@click.option("--now", is_flag=True, help="Stop at the end of the running epochs, as Ctrl-C does.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Return once the sweep has ended, or at once.")
@options.runs_dir
def stop(run: str | None, now: bool, wait: bool, runs_dir: Path) -> None:
    """Stop RUN (the latest) once its running trials have ended. Nothing is lost: `sweep resume` goes on with it."""
    from sweep.errors import InputError, Interrupted
    from sweep.stop import Stop
    from sweep.store.layout import find_run
    from sweep.store.stop_request import request_stop

    directory = find_run(runs_dir, run)
    state, ended = _stand(directory)
    if state == "running" and ended and not now:
        raise InputError(
            f"the search of {directory.name} has ended; to stop what follows: {directory.command('stop')} --now"
        )
    if state != "running":
        raise InputError(f"{directory.name} is not running: it is {state}{_advice(directory, state)}")
    holder = request_stop(directory, Stop.EPOCHS if now else Stop.TRIALS)
    what = "epochs" if now else "trials"
    click.echo(f"{directory.name} stops once its running {what} have ended")
    if not wait:
        return
    try:
        _wait(directory, holder)
    except KeyboardInterrupt as exc:
        raise Interrupted(f"not waiting any more; {directory.name} stops all the same") from exc
    state, _ = _stand(directory)
    click.echo(f"{directory.name} is {state}{_advice(directory, state)}")


def _stand(directory: RunDirectory) -> tuple[str, bool]:
    """The run's state, and whether its search has ended."""
    from sweep.store.state import search_has_ended, sweep_state
    from sweep.store.store import Store

    with Store.open(directory.database, read_only=True) as store:
        return sweep_state(directory, store), search_has_ended(store)


def _advice(directory: RunDirectory, state: str) -> str:
    return f"; go on with: {directory.command('resume')}" if state == "interrupted" else ""


def _wait(directory: RunDirectory, holder: dict[str, Any]) -> None:
    """Until the process that was asked does not run the sweep any more."""
    from sweep.store.lock import is_locked, read_holder

    while is_locked(directory) and read_holder(directory) in (holder, None):
        time.sleep(LOOK_SECONDS)
