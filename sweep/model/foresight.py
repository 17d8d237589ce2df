"""What a trial of a configuration would come to, told before it trains."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.errors import InputError
from sweep.model.image_input import ImageInput
from sweep.model.limits import ModelSize, TooLarge, require_small
from sweep.model.size import estimate
from sweep.records import Config
from sweep.space.definition import Space


@dataclass(frozen=True)
class Foresight:
    """Its model's `size`, where that can be known, and a line on why it would be `skipped` or would have `failed`, None
    where it would not."""

    size: ModelSize | None = None
    skipped: str | None = None
    failed: str | None = None

    @property
    def would_train(self) -> bool:
        return self.skipped is None and self.failed is None


def foresee(space: Space, config: Config, image_input: ImageInput) -> Foresight:
    """The Keras session is cleared, and random numbers are drawn."""
    try:
        size = estimate(space, config, image_input)
        require_small(space, size)
    except TooLarge as exc:
        return Foresight(exc.size, skipped=str(exc))
    except InputError as exc:
        return Foresight(failed=str(exc))
    return Foresight(size)
