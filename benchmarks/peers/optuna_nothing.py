"""What Optuna on SQLite costs besides training: trials that do nothing, over the space of `orchestration.py`.

python -m benchmarks.peers.optuna_nothing 2000
"""

from __future__ import annotations

import math
import sys
import time

import optuna

from benchmarks.peers.outcome import print_outcome


def objective(trial: optuna.Trial) -> float:
    for index in range(trial.suggest_int("conv_layers", 1, 5)):
        trial.suggest_categorical(f"filters_{index}", [16, 32, 64])
        trial.suggest_categorical(f"kernel_size_{index}", [3, 5, 7])
    rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    trial.suggest_categorical("batch_size", [16, 32, 64])
    trial.suggest_int("epochs", 1, 27)
    trial.suggest_float("dropout", 0.0, 0.7)
    return abs(math.log10(rate) + 3)


def main(trials: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.RandomSampler(seed=1)
    study = optuna.create_study(storage="sqlite:///study.db", sampler=sampler)
    started = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    seconds = time.perf_counter() - started
    print_outcome(trials=len(study.trials), milliseconds=1000 * seconds / trials)


if __name__ == "__main__":
    main(int(sys.argv[1]))
