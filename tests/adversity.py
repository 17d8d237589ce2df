"""What may befall a sweep: each a context in the process that runs it, where it is over when the command is."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Any
from unittest import mock

from sweep import faults
from tests.tiny_sweep import Done, Trainer, call_main

Adversity = Callable[[], AbstractContextManager[None]]


def call_under(
    trainer: Trainer, adversity: Adversity, *arguments: object, cwd: Path, environment: Mapping[str, str] | None = None
) -> Done:
    """The command in the trainer's process, under the adversity, which must be picklable."""
    settings = {**trainer.environment, **(environment or {})}
    task = trainer._process.submit(_call_under, adversity, list(map(str, arguments)), str(cwd), settings)
    return task.result(120)


def _call_under(adversity: Adversity, arguments: list[str], cwd: str, environment: Mapping[str, str]) -> Done:
    with adversity(), _standard_error() as file:
        done = call_main(arguments, cwd, environment)
        file.seek(0)
        return done._replace(err=done.err + file.read())


@contextlib.contextmanager
def _standard_error() -> Iterator[IO[str]]:
    """What reaches the terminal without passing through Python's `sys.stderr`."""
    saved = os.dup(2)
    try:
        with tempfile.TemporaryFile("w+", errors="replace") as file:
            os.dup2(file.fileno(), 2)
            yield file
    finally:
        os.dup2(saved, 2)
        os.close(saved)


@contextlib.contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file may grow above `size` bytes: a write fails as on a full disk, for any user. Python ignores SIGXFSZ."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def no_space(pattern: str) -> Iterator[None]:
    """The disk is full when a file whose path matches is written: it is /dev/full, so the error is the kernel's own."""
    real = Path.open

    def opened(self: Path, mode: str = "r", *more: Any, **options: Any) -> Any:
        is_full = mode[0] in "wa" and fnmatch(str(self), pattern)
        return real(Path("/dev/full") if is_full else self, mode, *more, **options)

    with mock.patch.object(Path, "open", opened):
        yield


@contextlib.contextmanager
def at(point: str, count: int, action: Callable[[], object]) -> Iterator[None]:
    """What else may happen at a named moment of `sweep.faults` than being killed."""
    with tempfile.TemporaryDirectory() as folder:
        fault = {"SWEEP_FAULT": f"{point}:{count}:{folder}/mark"}
        with (
            mock.patch.dict(os.environ, fault),
            mock.patch.dict(faults._reached, clear=True),
            mock.patch("sweep.faults.os.kill", lambda pid, number: action()),
        ):
            yield


def interrupt() -> None:
    """As by Ctrl-C twice."""
    raise KeyboardInterrupt


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


@contextlib.contextmanager
def permissions_bind() -> Iterator[None]:
    """Root does without its power to pass over permissions (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH). Another user, whom
    permissions bind anyway, may not be able to read the interpreter."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(0x20080522, 0), (_Sets * 2)()
    if libc.capget(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    before = sets[0].effective
    try:
        sets[0].effective = before & ~0b110
        if libc.capset(ctypes.byref(header), sets) != 0:
            raise OSError(ctypes.get_errno(), "capset")
        yield
    finally:
        sets[0].effective = before
        libc.capset(ctypes.byref(header), sets)
