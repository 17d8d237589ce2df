import os

import pytest

from sweep.data.sources.table import from_table
from sweep.errors import DataError
from sweep.space.data_settings import Splits


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        (tmp_path / "labels.csv").write_text(text, encoding=encoding)
        return tmp_path / "labels.csv"

    return write


def test_rows_are_sorted_images_with_labels(table, tmp_path):
    (tmp_path / "b.png").write_bytes(b"bytes")
    source = from_table(table('path,label\nb.png,dog\n"a, 1.png",cat\n'), None)
    assert [(item.name, item.label, item.split) for item in source.items] == [
        ("a, 1.png", "cat", None),
        ("b.png", "dog", None),
    ]
    assert source.classes == ("cat", "dog")
    assert dict(source.loads(source.items))[1]() == b"bytes"


def test_other_columns_spaces_and_a_byte_order_mark_do_no_harm(table):
    source = from_table(table("id, label , path\n7, cat , a b.png \n", "utf-8-sig"), None)
    assert [(item.name, item.label) for item in source.items] == [("a b.png", "cat")]


def test_a_split_column_says_the_part(table):
    source = from_table(table("path,label,split\na,x,train\nb,x,valid\nc,x,test\n"), None)
    assert [item.split for item in source.items] == ["train", "validation", "test"]


def test_settings_say_which_split_is_the_test(table):
    path = table("path,label,split\na,x,train\nb,x,val\nc,x,other\nd,x,\n")
    assert [(item.name, item.split) for item in from_table(path, Splits(test="val")).items] == [
        ("a", "train"),
        ("b", "test"),
    ]


def test_an_empty_split_column_is_none(table):
    assert from_table(table("path,label,split\na,x,\n"), None).items[0].split is None


def test_one_image_under_two_labels_is_two_items(table):
    assert [item.label for item in from_table(table("path,label\na,x\na,y\n"), None).items] == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na,x\n", "labels.csv:1: the column 'path' is missing; found: file, label"),
        ("", "the column 'path' is missing; found: nothing"),
        ("path,label\n", "lists no images"),
        ("path,label\na,x\nb,\n", "labels.csv:3: a row needs a path and a label"),
        ("path,label,split\na,x,train\nb,x,\n", "'b' has no split, while others have one"),
        ("path,label,split\na,x,train\nb,x,foo\n", "unknown split 'foo'"),
    ],
)
def test_a_table_that_says_too_little_is_refused(table, text, message):
    with pytest.raises(DataError, match=message):
        from_table(table(text), None)


def test_a_table_that_is_not_utf8_is_refused(table):
    with pytest.raises(DataError, match="is no CSV file in UTF-8"):
        from_table(table("path,label\né,x\n", "latin-1"), None)


def test_only_regular_files_are_read_wherever_a_table_points_to(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "beside.png").write_bytes(b"bytes")
    path = tmp_path / "folder" / "labels.csv"
    path.write_text(f"path,label\n../beside.png,a\n{tmp_path}/beside.png,b\n/dev/zero,c\n../pipe,d\n.,e\n")
    source = from_table(path, None)
    loads = {source.items[index].label: load for index, load in source.loads(source.items)}
    assert (loads["a"](), loads["b"]()) == (b"bytes", b"bytes")
    for label in "cde":
        with pytest.raises(ValueError, match="is no regular file"):
            loads[label]()
    assert source.contents(source.items).count("unreadable") == 3


def test_a_path_that_can_be_none_is_an_unreadable_file(table):
    source = from_table(table("path,label\na\0b,x\n" + "x" * 5000 + ",x\n"), None)
    assert source.contents(source.items) == ["unreadable"] * 2


def test_the_columns_found_are_named_in_one_printable_line(table):
    with pytest.raises(DataError) as caught:
        from_table(table("\x85\x1b[31m,b\n"), None)
    assert str(caught.value).isprintable()
