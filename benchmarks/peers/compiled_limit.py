"""The limit of this machine: the fixed configurations with nothing around the arithmetic of their training.

Each epoch, validation included, is one call of a compiled function; the digits lie in memory; two processes with one
thread each take the next configuration when they are done with one. Nothing is searched, stored, shown or reproducible.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.peers.digits import Digits, build, fixed_configs, load_digits
from benchmarks.peers.outcome import print_outcome

PROCESSES = 2


def main() -> None:
    os.environ |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        accuracies = list(pool.imap_unordered(train, fixed_configs(), chunksize=1))
    images = len(load_digits().train[0])
    print_outcome(
        trials=len(accuracies), epochs=sum(map(len, accuracies)), images=images, best=max(map(max, accuracies))
    )


def train(config: Mapping[str, Any]) -> list[float]:
    """The accuracy on validation after each epoch."""
    epoch = compiled_epoch(config, load_digits())
    return [float(epoch()) for _ in range(config["epochs"])]


def compiled_epoch(config: Mapping[str, Any], digits: Digits) -> Callable[[], Any]:
    import tensorflow as tf

    images, labels = map(tf.constant, digits.train)
    shown, wanted = map(tf.constant, digits.validation)
    model, rows, size = build(config), len(images), config["batch_size"]
    weights, optimizer = model.trainable_variables, model.optimizer
    optimizer.build(weights)

    def update(start: tf.Tensor, order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = order[start : start + size]
        with tf.GradientTape() as tape:
            answers = model(tf.gather(images, chosen), training=True)
            loss = tf.keras.losses.sparse_categorical_crossentropy(tf.gather(labels, chosen), answers)
            mean = tf.reduce_mean(loss)
        optimizer.apply(tape.gradient(mean, weights), weights)
        return start + size, order

    @tf.function(autograph=False)
    def epoch() -> tf.Tensor:
        order = tf.random.shuffle(tf.range(rows))
        trained, _ = tf.while_loop(lambda start, _: start < rows, update, (0, order), parallel_iterations=1)
        with tf.control_dependencies([trained]):
            answers = tf.argmax(model(shown, training=False), axis=1)
        return tf.reduce_mean(tf.cast(answers == wanted, tf.float32))

    return epoch


if __name__ == "__main__":
    main()
