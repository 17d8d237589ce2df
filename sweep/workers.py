"""How many processes train side by side, and on which graphics card each. Nothing of it may change a result."""

from __future__ import annotations

from sweep.machine import Gpu, Machine
from sweep.space.definition import BayesianSearch, GridSearch, Space
from sweep.space.dimensions import count_grid, expand

PROCESS_BYTES = 800_000_000
"""The memory of a process with TensorFlow and no model, as in `sweep.model.size`."""

GPU_PROCESS_BYTES = 1_000_000_000
"""The same of a graphics card's memory: CUDA and its libraries. Meant to lie above the truth."""


def choose_workers(space: Space, machine: Machine, trials_per_gpu: int = 1, model_bytes: int = 0) -> int:
    """So many that each has its processors, its memory and its place on a graphics card, where there are any, and no
    more than there can be trials at a time; at least 1.

    `trials_per_gpu` at most share a card, fewer where its memory is short. `model_bytes` is what the largest model
    needs besides its process, where that is known.
    """
    limits = [machine.processors // space.threads_per_trial]
    if machine.memory is not None:
        left = machine.memory - PROCESS_BYTES  # the process that workers are forked from has TensorFlow, too
        limits.append(left // (PROCESS_BYTES + model_bytes))
    if machine.gpus:
        limits.append(len(_places(machine.gpus, trials_per_gpu, model_bytes)))
    return max(1, min(limits + _most_at_once(space)))


def gpu_environments(
    workers: int, machine: Machine, trials_per_gpu: int = 1, model_bytes: int = 0
) -> list[dict[str, str]]:
    """The environment variables of each worker: one graphics card, in turn; none on a machine without any.

    Those that share a card take of its memory what they need, as it grows (`runtime_environment`).
    """
    places = _places(machine.gpus, trials_per_gpu, model_bytes)
    if not places:
        return [{} for _ in range(workers)]
    return [{"CUDA_VISIBLE_DEVICES": places[worker % len(places)]} for worker in range(workers)]


def _places(gpus: tuple[Gpu, ...], trials_per_gpu: int, model_bytes: int) -> list[str]:
    """A card's name for each trial it takes; the first of all cards, then the second ones, ..."""
    need = GPU_PROCESS_BYTES + model_bytes
    room = {gpu.name: trials_per_gpu if gpu.memory is None else max(1, gpu.memory // need) for gpu in gpus}
    return [gpu.name for turn in range(trials_per_gpu) for gpu in gpus if turn < room[gpu.name]]


def _most_at_once(space: Space) -> list[int]:
    """Bounds of how many trials there can ever be at one time, as far as they are quickly told."""
    bounds = [] if space.search.max_trials is None else [space.search.max_trials]
    if isinstance(space.search, BayesianSearch):
        bounds.append(space.search.generation)
    if isinstance(space.search, GridSearch):
        bounds.append(count_grid(expand(space)))
    return bounds
