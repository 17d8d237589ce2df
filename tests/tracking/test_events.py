from __future__ import annotations

from sweep.tracking.events import EventFile, scalars


def test_values_are_appended_to_one_file_and_readable_at_once(tmp_path, load):
    file = EventFile(tmp_path / "runs" / "one")
    assert not (tmp_path / "runs").exists()
    file.write(scalars({"loss": 0.5, "accuracy": 0.25}), 1, 1000.0)
    assert load(tmp_path).points("runs/one", "loss") == [(1, 0.5)]
    file.write(scalars({"loss": 0.125}), 2, 1001.0)
    loaded = load(tmp_path)
    assert loaded.points("runs/one", "loss") == [(1, 0.5), (2, 0.125)]
    assert loaded.points("runs/one", "accuracy") == [(1, 0.25)]
    assert len(list((tmp_path / "runs" / "one").iterdir())) == 1


def test_none_is_no_value():
    assert [value.tag for value in scalars({"a": None, "b": 0.0})] == ["b"]
