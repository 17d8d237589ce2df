import os
import socket
import zipfile

import numpy as np
import pytest

from sweep.data.inspect import inspect
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


def test_devices_pipes_and_sockets_are_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's name may not be long
    os.mkfifo("pipe")
    os.mkfifo("pipe.csv")
    os.mkfifo("pipe.npz")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        for source in ("/dev/zero", "pipe", "pipe.csv", "pipe.npz", "socket"):
            with pytest.raises(DataError, match=f"{source}: is neither a folder nor a file"):
                open_source(source)


@pytest.mark.parametrize("source", ["x" * 5000, "~nobody-of-this-name/x", "a\0b", "a\nb"])
def test_what_can_be_no_path_is_said_in_one_line(source):
    with pytest.raises(DataError) as caught:
        open_source(source)
    assert str(caught.value).isprintable()


def test_the_limit_reaches_archives(tmp_path):
    np.savez(tmp_path / "x.npz", x=np.zeros((1, 50, 50), np.uint8), y=np.array(["cat"]))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("cat/a.jpg", bytes(2000))
    for name in ("x.npz", "x.zip"):
        with pytest.raises(DataError, match="unpacks to more than 1,000 bytes"):
            open_source(str(tmp_path / name), None, 1000)


def test_data_cannot_name_code(tmp_path, monkeypatch):
    """Texts in a table and an .npz are names of files and classes, whatever they look like."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.py").write_text("import pathlib\npathlib.Path('ran').touch()\ndef f(): pass\n")
    (tmp_path / "labels.csv").write_text("path,label\nevil:f,keras:mnist\nevil:f,evil:f\n")
    np.savez(tmp_path / "x.npz", x=np.zeros((2, 2, 2), np.uint8), y=np.array(["evil:f", "digits"]))
    for name in ("labels.csv", "x.npz"):
        facts, _ = inspect(name)
        assert len(facts) == 2
    assert not (tmp_path / "ran").exists()
    with pytest.raises(DataError, match="returned NoneType"):
        open_source("evil:f")
    assert (tmp_path / "ran").exists()  # it would have run
