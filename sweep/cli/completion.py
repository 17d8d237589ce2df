"""The command completion."""

from __future__ import annotations

import click

from sweep.cli.shells import add_shells

add_shells()  # before click is asked to complete anything


@click.command(short_help="Print what makes a shell complete `sweep`.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL (bash, zsh or fish) complete commands, options, runs and trials.

    \b
    bash:  echo 'eval "$(sweep completion bash)"' >> ~/.bashrc
    zsh:   echo 'eval "$(sweep completion zsh)"' >> ~/.zshrc
    fish:  sweep completion fish > ~/.config/fish/completions/sweep.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "sweep", "_SWEEP_COMPLETE").source())
