"""The command `sweep`. Each command imports what is heavy only when it runs."""

from __future__ import annotations

import sys
import tempfile
import traceback

import click

from sweep import __version__
from sweep.cli.board import tensorboard
from sweep.cli.data import data
from sweep.cli.definitions import plan, validate
from sweep.cli.reading import best, export, list_, show, trials
from sweep.cli.running import evaluate, resume, retrain_best, run
from sweep.errors import SweepError


class _InOrder(click.Group):
    """Lists its commands as they were added: the way a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sweep")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def cli(debug: bool) -> None:
    """Hyperparameter sweeps for Keras image classifiers.

    One search-space file in, one honest test accuracy out.
    """


for command in (
    validate,
    plan,
    data,
    run,
    resume,
    list_,
    show,
    trials,
    best,
    retrain_best,
    evaluate,
    tensorboard,
    export,
):
    cli.add_command(command)


def main() -> None:
    """The console script: errors become one line on stderr and an exit code (1, 2, or 130 after Ctrl-C)."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except SweepError as exc:
        _show_traceback_if_wanted()
        click.echo(f"sweep: {exc}" if exc.exit_code == 130 else f"error: {exc}", err=True)
        sys.exit(exc.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("sweep: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of `sweep trials | head` has gone; Python would complain at exit
        sys.exit(0)
    except Exception as exc:
        _show_traceback_if_wanted()
        click.echo(f"error: {type(exc).__name__}: {exc}\nThis is a fault in sweep. Traceback: {_keep_traceback()}", err=True)
        sys.exit(1)


def _show_traceback_if_wanted() -> None:
    if "--debug" in sys.argv:
        traceback.print_exc()


def _keep_traceback() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="sweep-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name


if __name__ == "__main__":
    main()
