import os
import time
import unicodedata
from pathlib import PurePosixPath

import pytest

from sweep.data.sources.folders import arrange, from_folder, is_wanted
from sweep.errors import DataError
from sweep.space.data_settings import Splits


def arranged(*paths, splits=None):
    return [(item.name, item.label, item.split) for item in arrange(paths, splits, "here")]


def test_a_folder_is_a_class():
    assert arranged("dog/b.jpg", "cat/a.jpg") == [("cat/a.jpg", "cat", None), ("dog/b.jpg", "dog", None)]


def test_order_does_not_depend_on_the_listing():
    paths = ["b/2.png", "a/1.png", "b/1.png", "a/2.png"]
    assert arranged(*paths) == arranged(*reversed(paths))


def test_folders_below_a_class_belong_to_it():
    assert arranged("cat/x/y/a.jpg", "dog/b.jpg")[0] == ("cat/x/y/a.jpg", "cat", None)


def test_split_folders_are_recognised_by_their_names():
    assert arranged("train/cat/a.jpg", "val/cat/b.jpg", "testing/dog/c.jpg") == [
        ("testing/dog/c.jpg", "dog", "test"),
        ("train/cat/a.jpg", "cat", "train"),
        ("val/cat/b.jpg", "cat", "validation"),
    ]


def test_a_class_called_train_among_others_is_a_class():
    assert [label for _, label, _ in arranged("car/a.jpg", "train/b.jpg")] == ["car", "train"]


def test_settings_say_which_folder_is_the_test():
    items = arranged("train/cat/a.jpg", "val/cat/b.jpg", "other/cat/c.jpg", splits=Splits(test="val"))
    assert items == [("train/cat/a.jpg", "cat", "train"), ("val/cat/b.jpg", "cat", "test")]


def test_one_wrapping_folder_is_seen_through():
    assert arranged("flowers/rose/a.jpg", "flowers/tulip/b.jpg") == arranged("rose/a.jpg", "tulip/b.jpg")
    assert arranged("set/train/rose/a.jpg", "set/test/rose/b.jpg") == arranged("train/rose/a.jpg", "test/rose/b.jpg")
    assert arranged("set/a/x/1.png", "set/b/x/1.png", splits=Splits(train="a", test="b"))[1] == (
        "b/x/1.png",
        "x",
        "test",
    )


def test_a_lone_train_folder_is_no_wrapper():
    assert arranged("train/rose/a.jpg", "train/tulip/b.jpg")[0] == ("train/rose/a.jpg", "rose", "train")


def test_files_beside_the_class_folders_are_passed_over():
    assert arranged("cover.jpg", "cat/a.jpg") == [("cat/a.jpg", "cat", None)]
    assert arranged("train/cover.jpg", "train/cat/a.jpg") == [("train/cat/a.jpg", "cat", "train")]


@pytest.mark.parametrize(
    "path",
    ["c/.hidden.jpg", ".git/c/a.jpg", "c/Thumbs.db", "c/desktop.ini", "__MACOSX/c/a.jpg", "c/._a.jpg", "c/.DS_Store"],
)
def test_litter_is_passed_over(path):
    assert not is_wanted(PurePosixPath(path))


@pytest.mark.parametrize("path", ["c/notes.txt", "c/README.md", "c/README", "c/labels.CSV", "c/a.json", "c/film.mp4"])
def test_files_of_another_well_known_kind_are_passed_over(path):
    assert not is_wanted(PurePosixPath(path))


@pytest.mark.parametrize("path", ["c/a.jpg", "c/a", "c/a.JPEG", "c/a.unknown", "c/a.b.c", "c/é ü.png", "c/a.svg"])
def test_everything_else_may_be_an_image(path):
    assert is_wanted(PurePosixPath(path))


def test_names_are_the_same_whatever_unicode_form_the_file_system_keeps():
    composed, decomposed = (unicodedata.normalize(form, "café/é ü.jpg") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert arranged(decomposed) == arranged(composed)
    assert arrange([decomposed], None, "here")[0].place == decomposed


@pytest.mark.parametrize("paths", [(), ("a.jpg",), ("notes/readme.txt",)])
def test_no_class_folders_are_an_error(paths):
    with pytest.raises(DataError, match="here: no images in class folders; they are expected as <class>/<image>"):
        arranged(*paths)


def test_split_folders_without_class_folders_are_an_error():
    with pytest.raises(DataError, match="expected as train/<class>/<image>"):
        arranged("train/a.jpg", "train/b.jpg")


def test_a_folder_on_disk_is_listed_and_read(tmp_path):
    for name in ("cat/a.jpg", "cat/deep/b c.png", "dog/c", "dog/.x", ".cache/cat/d.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    source = from_folder(tmp_path, None)
    assert source.classes == ("cat", "dog")
    read = {source.items[index].name: load() for index, load in source.loads(source.items)}
    assert read == {name: name.encode() for name in ("cat/a.jpg", "cat/deep/b c.png", "dog/c")}


def test_links_are_followed_and_a_circle_of_them_ends(tmp_path):
    (tmp_path / "root" / "cat").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.jpg").write_bytes(b"b")
    (tmp_path / "root" / "cat" / "a.jpg").symlink_to(tmp_path / "elsewhere" / "b.jpg")
    (tmp_path / "root" / "dog").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root" / "cat" / "up").symlink_to(tmp_path / "root")
    assert [item.name for item in from_folder(tmp_path / "root", None).items] == ["cat/a.jpg", "dog/b.jpg"]


def test_a_folder_that_cannot_be_read_is_not_passed_over(tmp_path, monkeypatch):
    for name in ("cat", "dog", "owl"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"x")
    scan = os.scandir

    def refusing(folder):
        if os.path.basename(folder) == "dog":
            raise PermissionError(13, "Permission denied", folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(DataError, match=r"/dog: this folder cannot be read: Permission denied"):
        from_folder(tmp_path, None)


def test_contents_are_those_of_the_bytes(tmp_path):
    for name, data in (("a/1.png", b"x"), ("a/2.png", b"x"), ("b/1.png", b"y")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "b/2.png").symlink_to("nowhere")
    source = from_folder(tmp_path, None)
    first, second, third, fourth = source.contents(source.items)
    assert first == second != third
    assert fourth == "unreadable"


def test_a_pipe_among_the_images_is_a_bad_file_and_does_not_hang(tmp_path):
    (tmp_path / "cat").mkdir()
    os.mkfifo(tmp_path / "cat" / "pipe.png")
    source = from_folder(tmp_path, None)
    with pytest.raises(ValueError, match="is no regular file"):
        next(source.loads(source.items))[1]()
    assert source.contents(source.items) == ["unreadable"]


def test_time_grows_with_the_number_of_files_and_not_faster():
    def seconds(count):
        paths = [f"{'cat' if number % 2 else 'dog'}/{number:07}.png" for number in range(count)]
        began = time.process_time()
        assert len(arrange(paths, None, "x")) == count
        return time.process_time() - began

    few = min(seconds(5_000) for _ in range(3))
    assert seconds(40_000) < 25 * few  # were it quadratic: 64 times
