"""A configuration in so many columns: in full, then with its names cut short, then cut off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sweep.cli.terminal import by_layer, config_text
from sweep.records import Config
from sweep.text import printable

LEAST = 4
"""Letters that a name keeps."""


def fits(config: Config, common: Mapping[str, str], room: int) -> bool:
    """Whether there is room for all of it but for what `common` has, too."""
    return len(printable(config_text(config, common))) <= room


def short_config(config: Config, common: Mapping[str, str], room: int, in_full: bool = True) -> str:
    """Without what `common` has, too, in at most `room` characters (at least 1); `in_full` where it fits, unless those
    beside it do not."""
    if in_full and fits(config, common, room):
        return printable(config_text(config, common))
    texts = {name: text for name, text in by_layer(config).items() if common.get(name) != text}
    names = short_names(texts)
    brief = printable(" ".join(f"{names[name]}={text}" for name, text in texts.items()))
    return brief if len(brief) <= room else f"{brief[: room - 1]}…"


def short_names(names: Iterable[str]) -> dict[str, str]:
    """The beginnings of names, of at least LEAST letters and so long that none is that of another: `filt`, `batch_n`
    and `batch_s`."""
    known = list(names)
    return {name: _beginning(name, [other for other in known if other != name]) for name in known}


def _beginning(name: str, others: list[str]) -> str:
    for length in range(LEAST, len(name)):
        begun = name[:length]
        if not begun.endswith("_") and not any(other.startswith(begun) for other in others):
            return begun
    return name
