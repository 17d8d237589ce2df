"""Whatever lies in an image, a folder, a table or an archive: images, facts about what cannot be decoded, or one
clean error; and nothing of it is ever run."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from sweep.data.check import check
from sweep.data.images import FORMATS, examine, stored_size
from sweep.data.inspect import inspect
from sweep.data.prepare import prepare
from sweep.data.sources.source import Item
from sweep.space.data_settings import DataSettings
from tests.fuzz.outcomes import outcome

pytestmark = pytest.mark.filterwarnings("ignore")  # of Pillow and NumPy, about the odd data that it is all about

ITEM = Item("cat/a", "cat", None, "cat/a")
PIXELS = np.random.default_rng(0).integers(0, 256, (9, 11, 3), np.uint8)


def encoded(kind: str, mode: str, **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def exif() -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = 6
    return data


IMAGES = [
    *(encoded(kind, mode) for kind in FORMATS for mode in ("L", "RGB")),
    *(encoded("PNG", mode) for mode in ("1", "LA", "P", "RGBA", "I;16")),
    *(encoded("TIFF", mode) for mode in ("F", "CMYK", "I;16")),
    *(encoded("TIFF", "RGB", compression=kind) for kind in ("tiff_lzw", "tiff_deflate", "jpeg", "packbits")),
    *(encoded(kind, "RGB", exif=exif()) for kind in ("JPEG", "PNG", "WEBP", "TIFF")),
    *(
        encoded(kind, "RGB", save_all=True, append_images=[Image.new("RGB", (11, 9))])
        for kind in ("GIF", "WEBP", "PNG")
    ),
    encoded("JPEG", "CMYK"),
    encoded("JPEG", "RGB", progressive=True),
]
NAMES = st.one_of(
    st.sampled_from(["cat/a.png", "dog/b.png", "train/cat/c.png", "test/dog/d.png", "../x/a.png", "/x/a.png", "x", ""]),
    st.text(max_size=12),
    st.lists(
        st.sampled_from(["cat", "dog", "..", ".", "", "train", "test", "a.png", "C:", "é", "\x1b[31m", "\0"]),
        max_size=4,
    ).map("/".join),
)
CONTENTS = st.sampled_from(IMAGES) | st.binary(max_size=40)

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["cut", "end", "flip", "set", "insert", "copy", "zero"]),
        st.integers(0, 2**20),
        st.integers(0, 2**20),
        st.binary(min_size=1, max_size=8)
        | st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"]),
    ),
    min_size=1,
    max_size=5,
)


def changed(data: bytes, changes) -> bytes:
    for kind, first, second, some in changes:
        data = change(data, kind, first % (len(data) + 1), second % (len(data) + 1), some)
    return data


def change(data: bytes, kind: str, here: int, there: int, some: bytes) -> bytes:
    before, after = data[:here], data[here:]
    changes = {
        "cut": before + after[there % 16 :],
        "end": before,
        "flip": before + bytes(byte ^ (1 << there % 8) for byte in after[:1]) + after[1:],
        "set": before + some + after[len(some) :],
        "insert": before + some + after,
        "copy": before + data[there : there + 64] + after,
        "zero": before + b"\0" * (there % 32) + after[there % 32 :],
    }
    return changes[kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def look(data: bytes) -> None:
    """An image is pixels of a sane size with all their facts, or a reason."""
    (facts, image), _ = outcome(lambda: (examine(ITEM, lambda: data), stored_size(lambda: data)))
    if image is None:
        assert facts.error and facts.error.splitlines() == [facts.error]
        assert facts.pixels is None
    else:
        assert facts.error is None
        assert image.mode in ("L", "RGB")
        assert (facts.width, facts.height) == image.size
        assert facts.pixels and facts.content


def use(path) -> None:
    """As `sweep data check` does, to the end."""
    facts, classes = inspect(str(path))
    check(facts, classes).to_json()


def use_whole(path, cache) -> None:
    """As `sweep run` does: decoded, split and stored."""
    prepare(DataSettings(source=str(path), image_size=(4, 4), on_bad_file="skip"), cache=cache)


@given(
    st.binary(max_size=500)
    | st.tuples(st.sampled_from([data[:16] for data in IMAGES]), st.binary(max_size=300)).map(b"".join)
)
def test_any_bytes_as_an_image(data):
    look(data)


@given(st.sampled_from(IMAGES), CHANGES)
def test_damaged_images(data, changes):
    look(changed(data, changes))


@given(st.sampled_from(IMAGES), st.sampled_from(IMAGES), st.integers(0, 2**20), st.integers(0, 2**20))
def test_images_spliced_of_two(first, second, here, there):
    look(first[: here % len(first)] + second[there % len(second) :])


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, data, attributes in members:
            info = zipfile.ZipInfo(name or "x")
            info.compress_type, info.external_attr = method, attributes << 16
            archive.writestr(info, data)
    return buffer.getvalue()


KINDS = [tarfile.REGTYPE] * 8 + [
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.DIRTYPE,
    tarfile.FIFOTYPE,
    tarfile.GNUTYPE_SPARSE,
]


def tarred(members) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data), "/etc/passwd"
            try:
                archive.addfile(info, io.BytesIO(data))
            except (ValueError, tarfile.TarError):  # a name that the writer itself refuses
                continue
    return buffer.getvalue()


def members(kinds):
    return st.lists(st.tuples(NAMES, CONTENTS, st.sampled_from(kinds)), max_size=5)


SOUND = [(f"{label}/{n}.png", IMAGES[n], 0o100644) for n, label in enumerate(["cat", "dog"] * 6)]
SOUND_TAR = tarred([(name, data, tarfile.REGTYPE) for name, data, _ in SOUND])
ARCHIVES = [
    zipped(SOUND),
    zipped(SOUND, zipfile.ZIP_STORED),
    zipped(SOUND, zipfile.ZIP_BZIP2),
    SOUND_TAR,
    gzip.compress(SOUND_TAR),
    bz2.compress(SOUND_TAR),
]


@given(members([0, 0o100644, 0o040755, 0o120777, 0o020666]), CHANGES | st.just([]))
def test_zip_files(folder, found, changes):
    (folder / "x.zip").write_bytes(changed(zipped(found), changes))
    outcome(lambda: use(folder / "x.zip"))


@given(members(KINDS), CHANGES | st.just([]), st.sampled_from([bytes, gzip.compress, bz2.compress]))
def test_tar_files(folder, found, changes, compress):
    (folder / "x.tar").write_bytes(compress(changed(tarred(found), changes)))
    outcome(lambda: use(folder / "x.tar"))


@given(st.sampled_from(ARCHIVES), CHANGES)
def test_damaged_archives(folder, data, changes):
    (folder / "x.archive").write_bytes(changed(data, changes))
    outcome(lambda: use_whole(folder / "x.archive", folder / "cache"))


ARRAYS = st.builds(
    lambda shape, kind, fill: np.full(shape, fill).astype(kind),
    st.lists(st.integers(0, 4), max_size=5).map(tuple),
    st.sampled_from(["u1", "i8", "u2", "f4", "f8", "U3", "S3", "?", "c8", "M8[s]", "V4", "u8", "U0"]),
    st.sampled_from([0, 1, 2, 255]),
)
NPZ_KEYS = st.sampled_from(
    ["x", "y", "images", "labels", "classes", "x_train", "y_train", "x_test", "y_test", "x_val", "y_val"]
)


def packed(arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


LABELS = np.arange(12) % 2
NPZ = [
    packed({"x": np.resize(PIXELS, (12, 5, 5)), "y": LABELS}),
    packed({"x_train": np.resize(PIXELS, (12, 5, 5, 3)) / 255, "y_train": LABELS, "classes": np.array(["a", "b"])}),
    packed({"images": np.resize(PIXELS, (12, 5, 5)), "labels": np.array([b"a", b"\xff"] * 6)}),
]


@given(st.dictionaries(NPZ_KEYS, ARRAYS, max_size=5))
def test_npz_files_of_any_arrays(folder, arrays):
    (folder / "x.npz").write_bytes(packed(arrays))
    outcome(lambda: use_whole(folder / "x.npz", folder / "cache"))


@given(st.sampled_from(NPZ), CHANGES)
@example(NPZ[0], [])
@example(NPZ[1], [])
@example(NPZ[2], [])
def test_damaged_npz_files(folder, data, changes):
    (folder / "x.npz").write_bytes(changed(data, changes))
    outcome(lambda: use_whole(folder / "x.npz", folder / "cache"))


CELLS = st.one_of(
    st.sampled_from(
        ["a.png", "b.png", "../a.png", "/dev/zero", "pipe", ".", "", "cat", "dog", "train", "test", '"', "=1+1"]
    ),
    st.text(max_size=8),
)
HEADS = st.sampled_from(["path,label", "path,label,split", "label,path", "path,path,label", "\ufeffpath,label"])


@given(
    HEADS | st.text(max_size=15),
    st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=8),
    st.sampled_from("\n\r"),
)
def test_tables(folder, head, rows, end):
    for number, name in enumerate(["a.png", "b.png"]):
        (folder / name).write_bytes(IMAGES[number])
    (folder / "x.csv").write_bytes(end.join([head, *rows]).encode("utf-8", "surrogatepass"))
    outcome(lambda: use(folder / "x.csv"))


@given(st.binary(max_size=200), st.sampled_from(["x.csv", "x.npz", "x.zip", "x.tar.gz", "x"]))
@example(b"\x1f\x8b" + b"\0" * 20, "x.tar.gz")
@example(b"PK\x05\x06" + b"\0" * 18, "x.zip")
def test_any_bytes_as_a_source(folder, data, name):
    (folder / name).write_bytes(data)
    outcome(lambda: use(folder / name))


@given(st.text(max_size=30))
@example("\0")
@example("~nobody-of-this-name/x")
@example("x/" * 4000)
def test_any_text_as_a_source(text):
    outcome(lambda: use(text.replace(":", "")))  # what has a colon may name a function, and is allowed to run it
