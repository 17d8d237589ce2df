from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from sweep.cli import options


@click.command()
@options.workers
def command(workers: int | None) -> None:
    click.echo(repr(workers))


@pytest.mark.parametrize(
    ("arguments", "workers"),
    [([], None), (["--workers", "auto"], None), (["--workers", "0"], 0), (["--workers", "12"], 12)],
)
def test_workers_are_a_number_or_chosen(arguments: list[str], workers: int | None) -> None:
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.output) == (0, f"{workers!r}\n")


@pytest.mark.parametrize("junk", ["-1", "two", "1.5", "", "AUTO", "1e3"])
def test_anything_else_is_refused_in_one_line(junk: str) -> None:
    result = CliRunner().invoke(command, ["--workers", junk])
    assert result.exit_code == 2
    message = f"Error: Invalid value for '--workers': {junk!r} is neither 'auto' nor a number of processes, 0 or more"
    assert result.output.splitlines()[-1] == message


def test_the_help_says_what_is_the_default() -> None:
    text = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    assert "--workers auto|N Processes that train side by side (0: in this process); auto: as many as" in text
    assert "[default: auto]" in text
