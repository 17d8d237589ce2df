"""The images of a definition: where they are, how they are split and brought to one size."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sweep.space.quantities import Size
from sweep.space.section import Positive, Section, as_tuple

Fraction = Annotated[float, Field(gt=0, lt=1)]
_Height = Annotated[Positive, Field(title="height")]
_Width = Annotated[Positive, Field(title="width")]

DEFAULT_MAX_UNPACKED = 20 * 2**30


class Splits(Section):
    train: str = Field(default="train", description="folder or CSV split of the training images")
    validation: str | None = Field(
        default=None,
        description="folder or CSV split of the validation images; left out: a part of the training images",
    )
    test: str | None = Field(
        default=None, description="folder or CSV split of the test images; left out: a part of all images"
    )


class DataSettings(Section):
    source: str = Field(
        description="class folders, a `.zip` or `.tar.gz` of them, a `.csv` of path and label, `.npz`, `digits`, "
        "`keras:NAME` or `module:function`"
    )
    splits: Splits | None = Field(
        default=None, description="which folder or CSV split plays which part; left out: by their names"
    )
    validation: Fraction = Field(
        default=0.2, description="part of the training images held out where no validation split ships with the data"
    )
    test: Fraction = Field(
        default=0.2, description="part of all images held out where no test split ships with the data"
    )
    seed: int = Field(
        default=0,
        ge=0,
        description="of the splits and of `limit`; apart from the sweep's, so that sweeps of any seed share their test "
        "images",
    )
    image_size: Annotated[
        tuple[Positive, Positive] | None,
        BeforeValidator(as_tuple, json_schema_input_type=tuple[_Height, _Width] | None),
    ] = Field(default=None, description="in pixels; may be left out where all images have one size")
    channels: Literal[1, 3] | None = Field(
        default=None, description="1 grey, 3 RGB; left out: 1 where every image is grey, else 3"
    )
    fit: Literal["stretch", "crop", "pad"] = Field(
        default="stretch", description="how an image is brought to `image_size`"
    )
    limit: Annotated[int, Field(ge=2)] | None = Field(
        default=None, description="use only a stratified, seeded subset of so many images"
    )
    on_bad_file: Literal["stop", "skip"] = Field(
        default="stop", description="what to do about files that cannot be decoded"
    )
    max_unpacked: Size = Field(
        default=DEFAULT_MAX_UNPACKED, description="an archive or `.npz` that would unpack to more is refused"
    )
    leaks: Literal["warn", "drop", "error"] = Field(
        default="warn",
        description="what to do about images that are in train or validation and in a test split that ships with the "
        "data",
    )
    scaling: Literal["standardize", "unit", "none"] | None = Field(
        default=None,
        description="of pixels, as a layer inside the model; left out: `standardize` for `cnn`, else `none`",
    )
