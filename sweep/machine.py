"""What of the machine this process may use. Graphics cards are found without TensorFlow, which would take them."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SECONDS = 5.0
"""For `nvidia-smi`, which is slow where its driver has to be loaded first."""


@dataclass(frozen=True)
class Gpu:
    """`name` is what CUDA_VISIBLE_DEVICES calls it; `memory` are its free bytes, None where they are not known."""

    name: str
    memory: int | None = None


@dataclass(frozen=True)
class Machine:
    """What this process may use: whole processors, bytes of memory (None: not known) and graphics cards."""

    processors: int
    memory: int | None = None
    gpus: tuple[Gpu, ...] = ()


def nvidia_smi() -> str:
    """A line `index, uuid, free MiB` for each card; nothing where there is no such command, or no driver."""
    command = ["nvidia-smi", "--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def this_machine(
    *,
    proc: Path = Path("/proc"),
    cgroups: Path = Path("/sys/fs/cgroup"),
    devices: Path = Path("/dev"),
    environ: Mapping[str, str] = os.environ,
    usable: int | None = None,
    list_gpus: Callable[[], str] = nvidia_smi,
) -> Machine:
    """What the kernel, its control groups (of a container, say) and the graphics driver leave to this process.

    `usable` are the processors it may run on; left out, the kernel is asked. Nothing raises: what is not told is no
    limit.
    """
    groups = list(_groups(proc, cgroups))
    processors = [usable or _usable(), *(quota for group in groups if (quota := group.processors()) is not None)]
    available = _value(_text(proc / "meminfo"), "MemAvailable:")
    memory = [] if available is None else [available * 1024]
    memory += [free for group in groups if (free := group.free_memory()) is not None]
    return Machine(max(1, int(min(processors))), min(memory, default=None), _gpus(devices, environ, list_gpus))


@dataclass(frozen=True)
class _Group:
    """A control group's folder, and what its version calls its files."""

    folder: Path
    limit: str
    used: str
    cache: str

    def processors(self) -> float | None:
        """By how much time of how much it gets; None where it is not limited."""
        told = _text(self.folder / "cpu.max").split() or [
            _text(self.folder / name).strip() for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        ]
        quota, period = (int(one) if one.isdigit() else 0 for one in told)  # `max` and -1 are no limits
        return quota / period if quota and period else None

    def free_memory(self) -> int | None:
        """Pages of files that are not used are given up where memory is short, and count as free."""
        limit, used = _text(self.folder / self.limit).strip(), _text(self.folder / self.used).strip()
        if not limit.isdigit() or not used.isdigit():
            return None
        return max(0, int(limit) - int(used) + (_value(_text(self.folder / "memory.stat"), self.cache) or 0))


def _groups(proc: Path, root: Path) -> Iterator[_Group]:
    """Those that this process is in, of either version of control groups, with all above them, which limit it too."""
    for line in _text(proc / "self" / "cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for name in controllers.split(","):
            base = root / name if name else root
            folder = base if ".." in path else base / path.lstrip("/")
            for one in (folder, *folder.parents):
                if not name:
                    yield _Group(one, "memory.max", "memory.current", "inactive_file")
                elif name in ("cpu", "memory"):
                    yield _Group(one, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
                if one == base:
                    break


def _gpus(devices: Path, environ: Mapping[str, str], list_gpus: Callable[[], str]) -> tuple[Gpu, ...]:
    """The cards that there are, or those of them that CUDA_VISIBLE_DEVICES leaves, as it calls them."""
    visible = environ.get("CUDA_VISIBLE_DEVICES")
    chosen = [name.strip() for name in (visible or "").split(",")]
    if visible is not None and chosen[0] in _NONE:
        return ()
    rows = [[cell.strip() for cell in line.split(",")] for line in list_gpus().splitlines()]
    rows = [row for row in rows if len(row) == 3]
    files = [one for one in devices.glob("nvidia*") if re.fullmatch(r"nvidia\d+", one.name)]
    there = [row[1] for row in rows] or [str(number) for number in range(len(files))]
    if not there:
        return ()
    memory = {name: int(row[2]) * 2**20 for row in rows for name in row[:2] if row[2].isdigit()}
    names = there if visible is None else itertools.takewhile(lambda name: name not in _NONE, chosen)  # as CUDA does
    return tuple(Gpu(name, memory.get(name)) for name in dict.fromkeys(names))


_NONE = ("", "-1", "NoDevFiles")
"""Names of no card: what comes after one of them is hidden."""


def _usable() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _text(path: Path) -> str:
    """Nothing where there is no such file, or it may not be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _value(text: str, name: str) -> int | None:
    """The number after a name, in lines of name and number."""
    found = re.search(rf"^{re.escape(name)}\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None
