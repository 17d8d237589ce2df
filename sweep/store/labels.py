"""Notes that a user gives a run. They are events of its store: when each was given or taken away is kept."""

from __future__ import annotations

import unicodedata

from sweep.errors import InputError
from sweep.store.reading import Reader
from sweep.store.store import Store
from sweep.text import printable

LABELLED, UNLABELLED = "labelled", "unlabelled"
EVENTS = (LABELLED, UNLABELLED)
"""Kinds of events that say nothing of how far a sweep has come."""

MAX_LENGTH = 200


def labels_of(store: Reader) -> tuple[str, ...]:
    """Those that the run has now, in the order in which they were given."""
    labels: dict[str, None] = {}
    for event in store.events():
        if event.kind == LABELLED:
            labels[event.payload["text"]] = None
        elif event.kind == UNLABELLED:
            labels.pop(event.payload["text"], None)
    return tuple(labels)


def add_label(store: Store, text: str) -> None:
    """One that the run has already is no news. Raises InputError for one that is empty, too long or not one line."""
    text = text.strip()
    if not text:
        raise InputError("a label has at least one character")
    if len(text) > MAX_LENGTH:
        raise InputError(f"a label has at most {MAX_LENGTH} characters, not {len(text):,}")
    unseen = next((place for place, char in enumerate(text) if not char.isprintable()), None)
    if unseen is not None:
        what = _character(text[unseen])
        raise InputError(f"a label is one line of visible characters; its character {unseen + 1} is {what}")
    if text not in labels_of(store):
        store.record_event(LABELLED, text=text)


def remove_label(store: Store, text: str) -> None:
    """Raises InputError where the run has no such label."""
    known = labels_of(store)
    if text.strip() not in known:
        there = "; it has " + ", ".join(f"'{one}'" for one in known) if known else ", and no others"
        raise InputError(f"the run has no label '{printable(text)}'{there}")
    store.record_event(UNLABELLED, text=text.strip())


def _character(char: str) -> str:
    name = "a control character" if unicodedata.category(char) == "Cc" else unicodedata.name(char, "no valid text")
    return f"U+{ord(char):04X} ({name})"
