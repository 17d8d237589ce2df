"""What is found of whole images must be found of reduced ones."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from sweep.data.images import examine, look
from sweep.data.looking import look_at_each
from sweep.data.reduction import Use
from sweep.data.sources.source import Item

SIZE = (200, 168)  # a look at it halves it


class Files:
    """A source of files by name, which counts how often each is read."""

    threads = 2
    encoded = True

    def __init__(self, files):
        self.files, self.read = files, []
        self.items = tuple(Item(name, "a", None, name) for name in files)

    def loads(self, items):
        for index, item in enumerate(items):
            yield index, lambda name=item.name: self._load(name)

    def _load(self, name):
        self.read.append(name)
        return self.files[name]


@pytest.fixture
def jpeg(noise, encoded):
    def make(number, size=SIZE, **options):
        return encoded(noise(number, size), "JPEG", **{"quality": 90, **options})

    return make


def decoded(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def groups(source):
    """Names by digest, of more than one."""
    found = {}
    for facts in look_at_each(source, source.items, Use()):
        assert facts.error is None
        found.setdefault(facts.pixels, []).append(facts.name)
    return [names for names in found.values() if len(names) > 1]


def test_photos_of_which_there_is_one_are_read_once_and_not_in_whole(jpeg):
    source = Files({f"{number}.jpg": jpeg(number) for number in range(20)})
    taken = {}
    told = []
    facts = look_at_each(
        source,
        source.items,
        Use(),
        lambda *now: told.append(now),
        lambda index, picture: taken.update({index: picture}),
    )
    assert sorted(source.read) == sorted(source.files)
    assert {picture.image.size for picture in taken.values()} == {(100, 84)}
    assert {(fact.width, fact.height) for fact in facts} == {SIZE}
    assert len({fact.pixels for fact in facts}) == 20
    assert told[-1] == (20, 20)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_a_lossless_copy_of_a_photo_is_found(jpeg, noise, encoded, kind):
    source = Files({"a.jpg": jpeg(0), "b.jpg": jpeg(1), "c": encoded(decoded(jpeg(1)), kind), "d.jpg": jpeg(2)})
    assert groups(source) == [["b.jpg", "c"]]
    assert groups(Files(dict(reversed(source.files.items())))) == [["c", "b.jpg"]]


def test_a_photo_encoded_again_without_loss_is_found(jpeg, encoded):
    source = Files(
        {"a": jpeg(0), "b": jpeg(1), "optimized": jpeg(1, optimize=True), "in scans": jpeg(0, progressive=True)}
    )
    assert groups(source) == [["a", "in scans"], ["b", "optimized"]]
    assert sorted(source.read) == sorted([*source.files, *source.files])


def test_a_grey_copy_of_a_grey_photo_is_found_in_colours(noise, encoded):
    grey = noise(0, SIZE, "L")
    source = Files(
        {
            "grey": encoded(grey, "JPEG"),
            "rgb": encoded(grey.convert("RGB"), "JPEG"),
            "x": encoded(noise(1, SIZE), "JPEG"),
        }
    )
    assert decoded(source.files["grey"]).tobytes() == decoded(source.files["rgb"]).tobytes()
    assert groups(source) == [["grey", "rgb"]]


def test_a_turned_photo_and_its_upright_copy_are_found(jpeg, encoded):
    tags = Image.Exif()
    tags[0x0112] = 6
    turned = jpeg(0, exif=tags)
    source = Files(
        {
            "turned.jpg": turned,
            "b.jpg": jpeg(1),
            "upright.png": encoded(decoded(turned).transpose(Image.Transpose.ROTATE_270)),
        }
    )
    assert groups(source) == [["turned.jpg", "upright.png"]]


def test_a_file_that_is_there_twice_is_found_without_reading_it_again(jpeg):
    source = Files({"a": jpeg(0), "b": jpeg(1), "c": jpeg(0)})
    assert groups(source) == [["a", "c"]]
    assert sorted(source.read) == ["a", "b", "c"]


def test_photos_that_differ_in_what_a_reduction_leaves_out_are_not_the_same(encoded):
    x = np.full((512, 512), 128, np.uint8)
    y = x.copy()
    y[:8, :8] += np.tile(np.array([8, -8], np.int8), (8, 4)).view(np.uint8)
    flat, striped = (encoded(Image.fromarray(one), "JPEG", quality=100) for one in (x, y))
    item = Item("a", "a", None, "a")
    assert look(item, lambda: flat, Use())[0].pixels == look(item, lambda: striped, Use())[0].pixels
    assert groups(Files({"flat": flat, "striped": striped, "again": flat})) == [["flat", "again"]]


def test_the_reduced_pixels_of_a_photo_are_no_copy_of_it(jpeg, encoded):
    small = Image.open(io.BytesIO(jpeg(0)))
    small.draft(None, (100, 84))
    assert groups(Files({"photo": jpeg(0), "thumbnail": encoded(small.convert("RGB"))})) == []


def test_the_digest_of_a_photo_read_again_is_that_of_all_its_pixels(jpeg, encoded):
    source = Files({"a.jpg": jpeg(0), "b.png": encoded(decoded(jpeg(0)))})
    facts = look_at_each(source, source.items, Use())
    assert facts[0].pixels == examine(source.items[0], lambda: source.files["a.jpg"])[0].pixels


def test_progress_counts_what_is_read_again_and_never_goes_back(jpeg, encoded):
    source = Files({"a": jpeg(0), "b": encoded(decoded(jpeg(0))), "c": jpeg(1), "d": jpeg(2, (400, 400))})
    told, threads = [], set()

    def progress(done, total):
        told.append((done, total))
        threads.add(threading.get_ident())

    look_at_each(source, source.items, Use(), progress)
    assert told[-1] == (6, 6)  # the two of the size of b are read again
    assert told == sorted(told)
    assert threads == {threading.get_ident()}


def test_a_file_that_is_gone_at_the_second_reading_keeps_its_facts(jpeg, encoded):
    class Vanishing(Files):
        def _load(self, name):
            if self.read.count(name) == 1:
                raise FileNotFoundError(name)
            return super()._load(name)

    source = Vanishing({"a": jpeg(0), "b": encoded(decoded(jpeg(0)))})
    facts = look_at_each(source, source.items, Use())
    assert [fact.error for fact in facts] == [None, None]
    assert facts[0].pixels == look(source.items[0], lambda: source.files["a"], Use())[0].pixels
