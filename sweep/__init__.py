"""Hyperparameter sweeps for Keras image classifiers: same file and seed, same table of results.

>>> space = sweep.load_space("search_spaces/digits.yaml")
>>> result = sweep.run(space)
>>> result.test_accuracy
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweep.api import evaluate, open, resume, retrain_best, run
    from sweep.result import SweepResult
    from sweep.space.load import load_space

__version__ = "0.1.0"
__all__ = ["SweepResult", "evaluate", "load_space", "open", "resume", "retrain_best", "run"]

_HOMES = {"load_space": "sweep.space.load", "SweepResult": "sweep.result"}


def __getattr__(name: str) -> Any:
    """Imports only what is asked for: `import sweep` itself costs nothing, and never TensorFlow."""
    if name not in __all__:
        raise AttributeError(f"module 'sweep' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "sweep.api")), name)
