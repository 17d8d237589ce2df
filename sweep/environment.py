"""On what machine and with which software a sweep ran. TensorFlow is asked for its version, but not imported."""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = (
    *("tensorflow", "keras", "keras-tuner", "tensorboard", "numpy", "scikit-learn", "scipy", "Pillow", "ImageHash"),
    *("pydantic", "ruamel.yaml", "click", "rich", "platformdirs", "filelock", "threadpoolctl", "matplotlib"),
    *("jinja2", "plotly"),
)
TIMEOUT_SECONDS = 2.0


def describe_environment() -> dict[str, Any]:
    """JSON values: `time` (ISO 8601, UTC), `hostname`, `platform`, `python`, `sweep` and `packages` (versions, None
    where not installed), `cpu` (model, count, usable), `memory_bytes`, `gpus` (names) and `git` (commit and dirty, of
    the repository of the current directory, or None). What cannot be found out is None; nothing raises."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "hostname": socket.gethostname(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "sweep": _version("sweep"),
        "packages": {name: _version(name) for name in PACKAGES},
        "cpu": {"model": _cpu_model(), "count": os.cpu_count(), "usable": _usable_cpus()},
        "memory_bytes": _memory_bytes(),
        "gpus": _gpu_names(),
        "git": _git(),
    }


def read_environment(path: Path) -> dict[str, Any] | None:
    """What `describe_environment` gave, as a run keeps it; None where it is gone or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _cpu_model() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, None) or platform.processor() or None


def _usable_cpus() -> int | None:
    """Fewer than there are where the process is held to some of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _gpu_names() -> list[str]:
    names = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return names.splitlines() if names else []


def _git() -> dict[str, Any] | None:
    """`dirty` is whether a tracked file was changed, as in `git describe --dirty`."""
    commit = _output("git", "rev-parse", "--verify", "HEAD")
    if not commit:
        return None
    changes = _output("git", "--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _output(*command: str) -> str | None:
    """What a command prints; None where there is no such command, it fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
