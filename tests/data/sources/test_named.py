import importlib.util
import sys
import types

import numpy as np
import pytest

from sweep.data.sources import named
from sweep.data.sources.named import from_digits, from_function, from_keras
from sweep.errors import DataError


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes `loaders_under_test.py` into the working directory."""

    def write(text):
        (tmp_path / "loaders_under_test.py").write_text("import numpy as np\n" + text)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delitem(sys.modules, "loaders_under_test", raising=False)
        return "loaders_under_test:load"

    yield write
    sys.modules.pop("loaders_under_test", None)


def test_digits_are_those_of_scikit_learn_wherever_its_file_lies(monkeypatch: pytest.MonkeyPatch):
    from sklearn.datasets import load_digits

    expected = load_digits()
    for find in (importlib.util.find_spec, lambda name: None):
        monkeypatch.setattr(importlib.util, "find_spec", find)
        images, labels = named._digits()
        np.testing.assert_array_equal(images, expected.images)
        np.testing.assert_array_equal(labels, expected.target)


def test_digits_are_spread_over_all_bytes_and_come_back_exactly():
    from sklearn.datasets import load_digits

    source = from_digits(None)
    x = np.stack([load() for _, load in source.loads(source.items)])[..., 0]
    assert (x.shape, x.dtype, x.min(), x.max()) == ((1797, 8, 8), np.uint8, 0, 255)
    np.testing.assert_array_equal(np.rint(x * (16 / 255)), load_digits().images)
    assert source.classes == tuple("0123456789")
    assert [item.label for item in source.items[:3]] == ["0", "1", "2"]


def test_a_function_returns_one_pair(module):
    source = from_function(module("def load():\n    return np.zeros((2, 4, 4), 'uint8'), ['b', 'a']\n"), None)
    assert [(item.name, item.label, item.split) for item in source.items] == [
        ("image[0]", "b", None),
        ("image[1]", "a", None),
    ]


def test_a_function_returns_train_and_test(module):
    text = "def load():\n    x = np.zeros((2, 4, 4), 'uint8')\n    return [(x, [0, 1]), (x[:1], [1])]\n"
    assert [item.split for item in from_function(module(text), None).items] == ["train", "train", "test"]


def test_the_working_directory_is_taken_off_the_path_again(module):
    before = list(sys.path)
    from_function(module("def load():\n    return np.zeros((2, 4, 4), 'uint8'), [0, 1]\n"), None)
    assert sys.path == before


def test_what_a_function_prints_does_not_reach_standard_output(module, capsys):
    from_function(module("def load():\n    print('hello')\n    return np.zeros((2, 4, 4), 'uint8'), [0, 1]\n"), None)
    assert capsys.readouterr() == ("", "hello\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def load():\n    raise KeyError('no\\nsuch')\n", "loaders_under_test:load: KeyError: "),
        ("def other():\n    pass\n", "loaders_under_test:load: AttributeError: .*load"),
        ("import nonsense_module\n", "ModuleNotFoundError: .*nonsense_module"),
        ("def load():\n    return 7\n", "returned int; expected"),
        ("def load():\n    return [[1], [1, 2]], [0, 1]\n", "ValueError"),
        ("def load():\n    return np.zeros((2, 4, 4)), [0.5, 1]\n", "floats that are not whole"),
    ],
)
def test_a_function_that_gives_no_data_is_one_line_of_error(module, text, message):
    with pytest.raises(DataError, match=message) as error:
        from_function(module(text), None)
    assert "\n" not in str(error.value)


@pytest.fixture
def fake_keras(monkeypatch):
    def install(load_data):
        keras = types.ModuleType("keras")
        keras.datasets = types.SimpleNamespace(cifar10=types.SimpleNamespace(load_data=load_data))
        monkeypatch.setitem(sys.modules, "keras", keras)

    return install


def test_keras_data_ships_with_a_test_split(fake_keras):
    x, y = np.zeros((3, 8, 8, 3), np.uint8), np.array([[0], [1], [1]])
    fake_keras(lambda: ((x, y), (x[:1], y[:1])))
    source = from_keras("cifar10", None)
    assert [(item.label, item.split) for item in source.items] == [
        ("0", "train"),
        ("1", "train"),
        ("1", "train"),
        ("0", "test"),
    ]


def test_a_failed_download_is_one_line_of_error(fake_keras):
    def fail():
        raise Exception("URL fetch failure on https://example.org:\nNone -- unreachable")

    fake_keras(fail)
    with pytest.raises(DataError, match=r"keras:cifar10: cannot be downloaded .*unreachable") as error:
        from_keras("cifar10", None)
    assert "\n" not in str(error.value)


def test_unknown_keras_data_is_refused_without_importing_keras(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(DataError, match="keras:imdb: unknown; there is mnist, fashion_mnist, cifar10, cifar100"):
        from_keras("imdb", None)
