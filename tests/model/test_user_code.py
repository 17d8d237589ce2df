import pytest

from sweep.errors import InputError
from sweep.model.user_code import BuildFunction, find_hypermodel

FORMS = """
    def build(hp):
        return 1

    class Model(kt.HyperModel):
        def __init__(self, num_classes, input_shape, depth=2):
            super().__init__()
            self.told = num_classes, input_shape, depth

        def build(self, hp):
            return 2

    instance = Model(3, (1, 1, 1))

    class Needy(kt.HyperModel):
        def __init__(self, depth):
            super().__init__()

    class Network(keras.Model):
        pass

    number = 3
"""


@pytest.fixture
def forms(user_module):
    return user_module(FORMS)


def test_a_function_an_instance_and_a_class_can_build(forms, image_input):
    assert isinstance(find_hypermodel(f"{forms}:build", image_input), BuildFunction)
    assert [find_hypermodel(f"{forms}:{name}", image_input).build(None) for name in ("build", "instance", "Model")] == [
        1,
        2,
        2,
    ]


def test_a_class_is_told_the_shape_and_the_classes_that_it_asks_for(forms, image_input):
    assert find_hypermodel(f"{forms}:Model", image_input).told == (4, (8, 8, 3), 2)
    assert find_hypermodel("keras_tuner.applications:HyperResNet", image_input).classes == 4


def test_the_same_object_builds_and_fits(forms, image_input):
    assert find_hypermodel(f"{forms}:Model", image_input) is find_hypermodel(f"{forms}:Model", image_input)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("numbr", "the module '{module}' has no 'numbr'; did you mean 'number'?"),
        ("number", "is of type int, neither a function build(hp) nor a kt.HyperModel"),
        ("Network", "is a Keras model or layer; give a function that takes hp and returns a compiled model"),
        (
            "Needy",
            "making an instance of it raised TypeError: "
            "Needy.__init__() missing 1 required positional argument: 'depth'",
        ),
    ],
)
def test_what_cannot_build_is_told_so_with_its_name(forms, image_input, name, message):
    with pytest.raises(InputError) as error:
        find_hypermodel(f"{forms}:{name}", image_input)
    assert str(error.value) == f"model {forms}:{name}: {message.format(module=forms)}"


def test_a_missing_module_is_told_with_the_place_that_was_searched(user_module, tmp_path, image_input):
    user_module("")
    with pytest.raises(InputError) as error:
        find_hypermodel("no_such.module:build", image_input)
    where = f"there is no module 'no_such' in {tmp_path} or among the installed packages"
    assert str(error.value) == f"model no_such.module:build: {where}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("x = (", "SyntaxError: '(' was never closed"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_with_the_reason(user_module, image_input, source, reason):
    name = user_module(source)
    with pytest.raises(InputError) as error:
        find_hypermodel(f"{name}:build", image_input)
    assert str(error.value).startswith(f"model {name}:build: importing it raised {reason}")
