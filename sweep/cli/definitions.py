"""Commands about a search-space file: validate, plan."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli import options


@click.command()
@options.definition
@options.overrides
@options.as_json
def validate(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check FILE and report every mistake in it, with line and column. Needs neither data nor TensorFlow."""
    from sweep.errors import DefinitionError
    from sweep.space.dimensions import count_configs, expand
    from sweep.space.load import load_space
    from sweep.text import counted

    try:
        space = load_space(file, overrides)
    except DefinitionError as exc:
        if not as_json:
            raise
        problems = [{"line": one.line, "column": one.column, "message": one.message} for one in exc.problems]
        options.print_json({"file": str(file), "valid": False, "problems": problems})
        raise click.exceptions.Exit(exc.exit_code) from exc
    dimensions = expand(space)
    varying = sum(not dimension.is_fixed for dimension in dimensions)
    size = count_configs(dimensions)
    if as_json:
        options.print_json({"file": str(file), "valid": True, "problems": [], "dimensions": varying, "size": size})
    else:
        many = "endlessly many configurations" if size is None else counted(size, "configuration")
        click.echo(f"{file}: valid: {counted(varying, 'dimension')}, {many}, {space.search.method} search")


@click.command()
@options.definition
@options.overrides
@click.option("--samples", type=click.IntRange(min=0), default=3, show_default=True, help="Configurations to show.")
@options.as_json
def plan(file: Path, overrides: tuple[str, ...], samples: int, as_json: bool) -> None:
    """Say what `sweep run FILE` would train: trials and epochs of every rung, without training anything."""
    from sweep.cli.console import ConsoleReporter
    from sweep.cli.plan_table import plan_as_json, show_plan
    from sweep.preparation import get_ready
    from sweep.space.load import load_space
    from sweep.trial.runtime import import_tensorflow

    space = load_space(file, overrides)
    with ConsoleReporter(to_stderr=as_json) as reporter:
        ready = get_ready(space, reporter.data)
    import_tensorflow()
    from sweep.model.build import foresee
    from sweep.search.plan import make_plan

    made = make_plan(ready.space)
    forecasts = [foresee(ready.space, config, ready.image_input) for config in made.configs[:samples]]
    if as_json:
        options.print_json(plan_as_json(made, forecasts, ready.dataset))
    else:
        show_plan(made, forecasts, ready.dataset)
