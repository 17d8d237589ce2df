"""Whole sweeps against other tools, and what a sweep costs besides training, measured and held against the goals.

    make bench
    make bench ARGS="--rounds 1 --rows hyperband fixed limit"
    make bench ARGS="--photos photos.zip --originals originals.zip"

Commands that are compared are run in turns, from start to exit, each in a folder of its own with an empty cache (not so
`originals`, whose row is the second sweep on the same data); ratios are of medians over the rounds. A command that
trains says what it trained, and where that is not the same work, nothing is compared. What is measured goes to standard
error as it comes, the table to standard output.

Its last column is the most that others took of the machine in any run of the row: above a tenth, no time is held
against a goal. Of Ray, which does not wait for its processes, that cannot be told; what it leaves running is ended.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from benchmarks import contests, upkeep
from benchmarks.result import HEAD, Result
from benchmarks.timing import adopt_orphans
from sweep.environment import describe_environment

ROWS = ("hyperband", "fixed", "limit", "photos", "originals", "orchestration", "resume", "commands", "memory")
EXTRA = ("cached",)
"""Only where they are asked for."""

UPKEEP = {
    "orchestration": upkeep.orchestration,
    "resume": upkeep.resume,
    "commands": upkeep.commands,
    "memory": upkeep.memory,
}
PACKAGES = ("tensorflow", "keras", "keras-tuner", "optuna", "ray")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", nargs="+", choices=(*ROWS, *EXTRA), default=list(ROWS))
    parser.add_argument("--photos", type=Path, help="a folder of class folders, or a .zip of one")
    parser.add_argument("--originals", type=Path, help="the same, of full size")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # as Ctrl-C: what was started ends, folders go
    adopt_orphans()
    print(machine(), flush=True)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        for found in measured(arguments, Path(scratch)):
            results.append(found)
            print(found, file=sys.stderr, flush=True)
    print("\n".join([HEAD, *map(str, results)]))


def measured(arguments: argparse.Namespace, scratch: Path) -> Iterator[Result]:
    rows = list(arguments.rows)
    together = [contests.fixed()] * ("fixed" in rows) + [contests.limit()] * ("limit" in rows)
    for row in rows:
        print(f"{row}:", file=sys.stderr, flush=True)
        if row in UPKEEP:
            yield from UPKEEP[row](arguments.rounds)
        elif row == "hyperband":
            yield from contests.measure([contests.hyperband()], arguments.rounds)
        elif row in ("fixed", "limit"):
            yield from contests.measure(together, arguments.rounds) if together else ()
            together = []
        else:
            yield from on_photos(row, arguments, scratch)


def on_photos(row: str, arguments: argparse.Namespace, scratch: Path) -> Iterator[Result]:
    option = "originals" if row == "originals" else "photos"
    source: Path | None = getattr(arguments, option)
    if source is None:
        yield Result(row, "", f"skipped: give --{option} PATH")
        return
    make = {"photos": contests.photos, "originals": contests.originals, "cached": contests.cached_photos}[row]
    yield from contests.measure([make(source.resolve(), scratch)], arguments.rounds)


def machine() -> str:
    """In one paragraph."""
    found = describe_environment()
    cpu, git = found["cpu"], found["git"] or {}
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    commit = f"commit {git['commit'][:12]}{' with changes' if git['dirty'] else ''}" if git else "no commit"
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{cpu['model']}, {cpu['usable']} cores, {(found['memory_bytes'] or 0) / 2**30:.0f} GiB, "
        f"Python {found['python']}, {versions}; {commit}; load before: {load}\n"
    )


def version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
