"""TensorBoard on this machine only, for one sweep or several."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Mapping
from pathlib import Path

from sweep.errors import InputError


def serve(logdirs: Mapping[str, Path], port: int | None = None, ready: Callable[[str], None] = print) -> None:
    """Serve the log directories of the named sweeps on localhost until Ctrl-C; `ready` is given the URL of the HParams
    page.

    Without a `port` it is 6006 or the next free one. Raises InputError where `port` is taken or there is no sweep.
    """
    if not logdirs:
        raise InputError("there is no sweep to show in TensorBoard; start one with `sweep run`")
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="sweep-tensorboard-") as folder:
        ready(f"{start(gather(logdirs, Path(folder)), port)}#hparams")
        threading.Event().wait()


def gather(logdirs: Mapping[str, Path], folder: Path) -> Path:
    """The one log directory that shows all of `logdirs`: itself where there is one, else links to them in `folder`.

    TensorBoard's own way for several, `--logdir_spec`, does without its fast data server and splits paths at commas.
    """
    if len(logdirs) == 1:
        return next(iter(logdirs.values()))
    for name, logdir in logdirs.items():
        (folder / name).symlink_to(logdir.resolve(), target_is_directory=True)
    return folder


def start(logdir: Path, port: int | None = None) -> str:
    """Start the server in a thread that ends with this process, which should do nothing else; its URL.

    Raises InputError where `port` is taken.
    """
    _spare_tensorflow()
    from tensorboard import default
    from tensorboard.plugins.hparams.hparams_plugin import HParamsPlugin
    from tensorboard.program import TensorBoard, TensorBoardServerException

    from sweep.tracking.plugin import SweepsPlugin

    plugins = [SweepsPlugin if plugin is HParamsPlugin else plugin for plugin in default.get_plugins()]
    server = TensorBoard(plugins=plugins)
    server.configure(logdir=str(logdir), host="localhost", port=port)
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # a note about a flag that is TensorBoard's, not ours
            return str(server.launch())
    except TensorBoardServerException as exc:
        raise InputError(f"{exc}; choose another port, or none to take a free one") from exc


def _spare_tensorflow() -> None:
    """Keep TensorBoard in this process from importing TensorFlow, by a module that it looks for itself.

    Where there is no program of its data server it needs TensorFlow: its plain reader ends when a file is deleted.
    """
    import tensorboard_data_server

    if tensorboard_data_server.server_binary() is not None:
        sys.modules.setdefault("tensorboard.compat.notf", types.ModuleType("tensorboard.compat.notf"))
