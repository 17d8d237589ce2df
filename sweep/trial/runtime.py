"""What TensorFlow is told in a process that trains, before it does anything. Importing this does not import it."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

from sweep.errors import SweepFailed
from sweep.trial.environment import runtime_environment


def configure_runtime(threads: int, deterministic: bool) -> None:
    """Start TensorFlow and the numeric libraries with `threads` threads, with deterministic ops if wanted.

    To be called once in a process, before it runs any op; calling it again with the same settings does nothing. Once
    switched on, determinism stays. Raises SweepFailed where TensorFlow was already started with other threads.
    """
    os.environ.update(runtime_environment(threads))
    tensorflow = import_tensorflow()
    try:
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
        for gpu in _gpus(tensorflow):
            tensorflow.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as exc:
        raise SweepFailed(
            f"TensorFlow was already started in this process with other settings than threads_per_trial: {threads}; "
            "use --workers 1, which trains in a process of its own"
        ) from exc
    _limit_loaded_libraries(threads)
    tensorflow.get_logger().setLevel("ERROR")  # else it warns of every trial's being compiled anew
    if deterministic:
        tensorflow.config.experimental.enable_op_determinism()


def _limit_loaded_libraries(threads: int) -> None:
    """BLAS and OpenMP read the environment when they are loaded, which may have been before it was set."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)


def _gpus(tensorflow: Any) -> list[Any]:
    with _quiet_stderr():  # a machine without one is no error
        return tensorflow.config.list_physical_devices("GPU")


def import_tensorflow() -> Any:
    """TensorFlow, without what it writes to the terminal while it is loaded and when it meets no GPU."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # a model that is only looked at takes no whole card
    with _quiet_stderr(), _no_collection():
        import tensorflow

    return tensorflow


@contextlib.contextmanager
def spared_imports() -> Iterator[None]:
    """Inside, these packages seem not to be installed: Keras and KerasTuner import each that they find, for plots,
    tables and wrappers that no built-in model uses, which takes two thirds as long as all of TensorFlow."""
    spared = [name for name in ("matplotlib", "pandas", "scipy", "sklearn") if name not in sys.modules]
    for name in spared:
        sys.modules[name] = None  # type: ignore[assignment]  # importlib's sign for "there is none"
    try:
        yield
    finally:
        for name in spared:
            del sys.modules[name]


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """To look for garbage among hundreds of thousands of objects, all to stay, is a fifth of the time of an import."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """TensorFlow writes to file descriptor 2 while it is loaded and looks for devices, whatever its log level is."""
    saved = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
