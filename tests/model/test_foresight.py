from sweep.model.foresight import Foresight, foresee
from sweep.model.limits import ModelSize
from sweep.model.size import estimate
from tests.model.test_build import CONFIG, UNITS, USER


def test_what_a_trial_would_find_is_foreseen(image_input, make_space, user_module):
    assert foresee(make_space(), CONFIG, image_input) == Foresight(estimate(make_space(), CONFIG, image_input))
    large = foresee(make_space().model_copy(update={"max_parameters": 9}), CONFIG, image_input)
    assert isinstance(large.size, ModelSize)
    assert large == Foresight(large.size, skipped=f"{large.size.parameters} parameters are above max_parameters, 9")
    space = make_space(f"{user_module(USER)}:build", units=UNITS).model_copy(update={"max_memory": 9})
    told = "the weights of its model went above max_memory, 9 bytes, while it was built"
    assert foresee(space, {"units": 5}, image_input) == Foresight(skipped=told)


def test_a_model_that_cannot_be_built_of_one_configuration_is_foreseen(image_input, make_space, user_module):
    module = user_module(USER.replace("        return", "        1 // (hp.get('units') - 6)\n        return"))
    space = make_space(f"{module}:build", units=UNITS)
    assert foresee(space, {"units": 5}, image_input).would_train
    foresight = foresee(space, {"units": 6}, image_input)
    told = f"model {module}:build: build(hp) raised ZeroDivisionError: integer division or modulo by zero"
    assert (foresight, foresight.would_train) == (Foresight(failed=told), False)
