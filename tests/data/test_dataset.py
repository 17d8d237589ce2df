import json
import pickle

import numpy as np
import pytest

from sweep.data.dataset import MANIFEST, TEST, Dataset
from sweep.data.prepare import prepare
from sweep.errors import DataError


@pytest.fixture
def prepared(tmp_path, class_folders, settings):
    root = class_folders(tmp_path / "photos", {"cat": 10, "dog": 10})
    return prepare(settings(root, test=0.2, validation=0.25), cache=tmp_path / "cache").dataset


def test_development_is_train_followed_by_validation_in_one_array(prepared):
    (train, train_labels), (validation, validation_labels) = prepared.train(), prepared.validation()
    images, labels = prepared.development()
    assert (len(train), len(validation), len(prepared.test()[0])) == (12, 4, 4)
    assert (prepared.train_size, prepared.validation_size, prepared.test_size) == (12, 4, 4)
    np.testing.assert_array_equal(np.concatenate([train, validation]), images)
    np.testing.assert_array_equal(np.concatenate([train_labels, validation_labels]), labels)


def test_images_are_mapped_from_disk_and_cannot_be_written(prepared):
    for images, labels in (prepared.train(), prepared.validation(), prepared.development(), prepared.test()):
        assert isinstance(images, np.memmap)
        assert (images.dtype, images.shape[1:], labels.dtype) == (np.uint8, (10, 12, 3), np.int32)
        with pytest.raises(ValueError, match="read-only"):
            images[0] = 0


def test_no_other_method_needs_the_test_files(prepared):
    (prepared.path / TEST).unlink()
    assert len(prepared.development()[0]) == 16
    with pytest.raises(FileNotFoundError):
        prepared.test()


def test_it_opens_again_as_it_was_and_travels_to_other_processes(prepared):
    assert Dataset.open(prepared.path) == prepared == pickle.loads(pickle.dumps(prepared))
    assert Dataset.open(str(prepared.path)) == prepared


def test_facts_are_in_the_order_of_the_arrays(prepared):
    facts = prepared.facts()
    labels = np.concatenate([prepared.development()[1], prepared.test()[1]])
    assert [prepared.classes.index(fact.label) for fact in facts] == labels.tolist()
    assert [fact.split for fact in facts] == ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    assert all(fact.format == "PNG" and fact.width == 12 and fact.error is None for fact in facts)


def test_the_report_comes_back(prepared):
    assert prepared.report().classes == ("cat", "dog")
    assert prepared.report().images == 20


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("name", ["development.npy", "development_labels.npy", "test/images.npy", "test/labels.npy"])
@pytest.mark.parametrize("damage", [cut, lambda path: path.unlink()])
def test_an_entry_with_a_damaged_or_missing_file_does_not_open(prepared, name, damage):
    damage(prepared.path / name)
    with pytest.raises(DataError, match="prepare"):
        Dataset.open(prepared.path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}'])
def test_an_entry_with_a_damaged_manifest_does_not_open(prepared, text):
    (prepared.path / MANIFEST).write_text(text)
    with pytest.raises(DataError, match="holds no whole prepared data"):
        Dataset.open(prepared.path)


def test_an_entry_of_another_format_does_not_open(prepared):
    manifest = json.loads((prepared.path / MANIFEST).read_text())
    (prepared.path / MANIFEST).write_text(json.dumps(manifest | {"format": 0}))
    with pytest.raises(DataError, match=r"dataset.json is not as it was written"):
        Dataset.open(prepared.path)
