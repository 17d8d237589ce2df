"""KerasTuner's Hyperband on digits, with its TensorBoard callback; the space of `hyperband.yaml`."""

from __future__ import annotations

from typing import Any

import keras
import keras_tuner

from benchmarks.peers.digits import build, load_digits
from benchmarks.peers.outcome import print_outcome


class DigitsModel(keras_tuner.HyperModel):
    def __init__(self) -> None:
        super().__init__()
        self.epochs = 0

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        config: dict[str, Any] = {"conv_layers": hp.Int("conv_layers", 1, 3), "dense_units": 64}
        for index in range(config["conv_layers"]):
            config[f"filters_{index}"] = hp.Choice(f"filters_{index}", [16, 32, 64])
            config[f"kernel_size_{index}"] = hp.Choice(f"kernel_size_{index}", [3, 5])
        config["learning_rate"] = hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")
        return build(config)

    def fit(self, hp: keras_tuner.HyperParameters, model: keras.Model, *data: Any, **options: Any) -> Any:
        history = model.fit(*data, batch_size=hp.Choice("batch_size", [16, 32, 64]), **options)
        self.epochs += len(history.epoch)
        return history


def main() -> None:
    digits, hypermodel = load_digits(), DigitsModel()
    tuner = keras_tuner.Hyperband(
        hypermodel, objective="val_accuracy", max_epochs=9, factor=3, seed=1, directory="tuner", project_name="digits"
    )
    callbacks = [keras.callbacks.TensorBoard("tensorboard")]
    tuner.search(*digits.train, validation_data=digits.validation, callbacks=callbacks, verbose=0)
    trials = tuner.oracle.trials.values()
    print_outcome(
        trials=sum("tuner/trial_id" not in trial.hyperparameters.values for trial in trials),
        trainings=len(trials),
        epochs=hypermodel.epochs,
        images=len(digits.train[0]),
        best=max(trial.score for trial in trials),
    )


if __name__ == "__main__":
    main()
