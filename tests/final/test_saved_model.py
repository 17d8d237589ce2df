from __future__ import annotations

import json
import zipfile
from pathlib import Path

import keras
import pytest

from sweep.errors import SweepFailed
from sweep.final.saved_model import load_saved
from sweep.space.data_settings import DataSettings
from sweep.space.definition import Space

SPACE = Space(name="x", data=DataSettings(source="digits"))


def load(path):
    return load_saved(path, SPACE, None)  # the built-in model needs no data set


def saved(path: Path, *layers: keras.Layer) -> Path:
    keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), *layers, keras.layers.Dense(2)]).save(path)
    return path


def test_a_model_of_kerass_own_layers_is_loaded_and_compiled(tmp_path):
    model = load(saved(tmp_path / "model.keras"))
    assert model.output_shape == (None, 2)
    assert model.compiled


def test_the_code_in_a_saved_file_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Path("made")
    path = saved(tmp_path / "model.keras", keras.layers.Lambda(lambda x: (open("made", "w").close(), x)[1]))
    made.unlink()  # it runs where the model is made
    with pytest.raises(SweepFailed, match=r"cannot be loaded from .*model\.keras: .*Lambda") as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 1
    assert not made.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"module": "evil_module", "class_name": "Layer", "registered_name": None},
        {"config": {"units": 2, "activation": {"module": "evil_module", "class_name": "function", "config": "f"}}},
        {"config": {"units": 2, "activation": {"module": "os", "class_name": "function", "config": "abort"}}},
    ],
)
def test_a_module_that_a_saved_file_names_is_not_imported(tmp_path, monkeypatch, change):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    Path("evil_module.py").write_text("import pathlib\npathlib.Path('made').touch()\nclass Layer: pass\nf = print\n")
    with zipfile.ZipFile(saved(tmp_path / "sound.keras")) as sound, zipfile.ZipFile("model.keras", "w") as model:
        for name in sound.namelist():
            content = sound.read(name)
            if name == "config.json":
                config = json.loads(content)
                config["config"]["layers"][-1] |= change
                content = json.dumps(config).encode()
            model.writestr(name, content)
    with pytest.raises(SweepFailed, match="cannot be loaded from"):
        load(Path("model.keras"))
    assert not Path("made").exists()
