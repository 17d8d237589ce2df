"""Whole commands, measured from start to exit, in turns, each in a folder of its own."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
TIMEOUT_SECONDS = 1800.0
GRACE_SECONDS = 10.0
_PR_SET_CHILD_SUBREAPER = 36
"""prctl(2)."""

Facts = Mapping[str, Any]


def last_line(folder: Path, output: str) -> Facts:
    """What a peer did, as it says itself."""
    found: Facts = json.loads(output.splitlines()[-1])
    return found


@dataclass(frozen=True)
class Command:
    """`look` finds out, after its exit, what the command did: given its folder and its standard output. `waits` says
    that it waits for what it starts, so that the system knows how much of the machine it took."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    look: Callable[[Path, str], Facts] = last_line
    waits: bool = True


@dataclass(frozen=True)
class Run:
    """`processor` are seconds of processor time of the command and the processes that it waited for. `busy` is the part
    of the machine that was in use meanwhile, by anyone; None where that cannot be found out."""

    seconds: float
    facts: Facts
    processor: float
    busy: float | None

    @property
    def others(self) -> float | None:
        """The part of the machine that others took."""
        own = self.processor / self.seconds / (os.cpu_count() or 1)
        return None if self.busy is None else max(0.0, self.busy - own)


def sweep(name: str, *arguments: str, look: Callable[[Path, str], Facts], **environment: str) -> Command:
    """`sweep ARGUMENTS`, of this checkout, whichever is installed."""
    return Command(name, (sys.executable, "-m", "sweep", *arguments), environment, look)


def module(name: str, path: str, *arguments: str, waits: bool = True) -> Command:
    """`python -m PATH ARGUMENTS`: a script that prints what it did, as JSON on its last line."""
    return Command(name, (sys.executable, "-m", path, *arguments), waits=waits)


def in_turns(commands: Sequence[Command], rounds: int) -> dict[str, list[Run]]:
    """All of them once a round, every other round backwards: a machine that slows down slows down all. By name."""
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    for number in range(rounds):
        for command in reversed(commands) if number % 2 else commands:
            with folder_of_its_own() as folder:
                run = run_in(folder, command)
            print(f"  {command.name}: {described(run)}", file=sys.stderr, flush=True)
            runs[command.name].append(run)
    return runs


def described(run: Run) -> str:
    beside = "" if run.others is None else f", {run.others:.0%} of the machine used by others"
    return f"{run.seconds:.2f} s, {run.processor:.1f} s of processor time{beside}, {dict(run.facts)}"


def disturbance(*commands: Sequence[Run]) -> float | None:
    """The most that others took of the machine in any of these runs: one that had less of it than the one that it is
    compared with says nothing. None where it cannot be found out."""
    known = [run.others for runs in commands for run in runs if run.others is not None]
    return max(known, default=None)


def median_seconds(runs: Sequence[Run]) -> float:
    return statistics.median(run.seconds for run in runs)


@contextlib.contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """With a short path: Ray makes sockets below it."""
    with tempfile.TemporaryDirectory(prefix="b-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def run_in(
    folder: Path, command: Command, watch: Callable[[subprocess.Popen[bytes], float], None] = lambda *_: None
) -> Run:
    """`watch` is called with the process, and the moment when it was started, as soon as it runs.

    Raises SystemExit with the end of what the command wrote where it fails or takes too long.
    """
    with open(folder / "stdout", "w+") as output, open(folder / "stderr", "w+") as errors:
        jiffies, spent, started = machine_jiffies(), processor_seconds(), time.perf_counter()
        with started_in(folder, command, output, errors) as process:
            watch(process, started)
            try:
                code = process.wait(TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired as exc:
                raise SystemExit(f"{command.name} took longer than {TIMEOUT_SECONDS:g} s") from exc
        seconds, busy = time.perf_counter() - started, busy_part(jiffies, machine_jiffies())
        end_orphans()
        processor = processor_seconds() - spent
        busy = busy if command.waits else None
        if code != 0:
            tail = (folder / "stderr").read_text(errors="replace")[-2000:]
            raise SystemExit(f"{command.name} ended with exit code {code}:\n{tail}")
    return Run(seconds, command.look(folder, (folder / "stdout").read_text()), processor, busy)


def processor_seconds() -> float:
    """Of all processes that this one has waited for, and those that they have waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def adopt_orphans() -> None:
    """What a command leaves running becomes a child of this process, to be ended before the next one runs. Linux only;
    does nothing elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_orphans() -> None:
    """End all children of this process, and theirs, and wait for them. To be called when no command runs."""
    while children := psutil.Process().children():
        for child in children:
            child.kill()
            child.wait()


def machine_jiffies() -> tuple[int, int] | None:
    """In use and in all since the machine was started, over all processors; None but on Linux."""
    try:
        user, nice, system, idle, iowait, *more = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    except (OSError, ValueError):
        return None
    used = user + nice + system + sum(more)
    return used, used + idle + iowait


def busy_part(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    if before is None or after is None or after[1] == before[1]:
        return None
    return (after[0] - before[0]) / (after[1] - before[1])


@contextlib.contextmanager
def started_in(folder: Path, command: Command, output: Any, errors: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The command's process, in a group of its own that is gone at the end of the block."""
    environment = {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "SWEEP_CACHE": str(folder / "cache")}
    process = subprocess.Popen(
        command.arguments,
        cwd=folder,
        env={**os.environ, **environment, **command.environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """A process that runs is asked first, so that it ends what it has started in other groups."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
