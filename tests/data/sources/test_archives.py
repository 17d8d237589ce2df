import io
import tarfile
import zipfile

import pytest

from sweep.data.sources.archives import from_archive
from sweep.errors import DataError
from sweep.space.definition import Splits

FILES = {"cat/a.jpg": b"aa", "dog/b c.png": b"bbb", "dog/sub/ü.png": b"c", "__MACOSX/dog/._b.png": b"-", "README": b"-"}


def write_zip(path, files, mode=0o644):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return path


def write_tar(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def write(path, files):
    if path.name.endswith(".zip"):
        return write_zip(path, files)
    return write_tar(
        path, files, {"tar": "w", "gz": "w:gz", "tgz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}[path.name.split(".")[-1]]
    )


def contents(source, items=None):
    items = source.items if items is None else items
    return {items[index].name: load() for index, load in source.loads(items)}


KINDS = ["x.zip", "x.tar", "x.tar.gz", "x.tgz", "x.tar.bz2", "x.tar.xz"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("wrapper", ["", "top/", "./top/"])
def test_class_folders_in_an_archive(tmp_path, name, wrapper):
    source = from_archive(write(tmp_path / name, {wrapper + file: data for file, data in FILES.items()}), None)
    assert source.classes == ("cat", "dog")
    assert contents(source) == {"cat/a.jpg": b"aa", "dog/b c.png": b"bbb", "dog/sub/ü.png": b"c"}
    assert contents(source, source.items[1:2]) == {"dog/b c.png": b"bbb"}


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_split_folders_in_an_archive(tmp_path, name):
    path = write(tmp_path / name, {"top/train/cat/a.jpg": b"a", "top/val/cat/b.jpg": b"b"})
    assert [item.split for item in from_archive(path, None).items] == ["train", "validation"]
    assert [item.split for item in from_archive(path, Splits(test="val")).items] == ["train", "test"]


def test_the_content_says_which_kind_it_is(tmp_path):
    path = write_zip(tmp_path / "x.dat", FILES)
    assert contents(from_archive(path.rename(tmp_path / "x.tar.gz"), None))["cat/a.jpg"] == b"aa"


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
@pytest.mark.parametrize("member", ["../cat/a.jpg", "cat/../../a.jpg", "/cat/a.jpg", "C:/cat/a.jpg"])
def test_a_member_outside_of_the_archive_is_refused(tmp_path, name, member):
    with pytest.raises(DataError, match="points outside of the archive"):
        from_archive(write(tmp_path / name, {"dog/b.jpg": b"", member: b""}), None)


def test_links_in_a_tar_are_passed_over(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for name, kind in (("cat/a", tarfile.REGTYPE), ("cat/link", tarfile.SYMTYPE), ("cat/hard", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert [item.name for item in from_archive(tmp_path / "x.tar", None).items] == ["cat/a"]


def test_links_in_a_zip_are_passed_over(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"cat/link": b"/etc/passwd"}, mode=0o120777)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("cat/a", b"a")
    assert [item.name for item in from_archive(path, None).items] == ["cat/a"]


def test_of_a_member_that_is_there_twice_the_last_counts(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for data in (b"old", b"new"):
            info = tarfile.TarInfo("cat/a")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert contents(from_archive(tmp_path / "x.tar", None)) == {"cat/a": b"new"}


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_archive_is_an_error(tmp_path, name):
    noise = bytes(range(256)) * 400
    path = write(tmp_path / name, {"cat/a.jpg": noise, "dog/b.jpg": noise[::-1]})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match="damaged"):
        from_archive(path, None)


def test_what_is_no_archive_is_an_error(tmp_path):
    (tmp_path / "x.zip").write_text("no archive")
    with pytest.raises(DataError, match=r"is no folder, .csv, .npz, .zip or .tar"):
        from_archive(tmp_path / "x.zip", None)


def test_its_digest_is_that_of_the_file_wherever_it_lies(tmp_path):
    first = write_zip(tmp_path / "x.zip", FILES)
    second = write_zip(tmp_path / "other.zip", FILES)
    third = write_zip(tmp_path / "third.zip", {**FILES, "cat/a.jpg": b"ab"})
    one, two, three = (from_archive(path, None).contents(()) for path in (first, second, third))
    assert one == two != three


def test_a_tar_that_is_damaged_after_it_was_listed_is_an_error(tmp_path):
    noise = bytes(range(256)) * 400
    path = write_tar(tmp_path / "x.tar", {"cat/a.jpg": noise, "dog/b.jpg": noise})
    source = from_archive(path, None)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match="the archive is damaged"):
        list(source.loads(source.items))


def test_a_zip_member_that_is_damaged_is_a_bad_file_and_not_the_end(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"cat/a.jpg": b"first member", "dog/b.jpg": b"second"})
    path.write_bytes(path.read_bytes().replace(b"first member", b"FIRST member"))
    source = from_archive(path, None)
    first, second = (load for _, load in source.loads(source.items))
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        first()
    assert second() == b"second"
