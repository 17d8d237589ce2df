import zipfile

import numpy as np
import pytest

from sweep.data.sources.opening import open_source
from sweep.errors import DataError


def test_each_kind_of_path_is_told_from_the_others(tmp_path):
    (tmp_path / "root" / "cat").mkdir(parents=True)
    (tmp_path / "root" / "cat" / "a.jpg").write_bytes(b"a")
    (tmp_path / "labels.csv").write_text("path,label\na,cat\n")
    np.savez(tmp_path / "x.npz", x=np.zeros((1, 2, 2), np.uint8), y=np.array(["cat"]))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("cat/a.jpg", b"a")
    names = {name: open_source(str(tmp_path / name)).items[0].name for name in ("root", "labels.csv", "x.npz", "x.zip")}
    assert names == {"root": "cat/a.jpg", "labels.csv": "a", "x.npz": "image[0]", "x.zip": "cat/a.jpg"}


def test_the_home_folder_may_be_a_tilde(tmp_path, monkeypatch):
    (tmp_path / "photos" / "cat").mkdir(parents=True)
    (tmp_path / "photos" / "cat" / "a.jpg").write_bytes(b"a")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(open_source("~/photos").items) == 1


def test_digits_is_the_data_set():
    assert len(open_source("digits").items) == 1797


@pytest.mark.parametrize("source", ["no/such/folder", "photos.zip"])
def test_a_source_that_is_not_there_is_said_with_the_working_directory(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=f"{source}: no such file or folder .seen from {tmp_path}"):
        open_source(source)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(DataError, match=r"photo\.jpg: is no folder, \.csv, \.npz, \.zip or \.tar"):
        open_source(str(tmp_path / "photo.jpg"))


def test_what_is_no_file_at_all_is_refused():
    with pytest.raises(DataError, match=r"^/dev/zero: is neither a folder nor a file$"):
        open_source("/dev/zero")
