"""A configuration becomes a compiled Keras model: the built-in `cnn` or the user's own KerasTuner code."""
