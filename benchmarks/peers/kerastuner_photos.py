"""KerasTuner's random search on photos in class folders, with its TensorBoard callback; the space of `photos.yaml`.

    python -m benchmarks.peers.kerastuner_photos FOLDER
    python -m benchmarks.peers.kerastuner_photos FOLDER --cache

Photos are read with `image_dataset_from_directory`, as the guides of Keras do it. With `--cache` the decoded ones are
kept in memory after the first epoch, which those guides leave out and which takes 48 kB a photo.
"""

from __future__ import annotations

import argparse
from typing import Any

import keras
import keras_tuner
from keras import layers

from benchmarks.peers.outcome import print_outcome

SIZE = (64, 64)
TEST, VALIDATION = 0.2, 0.16
"""Parts of all photos, as `sweep` has them where no split ships with the data."""


class PhotosModel(keras_tuner.HyperModel):
    def __init__(self, train: Any, validation: Any, classes: int) -> None:
        super().__init__()
        self.train, self.validation, self.classes = train, validation, classes
        self.epochs = 0

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        model = keras.Sequential([keras.Input((*SIZE, 3)), layers.Rescaling(1 / 255)])
        for index in range(hp.Int("conv_layers", 2, 4)):
            filters, kernel_size = hp.Choice(f"filters_{index}", [16, 32]), hp.Choice(f"kernel_size_{index}", [3, 5])
            model.add(layers.Conv2D(filters, kernel_size, padding="same", activation="relu"))
            model.add(layers.MaxPooling2D(2, padding="same"))
        model.add(layers.Flatten())
        model.add(layers.Dense(64, activation="relu"))
        model.add(layers.Dense(self.classes, activation="softmax"))
        model.compile(
            optimizer=keras.optimizers.Adam(hp.Float("learning_rate", 1e-4, 1e-2, sampling="log")),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def fit(self, hp: keras_tuner.HyperParameters, model: keras.Model, **options: Any) -> Any:
        size = hp.Choice("batch_size", [16, 32, 64])
        train, validation = (part.batch(size).prefetch(2) for part in (self.train, self.validation))
        history = model.fit(train, validation_data=validation, **options)
        self.epochs += len(history.epoch)
        return history


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--cache", action="store_true")
    arguments = parser.parse_args()
    train, held_out = keras.utils.image_dataset_from_directory(
        arguments.folder,
        image_size=SIZE,
        batch_size=None,
        validation_split=TEST + VALIDATION,
        subset="both",
        seed=0,
        verbose=False,
    )
    classes, images = len(train.class_names), int(train.cardinality())
    validation = held_out.take(round(int(held_out.cardinality()) * VALIDATION / (TEST + VALIDATION)))
    if arguments.cache:
        train, validation = train.cache(), validation.cache()
    hypermodel = PhotosModel(train, validation, classes)
    tuner = keras_tuner.RandomSearch(
        hypermodel, objective="val_accuracy", max_trials=8, seed=1, directory="tuner", project_name="photos"
    )
    tuner.search(epochs=4, callbacks=[keras.callbacks.TensorBoard("tensorboard")], verbose=0)
    trials = tuner.oracle.trials.values()
    print_outcome(
        trials=len(trials), epochs=hypermodel.epochs, images=images, best=max(trial.score for trial in trials)
    )


if __name__ == "__main__":
    main()
