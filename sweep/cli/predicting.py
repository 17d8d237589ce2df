"""The command predict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sweep.cli import options
from sweep.cli.completing import complete_runs

if TYPE_CHECKING:
    from sweep.final.predict import Prediction


@click.command(short_help="Say what RUN's final model takes IMAGES for.")
@click.argument("run", shell_complete=complete_runs)
@click.argument("images", nargs=-1, required=True, type=options.Place())
@click.option("--top", type=click.IntRange(min=1), default=3, show_default=True, help="Classes to tell of each image.")
@options.runs_dir
@options.as_json
def predict(run: str, images: tuple[Path, ...], top: int, runs_dir: Path, as_json: bool) -> None:
    """Say what RUN's final model takes IMAGES for: files, or folders of them. They are prepared as the images that it
    was trained on. Exits with 1 where one cannot be read."""
    from sweep.data.picking import pick_images
    from sweep.store.layout import find_run

    directory = find_run(runs_dir, run)
    paths = pick_images(images)
    found = _predictions(directory, paths)
    if as_json:
        listed = list(found)
        options.print_json([_as_json(one, top) for one in listed])
        failed = any(one.error for one in listed)
    else:
        failed = _show(found, top)
    if failed:
        raise click.exceptions.Exit(1)


def _predictions(directory: Any, paths: list[Path]) -> Iterator[Prediction]:
    from sweep.final.classes import read_classes
    from sweep.run_definition import first_space
    from sweep.store.store import Store
    from sweep.trial.runtime import import_tensorflow

    with Store.open(directory.database, read_only=True) as store:
        space, digest = first_space(directory, store), store.facts.get("dataset_digest")
    read_classes(directory)  # where it cannot, seconds for importing TensorFlow would be lost
    import_tensorflow()
    from sweep.final.predict import predict as run_model

    yield from run_model(directory, space, digest, paths)


def _as_json(one: Prediction, top: int) -> dict[str, Any]:
    chosen = dict(list(one.probabilities.items())[:top])
    return {"image": str(one.path), "label": one.label, "probabilities": chosen, "error": one.error}


def _show(found: Iterator[Prediction], top: int) -> bool:
    """A line for each image as soon as it is known; whether one could not be read."""
    from sweep.text import printable

    failed = False
    for one in found:
        if one.error:
            failed = True
            click.echo(f"{printable(str(one.path))}: cannot be read: {printable(one.error)}", err=True)
            continue
        chosen = list(one.probabilities.items())[:top]
        told = ", ".join(f"{printable(name)} {100 * part:.1f} %" for name, part in chosen)
        click.echo(f"{printable(str(one.path))}: {told}")
    return failed
