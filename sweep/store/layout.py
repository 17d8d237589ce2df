"""Where things are: `runs/<name>/` and what lies in it."""

from __future__ import annotations

import contextlib
import difflib
import re
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sweep.errors import InputError, SweepError
from sweep.store.store import Store

DEFAULT_RUNS_DIR = Path("runs")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class RunDirectory:
    """The paths of one run. Making one touches no disk."""

    root: Path

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def space_file(self) -> Path:
        """The search space as resolved."""
        return self.root / "space.yaml"

    @property
    def environment_file(self) -> Path:
        return self.root / "environment.json"

    @property
    def labels_csv(self) -> Path:
        """Every image with its label, its encoded class and its split."""
        return self.root / "labels.csv"

    @property
    def database(self) -> Path:
        return self.root / "sweep.db"

    @property
    def tensorboard(self) -> Path:
        return self.root / "tensorboard"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def final(self) -> Path:
        """Appears with the answer."""
        return self.root / "final"

    @property
    def report(self) -> Path:
        """Everything on one page, written with the answer and by `sweep report`."""
        return self.root / "report.html"

    @property
    def trials_csv(self) -> Path:
        return self.root / "trials.csv"

    @property
    def trials_json(self) -> Path:
        return self.root / "trials.json"

    def command(self, verb: str) -> str:
        """The command line that does `verb` with this run: `sweep resume digits-001`, with its place if need be."""
        return f"sweep {verb} {self.name}{_place(self.root.parent)}"

    @property
    def lock_file(self) -> Path:
        return self.root / "run.lock"

    @property
    def holder_file(self) -> Path:
        """Who holds the lock."""
        return self.root / "run.lock.json"

    @property
    def stop_file(self) -> Path:
        """What another process asks the holder of the lock for."""
        return self.root / "run.stop.json"


def create_run(runs_dir: Path, name: str | None, stem: str) -> RunDirectory:
    """A new directory `name`, or `stem-001` with the first number above all there are, with its `tensorboard`,
    `checkpoints` and `logs`. `runs_dir` is made if need be.

    Raises InputError where the name is wrong or taken, or nothing can be made there.
    """
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        run = _claim_next(runs_dir, stem) if name is None else _claim(runs_dir, name)
        for directory in (run.tensorboard, run.checkpoints, run.logs):
            directory.mkdir()
    except OSError as exc:
        raise InputError(f"{exc.filename}: {exc.strerror}; choose another place with --runs-dir") from exc
    return run


def find_run(runs_dir: Path, name: str | None = None) -> RunDirectory:
    """The run called `name`, or the latest created. Raises InputError where there is none, naming close matches."""
    if name is None:
        runs = list_runs(runs_dir)
        if not runs:
            raise InputError(f"there is no run in {runs_dir}; run one with: sweep run search_spaces/digits.yaml")
        return runs[-1]
    run = RunDirectory(runs_dir / _checked(name))
    if _has_store(run):
        return run
    if run.trials_csv.is_file() or run.final.is_dir():
        raise InputError(f"{run.root}: its sweep.db is gone; put it back from a copy ({run.trials_csv} has the trials)")
    if run.root.is_dir():
        raise InputError(f"{run.root} has no sweep.db: it is no run, or was stopped before it began; remove it")
    raise InputError(f"there is no run {name!r} in {runs_dir}{_suggestion(runs_dir, name)}")


def list_runs(runs_dir: Path) -> list[RunDirectory]:
    """Every directory with a store, the oldest first."""
    return sorted(_runs(runs_dir), key=lambda run: (_created(run), run.name))


def _runs(runs_dir: Path) -> list[RunDirectory]:
    try:
        runs = map(RunDirectory, runs_dir.iterdir() if runs_dir.is_dir() else ())
        return [run for run in runs if _NAME.fullmatch(run.name) and _has_store(run)]
    except OSError as exc:
        raise InputError(f"{exc.filename}: {exc.strerror}; choose another place with --runs-dir") from exc


def _has_store(run: RunDirectory) -> bool:
    """One that may not be looked at counts, too: to open it will say why."""
    try:
        return run.database.is_file()
    except OSError:
        return True


def _claim(runs_dir: Path, name: str) -> RunDirectory:
    run = require_free(runs_dir, name)
    try:
        run.root.mkdir()
    except FileExistsError as exc:
        raise _taken(run) from exc
    return run


def require_free(runs_dir: Path, name: str) -> RunDirectory:
    """What the run would be. Raises InputError where its name is wrong or taken."""
    run = RunDirectory(runs_dir / _checked(name))
    if run.root.exists():
        raise _taken(run)
    return run


def _taken(run: RunDirectory) -> InputError:
    return InputError(f"run {run.name} exists already; go on with it: {run.command('resume')}, or choose another name")


def _claim_next(runs_dir: Path, stem: str) -> RunDirectory:
    """Making the directory is the claim: of two that want one number at once, one gets the next."""
    numbered = re.compile(re.escape(_checked(stem)) + r"-(\d{3,})")
    taken = (numbered.fullmatch(path.name) for path in runs_dir.iterdir())
    number = max((int(match[1]) for match in taken if match), default=0)
    while True:
        number += 1
        run = RunDirectory(runs_dir / f"{stem}-{number:03d}")
        try:
            run.root.mkdir()
            return run
        except FileExistsError:
            continue


def _checked(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    last = Path(name).name
    if "/" in name and _NAME.fullmatch(last):
        raise InputError(f"{name!r} is a path; give the run's name, {last}, and its place with --runs-dir")
    raise InputError(
        f"{name!r} is no name for a run: begin with a letter or digit; use only letters, digits, '.', '_' and '-'"
    )


def _place(runs_dir: Path) -> str:
    return "" if runs_dir == DEFAULT_RUNS_DIR else f" --runs-dir {shlex.quote(str(runs_dir))}"


def _created(run: RunDirectory) -> float:
    """The store's word, which a copy keeps; a store that cannot be read is as old as its file, or older than all."""
    try:
        with Store.open(run.database, read_only=True) as store:
            return datetime.fromisoformat(store.facts["created"]).timestamp()
    except (SweepError, KeyError, TypeError, ValueError):
        with contextlib.suppress(OSError):
            return run.database.stat().st_mtime
        return 0.0


def _suggestion(runs_dir: Path, name: str) -> str:
    names = [run.name for run in list_runs(runs_dir)]
    if not names:
        return "; run one with: sweep run search_spaces/digits.yaml"
    if name.isdecimal():
        return f"; to name a trial, name its run before it, as in: sweep show {names[-1]} {name}{_place(runs_dir)}"
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; see them all with: sweep list{_place(runs_dir)}"
