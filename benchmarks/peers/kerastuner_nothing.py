"""What KerasTuner costs besides training: trials that do nothing, over the space of `orchestration.py`.

python -m benchmarks.peers.kerastuner_nothing random 2000
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any

import keras_tuner

from benchmarks.peers.outcome import print_outcome

TRIALS_OF_ALL_BRACKETS = 70
"""Promotions included, as KerasTuner counts them: for 27 epochs and a factor of 3."""


def score(hp: keras_tuner.HyperParameters) -> float:
    for index in range(hp.Int("conv_layers", 1, 5)):
        hp.Choice(f"filters_{index}", [16, 32, 64])
        hp.Choice(f"kernel_size_{index}", [3, 5, 7])
    rate = hp.Float("learning_rate", 1e-5, 1e-1, sampling="log")
    hp.Choice("batch_size", [16, 32, 64])
    hp.Int("epochs", 1, 27)
    hp.Float("dropout", 0.0, 0.7)
    return abs(math.log10(rate) + 3)


class RandomNothing(keras_tuner.RandomSearch):
    def run_trial(self, trial: Any, *_: Any, **__: Any) -> dict[str, float]:
        return {"score": score(trial.hyperparameters)}


class HyperbandNothing(keras_tuner.Hyperband):
    def run_trial(self, trial: Any, *_: Any, **__: Any) -> dict[str, float]:
        return {"score": score(trial.hyperparameters)}


def main(method: str, trials: int) -> None:
    # Hyperband ends at once where it does not know the space; whatever is given to declare it is not asked for a model.
    place: dict[str, Any] = {"hypermodel": score, "objective": keras_tuner.Objective("score", "min"), "seed": 1}
    place |= {"directory": "tuner", "project_name": "nothing"}
    if method == "random":
        tuner: Any = RandomNothing(max_trials=trials, **place)
    else:
        iterations = max(1, round(trials / TRIALS_OF_ALL_BRACKETS))
        tuner = HyperbandNothing(max_epochs=27, factor=3, hyperband_iterations=iterations, **place)
    started = time.perf_counter()
    tuner.search(verbose=0)
    seconds = time.perf_counter() - started
    done = len(tuner.oracle.trials)
    print_outcome(trials=done, milliseconds=1000 * seconds / done)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
