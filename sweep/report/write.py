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


def write_figures(directory: RunDirectory, folder: Path, form: str) -> list[Path]:
    """The figures of a run for print, see `prints.write`."""
    from sweep.report.prints.write import write_figures as write_all  # only here: it loads matplotlib

    with Store.open(directory.database, read_only=True) as store:
        return write_all(read_run(directory, store), folder, form)
