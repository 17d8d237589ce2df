"""What images and classes there must be before anything can be learned from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sweep.data.facts import ImageFacts
from sweep.data.sources.source import Item
from sweep.errors import DataError
from sweep.space.data_settings import DataSettings


def carved_parts(shipped: set[str]) -> tuple[str, ...]:
    """Which parts the data does not ship; test is carved first, then validation."""
    return tuple(part for part in ("test", "validation") if part not in shipped)


def require_images(
    items: Sequence[Item] | Sequence[ImageFacts], classes: Sequence[str], settings: DataSettings
) -> None:
    """Raises DataError where there is nothing to learn from: no images, one class, a class that train lacks or that is
    too small to be shared out, taking every image as different from the others; or a class whose name is no text."""
    if not items:
        raise DataError(f"{settings.source}: there are no images to use")
    for label in classes:
        if label.encode("utf-8", "replace").decode() != label:
            raise DataError(f"{settings.source}: the name of class {label!r} is no valid UTF-8; give it another one")
    if len(classes) < 2:
        raise DataError(
            f"{settings.source}: all images are of one class, {classes[0]!r}; a classifier needs two at least"
        )
    trained = Counter(item.label for item in items if item.split in (None, "train"))
    missing = [label for label in classes if label not in trained]
    if missing:
        raise DataError(f"{settings.source}: no image to train on in class {_listed(missing)}; {_advice(settings)}")
    require_enough(trained, trained, carved_parts({item.split or "train" for item in items}), settings)


def require_enough(
    different: Mapping[str, int], movable: Mapping[str, int], carved: Sequence[str], settings: DataSettings
) -> None:
    """Raises DataError where a class has too few images for train and each carved part.

    `different` counts images that are not copies of each other, `movable` those of them that may leave train.
    """
    few = [x for x in sorted(different) if different[x] <= len(carved) or movable.get(x, 0) < len(carved)]
    if few:
        counts = _listed([f"{label!r} ({different[label]})" for label in few], str)
        parts = ", ".join(["train", *sorted(carved, reverse=True)])
        raise DataError(
            f"{settings.source}: too few different images of class {counts}: {parts} need one each; {_advice(settings)}"
        )


def _advice(settings: DataSettings) -> str:
    return "add images or leave the class out" + (f" or raise data.limit ({settings.limit})" if settings.limit else "")


def _listed(labels: Sequence[str], shown: Callable[[str], str] = repr) -> str:
    more = f" and {len(labels) - 10} more" if len(labels) > 10 else ""
    return ", ".join(map(shown, labels[:10])) + more
