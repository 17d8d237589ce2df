"""Packages that only some exports need."""

from __future__ import annotations

import importlib
from types import ModuleType

from sweep.errors import InputError


def require(package: str, form: str) -> ModuleType:
    """Raises InputError, with what to install, where the package is not there."""
    try:
        return importlib.import_module(package)
    except ImportError as exc:
        raise InputError(
            f"--format {form} needs {package}, which is not installed; install it with: pip install -e '.[export]'"
        ) from exc
