"""The fixed configurations with Ray Tune: two actors, each used again for the next trial."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import ray
from ray import tune

from benchmarks.peers.digits import fit, fixed_configs, load_digits
from benchmarks.peers.outcome import print_outcome

LOOPBACK = "127.0.0.1"


def train(config: dict[str, Any]) -> dict[str, Any]:
    digits = load_digits()
    accuracies = fit(config["trial"], digits)
    return {"val_accuracy": max(accuracies), "epochs": len(accuracies), "images": len(digits.train[0])}


def main() -> None:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        logging_level=logging.ERROR,
        _node_ip_address=LOOPBACK,
        _temp_dir=str(Path("ray").absolute()),
    )
    tuner = tune.Tuner(
        tune.with_resources(train, {"cpu": 1}),
        param_space={"trial": tune.grid_search(fixed_configs())},
        tune_config=tune.TuneConfig(metric="val_accuracy", mode="max", reuse_actors=True),
        run_config=tune.RunConfig(verbose=0, storage_path=str(Path("results").absolute())),
    )
    grid = tuner.fit()
    results = [grid[index].metrics or {} for index in range(len(grid)) if grid[index].error is None]
    print_outcome(
        trials=len(results),
        epochs=sum(one["epochs"] for one in results),
        images=results[0]["images"],
        best=max(one["val_accuracy"] for one in results),
    )
    ray.shutdown()


if __name__ == "__main__":
    main()
