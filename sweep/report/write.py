"""The report as a file of its run, and its figures as files anywhere."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sweep.errors import InputError
from sweep.report.page import page
from sweep.report.run_facts import read_run
from sweep.store.layout import RunDirectory
from sweep.store.store import Store
from sweep.store.target import require_outside_runs, target


def write_report(directory: RunDirectory) -> Path:
    """`report.html` of a run in any state; an earlier one is replaced as a whole. Where it is.

    Raises InputError where it cannot be written, SweepFailed where the store cannot be read.
    """
    with Store.open(directory.database, read_only=True) as store:
        text = page(read_run(directory, store))
    path = directory.report
    unfinished = path.with_name(f"{path.name}.new")
    try:
        unfinished.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(unfinished, path)
    except OSError as exc:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise InputError(f"{path}: cannot be written: {exc.strerror}") from exc
    return path


def write_figures(directory: RunDirectory, folder: Path, form: str, force: bool = False) -> list[Path]:
    """The figures of a run for print, `history.png` and the others, into `folder`, which is made if need be; `form` is
    `png` or `svg`. What there is nothing for (of a sweep without an answer, say) is left out. The paths that were
    written.

    Raises InputError where they cannot be, and where one is there already unless `force` is set, with none written.
    """
    from sweep.report.prints.draw import draw, save  # only here: it loads matplotlib

    require_outside_runs(folder)
    with Store.open(directory.database, read_only=True) as store:
        figures = draw(read_run(directory, store))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{name}.{form}" for name in figures]
        for found, figure in zip([target(path, force) for path in paths], figures.values(), strict=True):
            save(figure, found)
    except OSError as exc:
        raise InputError(f"{exc.filename or folder}: cannot be written: {exc.strerror}") from exc
    return paths
