import gzip
import io
import tarfile
import tracemalloc
import zipfile

import pytest

from sweep.data.sources.archives import from_archive
from sweep.errors import DataError
from sweep.space.data_settings import Splits

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


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for name, type_ in (("cat/a", tarfile.REGTYPE), ("cat/b", kind)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = type_, "/etc/passwd"
            archive.addfile(info)
    with pytest.raises(DataError, match="the member 'cat/b' is neither a file nor a folder, but a link or a device"):
        from_archive(tmp_path / "x.tar", None)


@pytest.mark.parametrize("kind", [0o120000, 0o020000, 0o060000, 0o010000, 0o140000])
def test_links_and_devices_in_a_zip_are_refused(tmp_path, kind):
    path = write_zip(tmp_path / "x.zip", {"cat/b": b"/etc/passwd"}, mode=kind | 0o777)
    with pytest.raises(DataError, match="the member 'cat/b' is neither a file nor a folder, but a link or a device"):
        from_archive(path, None)


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


ZEROS = {"cat/a.png": bytes(300_000), "dog/b.png": bytes(300_000)}


@pytest.mark.parametrize("name", KINDS)
def test_no_more_is_unpacked_than_was_agreed(tmp_path, name):
    path = write(tmp_path / name, ZEROS)
    assert len(from_archive(path, None, 700_000).items) == 2
    with pytest.raises(DataError, match=r"unpacks to more than 500,000 bytes; .* raise data\.max_unpacked"):
        from_archive(path, None, 500_000)


def test_a_sparse_member_counts_as_large_as_it_becomes(tmp_path):
    info = tarfile.TarInfo("cat/a.png")
    info.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(2**50)}
    info.size = 1
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"a"))
    with pytest.raises(DataError, match=r"unpacks to more than"):
        from_archive(tmp_path / "x.tar", None)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_would_fill_the_memory_is_not_read(tmp_path, kind):
    info = tarfile.TarInfo("name")
    info.type, info.size = kind, 2**31
    with gzip.open(tmp_path / "x.tar.gz", "wb") as file:
        file.write(write_tar(tmp_path / "x.tar", {"cat/a.png": b"a"}).read_bytes()[:1024])
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(2**22))
    with pytest.raises(DataError, match="has a header of 2,147,483,648 bytes"):
        from_archive(tmp_path / "x.tar.gz", None)


def test_a_zip_member_never_gives_more_than_it_claims(tmp_path):
    path = write_zip(tmp_path / "x.zip", {}, 0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat/a.png", bytes(2**26))
    path.write_bytes(path.read_bytes().replace((2**26).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    source = from_archive(path, None)
    tracemalloc.start()
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        contents(source)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def test_a_zip_of_a_compression_that_has_no_bound_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("cat/a.png", bytes(2**20))
    with pytest.raises(DataError, match=r"the member 'cat/a\.png' is not compressed by deflate; pack it anew"):
        from_archive(tmp_path / "x.zip", None)


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
def test_a_member_too_large_for_one_image_is_a_bad_file_and_not_read(tmp_path, name, monkeypatch):
    monkeypatch.setattr("sweep.data.sources.source.MAX_FILE_BYTES", 299_999)
    with pytest.raises(ValueError, match="is 300,000 bytes large; 299,999 are the most for one image"):
        contents(from_archive(write(tmp_path / name, ZEROS), None))
