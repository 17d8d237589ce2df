"""How many epochs a trial may train: `epochs` is a parameter under every method, and the budget under Hyperband."""

from __future__ import annotations

from sweep.records import Config
from sweep.space.builtin import CNN_PARAMETERS
from sweep.space.definition import FixedParameter, IntParameter, Space

DEFAULT_EPOCHS = int(CNN_PARAMETERS["epochs"].default)
DEFAULT_BATCH_SIZE = int(CNN_PARAMETERS["batch_size"].default)


def epoch_bounds(space: Space) -> tuple[int, int]:
    """Hyperband's smallest and full budget, in epochs: min and max of `epochs`; a plain value is the full one."""
    parameter = space.parameters.get("epochs")
    if isinstance(parameter, IntParameter):
        return parameter.min, parameter.max
    return 1, int(parameter.value) if isinstance(parameter, FixedParameter) else DEFAULT_EPOCHS


def full_budget(space: Space) -> int | None:
    """The epochs a trial must have been granted to count as fully trained; None where every trial gets its own."""
    return epoch_bounds(space)[1] if space.search.method == "hyperband" else None


def epochs_of(config: Config) -> int:
    """The budget that a configuration itself asks for, outside Hyperband."""
    return int(config.get("epochs", DEFAULT_EPOCHS))


def batch_size_of(config: Config) -> int:
    return int(config.get("batch_size", DEFAULT_BATCH_SIZE))
