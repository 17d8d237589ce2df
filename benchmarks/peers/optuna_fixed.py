"""The fixed configurations as enqueued trials of an Optuna study on SQLite, two at a time."""

from __future__ import annotations

import optuna

from benchmarks.peers.digits import fit, fixed_configs, load_digits
from benchmarks.peers.outcome import print_outcome


def main() -> None:
    digits, configs = load_digits(), fixed_configs()
    same = {name: configs[0][name] for name in ("dense_units", "epochs")}

    def objective(trial: optuna.Trial) -> float:
        config = same | suggest(trial)
        accuracies = fit(config, digits)
        trial.set_user_attr("epochs", len(accuracies))
        return max(accuracies)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", storage="sqlite:///study.db")
    for config in configs:
        study.enqueue_trial(config)
    study.optimize(objective, n_trials=len(configs), n_jobs=2)
    trials = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    print_outcome(
        trials=len(trials),
        epochs=sum(trial.user_attrs["epochs"] for trial in trials),
        images=len(digits.train[0]),
        best=study.best_value,
    )


def suggest(trial: optuna.Trial) -> dict[str, float]:
    config: dict[str, float] = {"conv_layers": trial.suggest_int("conv_layers", 1, 3)}
    for index in range(int(config["conv_layers"])):
        for name, values in (("filters", [16, 32, 64]), ("kernel_size", [3, 5])):
            config[f"{name}_{index}"] = trial.suggest_categorical(f"{name}_{index}", values)
    config["learning_rate"] = trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)
    config["batch_size"] = trial.suggest_categorical("batch_size", [16, 32, 64])
    return config


if __name__ == "__main__":
    main()
