import pytest

from sweep.data.requirements import carved_parts, require_images
from sweep.data.sources.source import Item
from sweep.errors import DataError


def items(text):
    """`a:train a:test b` as items."""
    pairs = [word.partition(":")[::2] for word in text.split()]
    return [Item(str(number), label, split or None, number) for number, (label, split) in enumerate(pairs)]


def required(text, settings, **options):
    found = items(text)
    require_images(found, tuple(sorted({item.label for item in found})), settings("photos", **options))


def test_parts_that_do_not_ship_are_carved():
    assert carved_parts({"train"}) == ("test", "validation")
    assert carved_parts({"train", "test"}) == ("validation",)
    assert carved_parts({"train", "validation", "test"}) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "photos: there are no images to use"),
        ("a a a", "photos: all images are of one class, 'a'"),
        ("a a a \udcff \udcff \udcff", r"photos: the name of class '\\udcff' is no valid UTF-8; give it another one"),
        ("a a a b", r"photos: too few different images of class 'b' \(1\): train, validation, test need one each; add"),
        ("a a a b b c", r"of class 'b' \(2\), 'c' \(1\)"),
        ("a:train a:train b:train a:test b:test", r"of class 'b' \(1\): train, validation need one each"),
        ("a:train a:train a:test b:test c:validation", "no image to train on in class 'b', 'c'"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(text, message, settings):
    with pytest.raises(DataError, match=message):
        required(text, settings)


def test_one_image_is_enough_where_all_parts_ship(settings):
    required("a:train b:train a:validation b:validation a:test b:test", settings)


def test_a_limit_is_named_as_what_may_be_to_blame(settings):
    with pytest.raises(DataError, match=r"raise data.limit \(2\)"):
        required("a b", settings, limit=2)


def test_of_many_classes_ten_are_named(settings):
    with pytest.raises(DataError, match=r"'c08' \(1\), 'c09' \(1\) and 5 more: train"):
        required(" ".join(f"c{n:02}" for n in range(15)), settings)
