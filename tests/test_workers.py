from __future__ import annotations

import os
from typing import Any

import pytest

from sweep.machine import Gpu, Machine
from sweep.space.definition import Space
from sweep.workers import GPU_PROCESS_BYTES, PROCESS_BYTES, choose_workers, gpu_environments

GB = 10**9
GRID = {"optimizer": {"type": "choice", "values": ["adam", "sgd"]}, "batch_norm": {"type": "boolean"}}


def space(threads: int = 1, parameters: dict[str, Any] | None = None, **search: Any) -> Space:
    search = search or {"method": "hyperband"}
    data = {"name": "s", "data": {"source": "digits"}, "threads_per_trial": threads, "search": search}
    return Space.model_validate({**data, "parameters": parameters or {}})


@pytest.mark.parametrize(("processors", "threads", "workers"), [(8, 1, 8), (8, 2, 4), (8, 3, 2), (8, 16, 1), (1, 1, 1)])
def test_each_worker_has_its_processors(processors: int, threads: int, workers: int):
    assert choose_workers(space(threads), Machine(processors)) == workers


@pytest.mark.parametrize(
    ("memory", "model", "workers"),
    [
        (5 * PROCESS_BYTES, 0, 4),  # one is the orchestrator
        (5 * PROCESS_BYTES - 1, 0, 3),
        (PROCESS_BYTES, 0, 1),
        (0, 0, 1),
        (100 * GB, 0, 16),
        (17 * GB, 2 * GB, 5),
    ],
)
def test_each_worker_has_its_memory(memory: int, model: int, workers: int):
    assert choose_workers(space(), Machine(16, memory), model_bytes=model) == workers


@pytest.mark.parametrize(
    ("gpus", "each", "workers"),
    [
        ((), 4, 16),
        ((Gpu("0"), Gpu("1")), 1, 2),
        ((Gpu("0"), Gpu("1")), 3, 6),
        ((Gpu("0"),), 40, 16),
        ((Gpu("0", 10 * GPU_PROCESS_BYTES), Gpu("1", 2 * GPU_PROCESS_BYTES)), 3, 5),
        ((Gpu("0", 0),), 3, 1),
    ],
)
def test_each_worker_has_a_place_on_a_card(gpus: tuple[Gpu, ...], each: int, workers: int):
    assert choose_workers(space(), Machine(16, None, gpus), trials_per_gpu=each) == workers


def test_a_model_s_memory_counts_on_a_card_too():
    machine = Machine(16, None, (Gpu("0", 8 * GB),))
    assert choose_workers(space(), machine, trials_per_gpu=4, model_bytes=3 * GB) == 2


@pytest.mark.parametrize(
    ("search", "workers"),
    [
        ({"method": "random", "max_trials": 5}, 5),
        ({"method": "random", "max_trials": 1}, 1),
        ({"method": "hyperband", "max_trials": 7}, 7),
        ({"method": "bayesian", "max_trials": 20, "generation": 6}, 6),
        ({"method": "bayesian", "max_trials": 2, "generation": 6}, 2),
        ({"method": "grid"}, 4),
        ({"method": "grid", "max_trials": 3}, 3),
        ({"method": "hyperband"}, 64),
    ],
)
def test_no_more_than_there_can_be_trials_at_a_time(search: dict[str, Any], workers: int):
    assert choose_workers(space(parameters=GRID, **search), Machine(64)) == workers


def test_workers_without_cards_are_told_of_none():
    assert gpu_environments(2, Machine(8), trials_per_gpu=2) == [{}, {}]


def cards_of(workers: int, gpus: tuple[Gpu, ...], each: int) -> list[str]:
    return [one["CUDA_VISIBLE_DEVICES"] for one in gpu_environments(workers, Machine(8, None, gpus), each)]


def test_cards_are_given_out_in_turn():
    two = Gpu("GPU-a"), Gpu("GPU-b")
    assert cards_of(2, two, 1) == ["GPU-a", "GPU-b"]
    assert cards_of(4, two, 2) == ["GPU-a", "GPU-b", "GPU-a", "GPU-b"]
    assert cards_of(1, two, 2) == ["GPU-a"]
    assert cards_of(3, two, 1) == ["GPU-a", "GPU-b", "GPU-a"]  # the user asked for more workers than places


def test_a_card_with_little_memory_takes_fewer():
    gpus = Gpu("small", GPU_PROCESS_BYTES), Gpu("large", 4 * GPU_PROCESS_BYTES)
    assert cards_of(4, gpus, 3) == ["small", "large", "large", "large"]
    assert len(cards_of(4, gpus, 3)) == choose_workers(space(), Machine(8, None, gpus), trials_per_gpu=3)


def test_the_processors_are_those_of_this_process():
    from sweep.machine import this_machine

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    assert choose_workers(space(), Machine(this_machine().processors)) <= usable
