"""The built-in `cnn`: convolution blocks, then dense layers, then a softmax over the classes."""

from __future__ import annotations

import keras
from keras import layers

from sweep.model.augmentation import augmentation_layers
from sweep.model.image_input import ImageInput
from sweep.model.numerics import require_jit, scaling_loss
from sweep.model.optimizers import build_optimizer
from sweep.model.parameters import layer_filters, layer_parameter, parameter
from sweep.model.scaling import pixel_input, scaling_layer
from sweep.records import Config

_POOLING = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
_GLOBAL_POOLING = {"none": layers.Flatten, "max": layers.GlobalMaxPooling2D, "average": layers.GlobalAveragePooling2D}


def build_cnn(config: Config, image_input: ImageInput, scaling: str, jit: bool = False) -> keras.Model:
    """A compiled model from raw uint8 pixels (n, height, width, channels) to float32 probabilities (n, classes).

    It has Keras' own layers only, so its `.keras` file loads without this package. The weights come from Keras' global
    seed: call `keras.utils.set_random_seed` first. Between the scaled pixels and the classifier its layers compute as
    Keras' dtype policy says; for mixed_float16 the optimizer scales the loss. For the hyperparameters see
    `CNN_PARAMETERS`. Raises ValueError where it was to be compiled with XLA (`jit`) and cannot be.
    """
    model = cnn_layers(config, image_input, scaling)
    model.compile(
        optimizer=scaling_loss(build_optimizer(config)),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=float(parameter(config, "label_smoothing"))),
        metrics=["accuracy"],
        jit_compile=jit,
    )
    if jit:
        require_jit(model)
    return model


def cnn_layers(config: Config, image_input: ImageInput, scaling: str) -> keras.Model:
    """As `build_cnn`, not compiled."""
    pixels = pixel_input(image_input)
    x = pixels
    for layer in augmentation_layers(str(parameter(config, "augmentation"))):
        # Left out, `training` would be true for these layers in a plain `model(x)`, and its answers random.
        x = layer(x, training=False)
    x = scaling_layer(scaling, image_input)(x)
    for index in range(int(parameter(config, "conv_layers"))):
        x = _conv_block(x, config, index)
    x = _GLOBAL_POOLING[str(parameter(config, "global_pooling"))]()(x)
    x = _dense_layers(x, config)
    probabilities = layers.Dense(image_input.classes, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(pixels, probabilities, name="cnn")


def _conv_block(x: keras.KerasTensor, config: Config, index: int) -> keras.KerasTensor:
    """Convolution, batch norm, activation, pooling, dropout. `same` padding lets any kernel and pooling fit any map."""
    batch_norm = bool(parameter(config, "batch_norm"))
    kernel_size = int(layer_parameter(config, "kernel_size", index))
    x = layers.Conv2D(layer_filters(config, index), kernel_size, padding="same", use_bias=not batch_norm)(x)
    if batch_norm:
        x = layers.BatchNormalization()(x)
    x = layers.Activation(str(layer_parameter(config, "activation", index)))(x)
    pooling = str(layer_parameter(config, "pooling", index))
    if pooling != "none":
        x = _POOLING[pooling](2, padding="same")(x)
    rate = float(parameter(config, "conv_dropout"))
    return layers.SpatialDropout2D(rate)(x) if rate else x


def _dense_layers(x: keras.KerasTensor, config: Config) -> keras.KerasTensor:
    """Dropout follows each dense layer; where there are none it stands before the classifier."""
    count = int(parameter(config, "dense_layers"))
    activation = str(layer_parameter(config, "activation", int(parameter(config, "conv_layers")) - 1))
    for index in range(count):
        x = layers.Dense(int(layer_parameter(config, "dense_units", index)), activation=activation)(x)
        x = _dropout(x, float(layer_parameter(config, "dropout", index)))
    return x if count else _dropout(x, float(layer_parameter(config, "dropout", 0)))


def _dropout(x: keras.KerasTensor, rate: float) -> keras.KerasTensor:
    return layers.Dropout(rate)(x) if rate else x
