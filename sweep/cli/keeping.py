"""Commands that keep the runs in order: label, rm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sweep.cli import options
from sweep.cli.completing import complete_runs


@click.command(short_help="Give RUN a note, or show those that it has.")
@click.argument("run", shell_complete=complete_runs)
@click.argument("text", required=False)
@click.option("--remove", is_flag=True, help="Take the label TEXT away instead; without TEXT, all of them.")
@options.runs_dir
@options.as_json
def label(run: str, text: str | None, remove: bool, runs_dir: Path, as_json: bool) -> None:
    """Give RUN the note TEXT, which `sweep list` and `sweep show` then tell; a run may have several. Without TEXT: show
    those that it has."""
    from sweep.store.labels import add_label, labels_of, remove_label
    from sweep.store.layout import find_run
    from sweep.store.store import Store
    from sweep.text import printable

    directory = find_run(runs_dir, run)
    with Store.open(directory.database, read_only=text is None and not remove) as store:
        if remove:
            for one in labels_of(store) if text is None else [text]:
                remove_label(store, one)
        elif text is not None:
            add_label(store, text)
        labels = labels_of(store)
    if as_json:
        options.print_json({"name": directory.name, "labels": list(labels)})
    else:
        click.echo(f"{directory.name}: {printable(', '.join(labels)) or 'no labels'}")


@click.command()
@click.argument("runs", nargs=-1, required=True, shell_complete=complete_runs)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.runs_dir
@options.as_json
def rm(runs: tuple[str, ...], yes: bool, runs_dir: Path, as_json: bool) -> None:
    """Remove RUNS with all that is in them. Says what goes and asks first; a run that is being run is refused."""
    from sweep.errors import SweepFailed
    from sweep.store.layout import find_run
    from sweep.store.removal import remove_run
    from sweep.text import byte_text, counted

    found = [find_run(runs_dir, name) for name in dict.fromkeys(runs)]
    told = [_about(run) for run in found]
    if not as_json:
        for one in told:
            click.echo(one["text"])
    if not yes and not _agrees(f"remove {counted(len(found), 'run')}?", err=as_json):
        click.echo("nothing was removed", err=True)
        raise click.exceptions.Exit(1)
    for number, run in enumerate(found, start=1):
        try:
            remove_run(run)
        except SweepFailed as exc:
            others = "".join(f"; {one.name} was not removed" for one in found[number:])
            raise SweepFailed(f"{exc}{others}") from exc
    freed = sum(one["bytes"] for one in told)
    if as_json:
        options.print_json([{name: one[name] for name in ("name", "files", "bytes")} for one in told])
    else:
        click.echo(f"removed {counted(len(found), 'run')}, {byte_text(freed)}")


def _agrees(question: str, err: bool) -> bool:
    """Raises SweepError where nobody answers, as without a terminal, and Interrupted after Ctrl-C."""
    from sweep.errors import Interrupted, SweepError

    try:
        return click.confirm(question, err=err)
    except click.Abort as exc:
        click.echo(err=err)  # the question's line has no end yet
        if isinstance(exc.__context__, KeyboardInterrupt):
            raise Interrupted("nothing was removed") from exc
        raise SweepError("nothing was removed: nobody answered; --yes removes without asking") from exc


def _about(run: Any) -> dict[str, Any]:
    """What goes with a run. Raises InputError where it is being run. A damaged one can be removed, too."""
    from sweep import api
    from sweep.errors import InputError, SweepError
    from sweep.store.lock import is_locked
    from sweep.store.removal import contents_of
    from sweep.text import byte_text, counted, printable

    if is_locked(run):
        raise InputError(f"{run.name} is being run; stop it first, nothing was removed")
    contents = contents_of(run.root)
    try:
        result = api.open(run.name, runs_dir=run.root.parent)
        what = [result.state, counted(len(result.trials), "trial"), counted(result.epochs_trained, "epoch")]
        what += [f'"{printable(one)}"' for one in result.labels]
        what += ["a final model"] if (run.final / "model.keras").is_file() else []
    except SweepError:
        what = ["its store cannot be read"]
    size = f"{counted(contents.files, 'file')}, {byte_text(contents.bytes)}"
    link = f" (a link to {printable(str(run.root.resolve()))}, which stays)" if run.root.is_symlink() else ""
    text = f"{run.name}: {', '.join(what)}; {size}{link}"
    return {"name": run.name, "files": contents.files, "bytes": contents.bytes, "text": text}
