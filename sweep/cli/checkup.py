"""The command doctor."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sweep.cli import options


@click.command(short_help="Is all that sweeps need here?")
@click.option("--no-self-test", is_flag=True, help="Look only; train nothing.")
@options.runs_dir
@options.as_json
def doctor(no_self_test: bool, runs_dir: Path, as_json: bool) -> None:
    """Is all that sweeps need here? Versions, graphics cards, disk and cache, then a tiny sweep in a temporary folder,
    which takes less than a minute. Exits with 1 where something is wrong."""
    from sweep.cli.printing import print_folded
    from sweep.cli.terminal import make_console
    from sweep.doctor import examine

    console = make_console()
    checks = []
    for check in examine(runs_dir, self_test=not no_self_test):
        checks.append(check)
        if not as_json:
            print_folded(console, f"{'ok   ' if check.ok else 'WRONG'}  {check.name}: {check.text}", indent=7)
    wrong = not all(check.ok for check in checks)
    if as_json:
        options.print_json({"ok": not wrong, "checks": [asdict(check) for check in checks]})
    if wrong:
        raise click.exceptions.Exit(1)
