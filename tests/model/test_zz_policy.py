import keras, pytest
from sweep.model.build import build_model
from sweep.trial.keras_session import keras_session
from tests.model.conftest import *
def test_policy(user_module, make_space, image_input):
    name = user_module("""
        keras.config.set_dtype_policy("mixed_bfloat16")
        def build(hp):
            model = keras.Sequential([layers.Flatten(), layers.Dense(4)])
            model.compile("adam", "mse")
            return model
    """)
    seen=[]
    for _ in range(2):
        with keras_session():
            seen.append(build_model(make_space(f"{name}:build"), {}, image_input).layers[-1].compute_dtype)
    assert seen == ["bfloat16"]*2
