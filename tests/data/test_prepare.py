import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sweep
from sweep.data import prepare as preparing
from sweep.data.prepare import prepare
from sweep.data.reduction import Use
from sweep.errors import DataError
from sweep.space.data_settings import Splits


@pytest.fixture
def ready(tmp_path, settings):
    """Prepares a source with the cache in `tmp_path`."""

    def run(source, **options):
        return prepare(settings(source, **options), cache=tmp_path / "cache")

    return run


def entries(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache" / "datasets").iterdir())


def images_by_name(dataset):
    images = np.concatenate([dataset.development()[0], dataset.test()[0]])
    return dict(zip((fact.name for fact in dataset.facts()), images, strict=True))


def test_every_image_arrives_with_its_pixels_and_its_label(tmp_path, class_folders, noise, ready):
    prepared = ready(class_folders(tmp_path / "photos", {"dog": 6, "cat": 6}))
    dataset = prepared.dataset
    assert dataset.classes == ("cat", "dog")
    assert dataset.image_shape == (10, 12, 3)
    images = images_by_name(dataset)
    assert len(images) == 12
    for number in range(12):
        name = f"{'dog' if number < 6 else 'cat'}/{number % 6:03}.png"
        np.testing.assert_array_equal(images[name], np.asarray(noise(number)))
    labels = np.concatenate([dataset.development()[1], dataset.test()[1]])
    assert [dataset.classes[label] for label in labels] == [fact.label for fact in dataset.facts()]


def test_statistics_are_of_the_training_images_only(tmp_path, class_folders, ready):
    dataset = ready(class_folders(tmp_path / "photos", {"cat": 10, "dog": 10})).dataset
    images = dataset.train()[0]
    np.testing.assert_allclose(dataset.mean, images.mean((0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(dataset.variance, images.var((0, 1, 2)), rtol=1e-12)
    assert len(dataset.mean) == 3
    assert not np.allclose(dataset.mean, dataset.development()[0].mean((0, 1, 2)), rtol=1e-9)


def test_a_second_time_no_image_is_decoded(tmp_path, class_folders, settings, monkeypatch):
    root = class_folders(tmp_path / "photos", {"cat": 5, "dog": 5})
    told = []
    first = prepare(settings(root), cache=tmp_path / "cache", progress=lambda *now: told.append(now))
    assert not first.from_cache
    assert told[-1] == (10, 10)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("an image was opened"))
    second = prepare(settings(root), cache=tmp_path / "cache", progress=lambda *now: pytest.fail("an image was read"))
    assert second.from_cache
    assert (second.dataset, second.report, second.excluded) == (first.dataset, first.report, first.excluded)
    assert entries(tmp_path) == [first.dataset.digest]


def test_the_digest_does_not_depend_on_where_when_or_in_which_order_the_files_came(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "photos", {"cat": 5, "dog": 5})
    copy = tmp_path / "elsewhere" / "copy"
    for path in sorted(root.rglob("*.png"), reverse=True):
        (copy / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy / path.parent.name / path.name)
        os.utime(copy / path.parent.name / path.name, (1, 1))
    (copy / "cat" / ".DS_Store").write_bytes(b"litter")
    (copy / "cat" / "notes.txt").write_text("no image")
    first = ready(root).dataset
    second = ready(copy)
    assert second.from_cache
    assert second.dataset.digest == first.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "cat" / "000.png").unlink(),
        lambda root: (root / "cat" / "000.png").rename(root / "cat" / "zzz.png"),
        lambda root: (root / "cat" / "000.png").rename(root / "dog" / "zzz.png"),
        lambda root: (root / "cat" / "000.png").write_bytes((root / "dog" / "000.png").read_bytes()),
    ],
)
def test_another_content_name_or_label_is_another_digest(tmp_path, class_folders, ready, change):
    root = class_folders(tmp_path / "photos", {"cat": 5, "dog": 5})
    before = ready(root).dataset.digest
    change(root)
    assert ready(root).dataset.digest != before


def test_every_setting_that_changes_the_arrays_changes_the_digest(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "photos", {"cat": 8, "dog": 8})
    changes = [
        {},
        {"validation": 0.5},
        {"test": 0.5},
        {"seed": 1},
        {"image_size": (4, 4)},
        {"image_size": (4, 4), "fit": "crop"},
        {"channels": 1},
        {"limit": 12},
    ]
    assert len({ready(root, **change).dataset.digest for change in changes}) == len(changes)
    assert ready(root, scaling="unit").from_cache
    assert ready(root, limit=16).from_cache


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_gives_the_same_arrays_as_its_folder(tmp_path, class_folders, ready, kind):
    root = class_folders(tmp_path / "photos", {"cat": 6, "dog": 6})
    path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip" if kind == "zip" else "gztar", tmp_path, "photos"))
    folder, archive = ready(root), ready(path)
    assert archive.dataset.classes == folder.dataset.classes
    assert archive.report == folder.report
    for mine, others in zip(archive.dataset.development(), folder.dataset.development(), strict=True):
        np.testing.assert_array_equal(mine, others)
    assert ready(path).from_cache


def test_split_folders_are_kept_and_a_missing_one_is_carved_from_train(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "photos", {"train/cat": 8, "train/dog": 8, "val/cat": 2, "val/dog": 3})
    splits = Splits(train="train", test="val")
    dataset = ready(root, splits=splits, validation=0.25).dataset
    assert (dataset.train_size, dataset.validation_size, dataset.test_size) == (12, 4, 5)
    assert {fact.name.split("/")[0] for fact in dataset.facts()[16:]} == {"val"}
    as_validation = ready(root, test=0.25).dataset
    assert (as_validation.train_size, as_validation.validation_size, as_validation.test_size) == (12, 5, 4)
    assert {fact.name.split("/")[0] for fact in as_validation.facts()[12:17]} == {"val"}


def test_a_table_and_an_npz_arrive_too(tmp_path, noise, ready):
    (tmp_path / "pictures").mkdir()
    rows = ["path,label,split"]
    for number in range(12):
        noise(number).save(tmp_path / "pictures" / f"{number:02}.png")
        rows.append(f"pictures/{number:02}.png,{'ab'[number % 2]},{'test' if number > 8 else 'train'}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    table = ready(tmp_path / "labels.csv").dataset
    x = np.stack([np.asarray(noise(number)) for number in range(12)])
    y = np.array(["ab"[number % 2] for number in range(12)])
    np.savez(tmp_path / "x.npz", x_train=x[:9], y_train=y[:9], x_test=x[9:], y_test=y[9:])
    arrays = ready(tmp_path / "x.npz").dataset
    for dataset in (table, arrays):
        np.testing.assert_array_equal(dataset.test()[0], x[9:])
        assert dataset.test()[1].tolist() == [1, 0, 1]
    assert table.classes == arrays.classes == ("a", "b")
    assert ready(tmp_path / "x.npz").from_cache


def test_grey_images_have_one_channel_unless_three_are_asked_for(tmp_path, class_folders, noise, ready):
    root = class_folders(tmp_path / "grey", {"a": 5, "b": 5}, mode="L")
    grey, colour = ready(root).dataset, ready(root, channels=3).dataset
    assert (grey.image_shape, colour.image_shape) == ((10, 12, 1), (10, 12, 3))
    np.testing.assert_array_equal(colour.train()[0], np.repeat(grey.train()[0], 3, axis=3))
    np.testing.assert_array_equal(images_by_name(grey)["a/000.png"][..., 0], np.asarray(noise(0, mode="L")))
    noise(99).save(root / "a" / "colour.png")
    assert ready(root).dataset.image_shape == (10, 12, 3)


def test_what_is_no_image_by_content_stops_it_or_is_skipped(tmp_path, class_folders, noise, ready):
    root = class_folders(tmp_path / "photos", {"cat": 5, "dog": 5})
    noise(50).save(root / "cat" / "a png.jpg", "PNG")
    noise(51).save(root / "dog" / "no_extension", "PNG")
    (root / "cat" / "text.jpg").write_text("no image")
    (root / "dog" / "zero.png").write_bytes(b"")
    (root / "dog" / "truncated.png").write_bytes((root / "dog" / "000.png").read_bytes()[:200])
    (root / "dog" / ".hidden.png").write_bytes(b"")
    with pytest.raises(DataError, match="3 of 15 images cannot be decoded"):
        ready(root)
    assert entries(tmp_path) == []
    prepared = ready(root, on_bad_file="skip")
    assert [one.name for one in prepared.excluded] == ["cat/text.jpg", "dog/truncated.png", "dog/zero.png"]
    assert prepared.excluded[2].reason == "empty file"
    images = images_by_name(prepared.dataset)
    assert len(images) == 12
    np.testing.assert_array_equal(images["cat/a png.jpg"], np.asarray(noise(50)))
    np.testing.assert_array_equal(images["dog/no_extension"], np.asarray(noise(51)))
    assert ready(root, on_bad_file="skip").excluded == prepared.excluded


def test_a_class_of_undecodable_images_only_is_missed(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "photos", {"cat": 5, "dog": 5, "eel": 0})
    for number in range(3):
        (root / "eel" / f"{number}.png").write_bytes(b"x")
    with pytest.raises(DataError, match="no image to train on in class 'eel'"):
        ready(root, on_bad_file="skip")


def test_leaks_are_warned_of_dropped_or_refused(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "x", {"train/a": 6, "train/b": 6, "test/a": 2, "test/b": 2})
    Image.open(root / "test/a/000.png").save(root / "train/a/copy.bmp")
    warned, dropped = ready(root), ready(root, leaks="drop")
    assert warned.dataset.train_size + warned.dataset.validation_size == 13
    assert [leak.names for leak in warned.report.leaks] == [("train/a/copy.bmp", "test/a/000.png")]
    assert dropped.dataset.train_size + dropped.dataset.validation_size == 12
    assert [(one.name, one.reason) for one in dropped.excluded] == [
        ("train/a/copy.bmp", "the same image as test/a/000.png of the test split")
    ]
    assert dropped.report.leaks == ()
    with pytest.raises(DataError, match="1 images are also in the test split"):
        ready(root, leaks="error")


def test_a_carved_split_tears_no_copies_apart(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "x", {"a": 12, "b": 12})
    for label in "ab":
        for number in range(12):
            Image.open(root / label / f"{number:03}.png").save(root / label / f"copy of {number}.bmp")
    for seed in range(5):
        prepared = ready(root, seed=seed)
        sides = {}
        for fact in prepared.dataset.facts():
            sides.setdefault(fact.pixels, set()).add(fact.split)
        assert len(sides) == 24
        assert all(len(splits) == 1 for splits in sides.values())
        assert prepared.report.leaks == ()


def test_a_limit_decodes_no_more_than_it_says(tmp_path, class_folders, settings):
    root = class_folders(tmp_path / "x", {"a": 40, "b": 20})
    told = []
    dataset = prepare(
        settings(root, limit=12), cache=tmp_path / "cache", progress=lambda *now: told.append(now)
    ).dataset
    assert told[-1] == (12, 12)
    assert sorted(fact.label for fact in dataset.facts()) == ["a"] * 8 + ["b"] * 4


def test_integer_classes_are_in_the_order_of_numbers(tmp_path, ready):
    x = np.random.default_rng(0).integers(0, 256, (30, 4, 4), np.uint8)
    np.savez(tmp_path / "x.npz", x=x, y=np.arange(30) % 3 * 5)
    dataset = ready(tmp_path / "x.npz").dataset
    assert dataset.classes == ("0", "5", "10")
    assert [dataset.classes[label] for label in dataset.test()[1]] == [fact.label for fact in dataset.facts()[-6:]]


def test_unicode_names_and_spaces_survive(tmp_path, class_folders, ready):
    dataset = ready(class_folders(tmp_path / "mes photos é", {"chat noir": 4, "été 夏": 4})).dataset
    assert dataset.classes == ("chat noir", "été 夏")
    assert {fact.name for fact in dataset.facts()} >= {"chat noir/000.png", "été 夏/003.png"}


@pytest.mark.parametrize("name", ["development.npy", "dataset.json", "facts.json"])
def test_a_damaged_entry_is_made_again(tmp_path, class_folders, ready, name):
    root = class_folders(tmp_path / "x", {"a": 5, "b": 5})
    first = ready(root).dataset
    images = first.development()[0].copy()
    (first.path / name).write_bytes((first.path / name).read_bytes()[:50])
    again = ready(root)
    assert not again.from_cache
    np.testing.assert_array_equal(again.dataset.development()[0], images)
    assert entries(tmp_path) == [first.digest]


def start(root, cache, progress):
    """Another process that prepares `root`; `progress` is the body of the function that is told of it."""
    script = f"""
import os, signal, time
from pathlib import Path
from sweep.data.prepare import prepare
from sweep.space.data_settings import DataSettings

def progress(done, total):
    {progress}

dataset = prepare(DataSettings(source={str(root)!r}), cache=Path({str(cache)!r}), progress=progress).dataset
print(dataset.digest, int(dataset.development()[0].sum()))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(sweep.__path__[0]).parent)}
    return subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once_both_succeed(tmp_path, class_folders):
    root = class_folders(tmp_path / "x", {"a": 10, "b": 10})
    (tmp_path / "met").mkdir()
    meet = f"""
    met = Path({str(tmp_path / "met")!r})
    (met / str(os.getpid())).touch()
    while len(list(met.iterdir())) < 2:
        time.sleep(0.01)
    """
    both = [start(root, tmp_path / "cache", meet) for _ in range(2)]
    first, second = (process.communicate(timeout=60)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second != ""
    assert entries(tmp_path) == [first.split()[0]]


def test_a_killed_process_leaves_no_entry(tmp_path, class_folders, ready):
    root = class_folders(tmp_path / "x", {"a": 10, "b": 10})
    killed = start(root, tmp_path / "cache", "os.kill(os.getpid(), signal.SIGKILL)")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert [name.startswith("tmp-") for name in entries(tmp_path)] == [True]
    prepared = ready(root)
    assert not prepared.from_cache
    assert len(prepared.dataset.facts()) == 20


@pytest.fixture
def photos(tmp_path, noise):
    """JPEG files that are large enough to be reduced to 64 x 64 or less."""
    for label in ("cat", "dog"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(5):
            noise(number + 5 * (label == "dog"), (300, 280)).save(tmp_path / "photos" / label / f"{number}.jpg")
    return tmp_path / "photos"


def test_photos_are_reduced_and_their_copies_stay_on_one_side(tmp_path, photos, ready):
    for label in ("cat", "dog"):
        for number in range(5):
            Image.open(photos / label / f"{number}.jpg").save(photos / label / f"copy of {number}.png")
    prepared = ready(photos, image_size=(32, 32), fit="crop")
    sides = {}
    for fact in prepared.dataset.facts():
        assert (fact.width, fact.height) == (300, 280)
        sides.setdefault(fact.pixels, set()).add(fact.split)
    assert len(sides) == 10
    assert all(len(splits) == 1 for splits in sides.values())
    assert len(prepared.report.duplicates) == 10
    images = images_by_name(prepared.dataset)
    for number in range(5):
        difference = images[f"cat/{number}.jpg"].astype(int) - images[f"cat/copy of {number}.png"]
        assert np.abs(difference).mean() < 4  # noise is the worst there is to reduce


def test_a_photo_leaked_as_another_format_is_dropped(tmp_path, noise, ready):
    for number, folder in enumerate(("train/a", "train/b", "test/a", "test/b")):
        (tmp_path / "x" / folder).mkdir(parents=True)
        for index in range(4):
            noise(number * 4 + index, (300, 280)).save(tmp_path / "x" / folder / f"{index}.jpg")
    Image.open(tmp_path / "x" / "test/a/0.jpg").save(tmp_path / "x" / "train/a/copy.png")
    dropped = ready(tmp_path / "x", image_size=(32, 32), leaks="drop")
    assert [one.name for one in dropped.excluded] == ["train/a/copy.png"]


def before(monkeypatch):
    """As a version did that decoded every photo whole: what it left in a cache, and what it called it."""
    monkeypatch.setattr(Use, "scale", lambda *_: 1)
    monkeypatch.setattr(preparing, "dataset_digest", preparing._earlier_digest)


def test_a_run_goes_on_with_photos_that_an_earlier_version_resized(tmp_path, photos, settings, monkeypatch):
    wanted = settings(photos, image_size=(32, 32))
    with monkeypatch.context() as patch:
        before(patch)
        earlier = prepare(wanted, cache=tmp_path / "cache").dataset
    later = prepare(wanted, cache=tmp_path / "cache").dataset
    assert later.digest != earlier.digest
    assert not np.array_equal(later.train()[0], earlier.train()[0])
    resumed = prepare(wanted, cache=tmp_path / "cache", expected=earlier.digest)
    assert (resumed.from_cache, resumed.dataset) == (True, earlier)
    assert prepare(wanted, cache=tmp_path / "cache", expected=later.digest).dataset == later


def test_where_the_earlier_versions_photos_are_gone_it_says_what_is_the_matter(tmp_path, photos, settings, monkeypatch):
    wanted = settings(photos, image_size=(32, 32))
    with monkeypatch.context() as patch:
        before(patch)
        earlier = prepare(wanted, cache=tmp_path / "cache").dataset
    shutil.rmtree(earlier.path)
    with pytest.raises(
        DataError, match=r"photos are as they were, but .* resized photos a little differently"
    ) as refusal:
        prepare(wanted, cache=tmp_path / "cache", expected=earlier.digest)
    assert len(str(refusal.value).splitlines()) == 1
    (photos / "cat" / "0.jpg").unlink()
    with pytest.raises(DataError, match="photos have changed since the run began"):
        prepare(wanted, cache=tmp_path / "cache", expected=earlier.digest)


def test_arrays_and_images_that_keep_their_size_have_the_digest_they_had(tmp_path, photos, settings, monkeypatch):
    x = np.random.default_rng(0).integers(0, 256, (12, 4, 4), np.uint8)
    np.savez(tmp_path / "x.npz", x=x, y=np.arange(12) % 3)
    same = [settings(tmp_path / "x.npz"), settings(tmp_path / "x.npz", image_size=(2, 2)), settings(photos)]
    later = [prepare(one, cache=tmp_path / "later").dataset for one in same]
    with monkeypatch.context() as patch:
        before(patch)
        earlier = [prepare(one, cache=tmp_path / "earlier").dataset for one in same]
    assert [one.digest for one in later] == [one.digest for one in earlier]
    for now, then in zip(later, earlier, strict=True):
        np.testing.assert_array_equal(now.development()[0], then.development()[0])
        assert now.facts() == then.facts()


def test_the_digest_of_the_digits_is_what_it_always_was(tmp_path, settings):
    digest = prepare(settings("digits"), cache=tmp_path / "cache").dataset.digest
    assert digest == "8f8840a9bf9e04eaa0a8f50cea59520b1f42bef6a0eb44df5f134b43042f7049"
