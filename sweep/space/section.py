"""What the sections of a definition are made of. The descriptions of their keys are what an editor shows, and what
`reference` makes the tables of docs/definition.md from.

`left out: ...` at the end of a description says what holds where a key without a value of its own is not given.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Scalar = Annotated[bool | int | float | str, Field(title="value")]
Positive = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """Keys and nothing else: strict, frozen and picklable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def as_tuple(value: Any) -> Any:
    """A list of the file as the tuple that a frozen section keeps."""
    return tuple(value) if isinstance(value, list) else value
