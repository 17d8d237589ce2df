"""The command `sweep`. Each command imports what is heavy only when it runs."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import traceback
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from sweep import __version__
from sweep.cli import options
from sweep.cli.board import tensorboard
from sweep.cli.checkup import doctor
from sweep.cli.completion import completion
from sweep.cli.ctrl_c import never_lost
from sweep.cli.data import data
from sweep.cli.definitions import plan, validate
from sweep.cli.going_on import compare, import_wandb, refine
from sweep.cli.keeping import label, rm
from sweep.cli.predicting import predict
from sweep.cli.reading import best, export, list_, show, trials
from sweep.cli.reporting import report
from sweep.cli.running import evaluate, resume, retrain_best, retry, run
from sweep.cli.status import status
from sweep.cli.stopping import stop
from sweep.errors import Interrupted, SweepError
from sweep.text import one_line, os_error_line, printable


class _Group(click.Group):
    """Lists its commands as they were added: the way a user meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of `sweep trials | head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python itself would complain at exit
            raise click.exceptions.Exit(0) from None
        except KeyboardInterrupt as exc:
            raise Interrupted("stopped") from exc


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sweep")
@options.debug
def cli() -> None:
    """Hyperparameter sweeps for Keras image classifiers.

    One search-space file in, one honest test accuracy out.

    FILE is a search-space file, RUN the name of a run: where it may be left out, the latest.
    """


for command in (
    validate,
    plan,
    data,
    run,
    resume,
    retry,
    status,
    stop,
    list_,
    show,
    trials,
    best,
    retrain_best,
    evaluate,
    predict,
    report,
    tensorboard,
    export,
    compare,
    refine,
    import_wandb,
    label,
    rm,
    doctor,
    completion,
):
    cli.add_command(options.debug(command))


def main() -> None:
    """The console script: errors become one line on stderr and an exit code (1, 2, or 130 after Ctrl-C)."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # it is Ctrl-C: what is half made goes
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that has characters the terminal lacks
    try:
        with never_lost():
            code = cli.main(prog_name="sweep", standalone_mode=False)
        sys.exit(code or 0)
    except click.exceptions.NoArgsIsHelpError as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except click.ClickException as exc:
        _fail(_usage(exc), exc.exit_code)
    except SweepError as exc:
        text = "\n".join(map(printable, str(exc).split("\n")))  # all mistakes of a file, the first bad images
        _fail(text, exc.exit_code, "sweep" if exc.exit_code == 130 else "error")
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped", 130, "sweep")
    except OSError as exc:  # not foreseen, but hardly a fault of ours
        _fail(os_error_line(exc), 1)
    except Exception as exc:
        _fail(f"{one_line(exc)} (this is a fault in sweep{_keep_traceback()})", 1)


def _fail(text: str, code: int, who: str = "error") -> NoReturn:
    if "--debug" in sys.argv:
        traceback.print_exc()
    click.echo(f"{who}: {text}", err=True)
    sys.exit(code)


def _usage(exc: click.ClickException) -> str:
    message = printable(exc.format_message().replace("\n\t", " ")).rstrip(".")  # of a list of choices
    context = getattr(exc, "ctx", None)
    return f"{message} (see: {context.command_path} --help)" if context else message


def _keep_traceback() -> str:
    """Where it is, or nothing where there is no place for it."""
    options: dict[str, Any] = {"prefix": "sweep-", "suffix": ".log", "delete": False}
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="backslashreplace", **options) as file:
            traceback.print_exc(file=file)
    except OSError:
        return ""
    return f"; traceback: {file.name}"


if __name__ == "__main__":
    main()
