"""What it takes to do the same again: the machine, the versions, and the command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from sweep.report.run_facts import RunFacts
from sweep.text import byte_text, printable


def repeat_command(run: RunFacts) -> str:
    """It runs the definition as resolved, under the next free name."""
    return f"sweep run {shlex.quote(str(run.directory.space_file))}"


def environment(run: RunFacts) -> list[tuple[str, str]]:
    """Rows of a table; none where the run's file has gone."""
    return [] if run.environment is None else [(name, printable(text)) for name, text in _rows(run.environment) if text]


def _rows(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "begun", str(about.get("time") or "")
    cpu = about.get("cpu") or {}
    yield "processor", f"{cpu.get('model') or 'unknown'}, {cpu.get('usable') or cpu.get('count') or '?'} usable"
    memory = about.get("memory_bytes")
    yield "memory", byte_text(memory) if isinstance(memory, int) else ""
    yield "graphics cards", ", ".join(map(str, about.get("gpus") or ())) or "none"
    yield "platform", str(about.get("platform") or "")
    yield "Python", str(about.get("python") or "")
    yield "sweep", str(about.get("sweep") or "")
    git = about.get("git")
    if git:
        yield "git commit", f"{git.get('commit')}{' (with changes)' if git.get('dirty') else ''}"
    for name, version in (about.get("packages") or {}).items():
        yield name, str(version or "")
