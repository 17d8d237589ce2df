import zipfile

from sweep.data.inspect import inspect
from sweep.space.data_settings import Splits


def test_facts_of_every_image_are_told_and_nothing_is_stored(tmp_path, class_folders, monkeypatch):
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    root = class_folders(tmp_path / "x", {"train/a": 3, "train/b": 2, "test/a": 1})
    (root / "train" / "a" / "bad.png").write_text("x")
    told = []
    facts, classes = inspect(str(root), progress=lambda *now: told.append(now))
    assert classes == ("a", "b")
    assert [(fact.name, fact.split, fact.error is None) for fact in facts] == [
        ("test/a/000.png", "test", True),
        ("train/a/000.png", "train", True),
        ("train/a/001.png", "train", True),
        ("train/a/002.png", "train", True),
        ("train/a/bad.png", "train", False),
        ("train/b/000.png", "train", True),
        ("train/b/001.png", "train", True),
    ]
    assert told[-1] == (7, 7)
    assert not (tmp_path / "cache").exists()
    assert inspect(str(root), Splits(train="test"))[1] == ("a",)


def test_archives_and_arrays_are_looked_at_too(tmp_path, encoded, noise):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("top/a/1.png", encoded(noise(1, (40, 40))))
        archive.writestr("top/b/1.gif", encoded(noise(2, (40, 40)), "GIF"))
    facts, classes = inspect(str(tmp_path / "x.zip"))
    assert classes == ("a", "b")
    assert [(fact.name, fact.format, fact.phash is not None) for fact in facts] == [
        ("a/1.png", "PNG", True),
        ("b/1.gif", "GIF", True),
    ]
    facts, classes = inspect("digits")
    assert (len(facts), len(classes), facts[5].format, facts[5].phash) == (1797, 10, "array", None)
