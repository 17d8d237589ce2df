"""What a sweep costs besides training, and how long its commands take."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.result import Result, at_most
from benchmarks.timing import (
    ROOT,
    Command,
    Facts,
    Run,
    described,
    disturbance,
    folder_of_its_own,
    in_turns,
    median_seconds,
    module,
    run_in,
)
from benchmarks.timing import sweep as sweep_command

MILLISECONDS, SLOWER = 3.0, 1.3
METHODS = {"random": "random", "hyperband": "Hyperband"}
SIZES, PEER_SIZES = (100, 1_000, 10_000), (100, 2_000)
RESUME_TRIALS, RESUME_SECONDS = 10_000, 5.0
READ_TRIALS = 1_000
MEMORY_SHARE = 0.25
"""Of the data that there is more."""


def orchestration(rounds: int) -> Iterator[Result]:
    """Trials that do nothing; each tool's time is that of its search, without its imports."""
    own = {(method, size): nothing_of_ours(method, size) for method in METHODS for size in SIZES}
    peers = {
        (method, size): module(
            f"KerasTuner, {METHODS[method]}, {size:,}", "benchmarks.peers.kerastuner_nothing", method, str(size)
        )
        for method in METHODS
        for size in PEER_SIZES
    }
    optuna = {size: module(f"Optuna, {size:,}", "benchmarks.peers.optuna_nothing", str(size)) for size in PEER_SIZES}
    runs = in_turns([*own.values(), *peers.values(), *optuna.values()], rounds)
    for method in METHODS:
        rivals = [*(peers[method, size] for size in PEER_SIZES), *(optuna[size] for size in PEER_SIZES)]
        told = ", ".join(f"{one.name} {median_fact(runs[one.name], 'milliseconds'):.1f} ms" for one in rivals)
        for size in SIZES:
            found = median_fact(runs[own[method, size].name], "milliseconds")
            against, others = told if size == max(SIZES) else "", disturbance(runs[own[method, size].name])
            row = f"orchestration, {METHODS[method]}, {size:,}"
            yield at_most(row, found, MILLISECONDS, "ms a trial", against, others)
        longest = runs[own[method, max(SIZES)].name]
        first, last = median_fact(longest, "first"), median_fact(longest, "last")
        yield Result(
            f"orchestration, {METHODS[method]}, the last 100 of {max(SIZES):,}",
            f"{last:.2f} ms a trial",
            f"its first 100: {first:.2f} ms a trial",
            f"{last / first:.2f}x",
            f"<= {SLOWER:g}x",
            last / first <= SLOWER,
            disturbance(longest),
        )


def nothing_of_ours(method: str, trials: int) -> Command:
    arguments = ("--methods", method, "--trials", str(trials), "--folder", ".", "--json")
    return module(f"sweep, {METHODS[method]}, {trials:,}", "benchmarks.orchestration", *arguments)


def median_fact(runs: Sequence[Run], name: str) -> float:
    return statistics.median(float(run.facts[name]) for run in runs)


def resume(rounds: int) -> Iterator[Result]:
    """From the start of `sweep resume` until its first new trial is given to a worker."""
    found: list[Run] = []
    for _ in range(rounds):
        with folder_of_its_own() as folder:
            database = make_run(folder, RESUME_TRIALS, done=RESUME_TRIALS - 1)
            found.append(time_resume(folder, database, RESUME_TRIALS - 1))
        print(f"  resume: {described(found[-1])}", file=sys.stderr, flush=True)
    first, name = median_fact(found, "first"), f"resume of {RESUME_TRIALS:,} trials"
    whole = f"(the whole command, with its one trial: {median_seconds(found):.1f} s)"
    yield at_most(name, first, RESUME_SECONDS, "s", whole, disturbance(found))


def make_run(folder: Path, trials: int, done: int) -> Path:
    """The store of a run below `folder`, made in a process of its own: it takes TensorFlow."""
    run_in(folder, module("made_run", "benchmarks.made_run", str(trials), str(done)))
    (database,) = (folder / "runs").glob("*/sweep.db")
    return database


def time_resume(folder: Path, database: Path, trial: int) -> Run:
    """A run whose fact `first` are the seconds after which the trial was begun."""
    command = sweep_command("resume", "resume", "--no-retrain", look=nothing)
    first: list[float] = []

    def watch(process: subprocess.Popen[bytes], started: float) -> None:
        while not has_begun(database, trial) and process.poll() is None:
            time.sleep(0.01)
        first.append(time.perf_counter() - started)

    run = run_in(folder, command, watch)
    if not has_begun(database, trial):
        raise SystemExit("sweep resume ended without its last trial")
    return replace(run, facts={"first": first[0]})


def has_begun(database: Path, trial: int) -> bool:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT 1 FROM attempt WHERE trial = ?", (trial,)).fetchone()
    connection.close()
    return found is not None


def commands(rounds: int) -> Iterator[Result]:
    """Those that answer at once, each some times a round: they take less than a second."""
    with folder_of_its_own() as folder:
        make_run(folder, READ_TRIALS, done=READ_TRIALS)
        fixed, runs_dir = str(ROOT / "benchmarks" / "fixed.yaml"), str(folder / "runs")
        wanted = (
            (sweep_command("sweep --help", "--help", look=nothing), 0.4),
            (sweep_command("sweep validate FILE", "validate", fixed, look=nothing), 0.6),
            (sweep_command(f"sweep trials, {READ_TRIALS:,}", "trials", "--runs-dir", runs_dir, look=nothing), 0.8),
        )
        runs = in_turns([command for command, _ in wanted], 5 * rounds)
    for command, limit in wanted:
        found = runs[command.name]
        yield at_most(command.name, median_seconds(found), limit, "s", others=disturbance(found))


def memory(rounds: int) -> Iterator[Result]:
    """What a worker has written to: its own, and no copy of the data if it does not grow with them. Pages of the mapped
    file that are as they were read belong to nobody, though the kernel counts them as a worker's until another has read
    them, too. Told is the worst round."""
    found: list[Facts] = []
    for _ in range(rounds):
        with folder_of_its_own() as folder:
            found.append(run_in(folder, module("memory", "benchmarks.worker_memory", "--json")).facts)
        print(f"  memory: {json.dumps(dict(found[-1]))}", file=sys.stderr, flush=True)
    grown = [facts["more"]["written"] - facts["less"]["written"] for facts in found]
    before, after = found[0]["less"]["data"], found[0]["more"]["data"]
    yield Result(
        f"memory of a worker, {before / 1e6:,.0f} to {after / 1e6:,.0f} MB of data",
        f"{max(grown) / 1e6:+,.0f} MB",
        f"{len(grown)} rounds: {', '.join(f'{one / 1e6:+,.0f}' for one in grown)}",
        f"{max(grown) / (after - before):.2f} of the data",
        f"<= {MEMORY_SHARE:g}",
        max(grown) <= MEMORY_SHARE * (after - before),
    )


def nothing(_: Path, __: str) -> Facts:
    return {}
