"""Notes that a user gives a run. They are events of its store: when each was given or taken away is kept."""

from __future__ import annotations

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
    if not text or len(text) > MAX_LENGTH or not text.isprintable():
        raise InputError(f"a label is one line of 1 to {MAX_LENGTH} characters, not {printable(text[:50])!r}")
    if text not in labels_of(store):
        store.record_event(LABELLED, text=text)


def remove_label(store: Store, text: str) -> None:
    """Raises InputError where the run has no such label."""
    known = labels_of(store)
    if text.strip() not in known:
        there = f"; it has {', '.join(map(repr, known))}" if known else ", and no others"
        raise InputError(f"the run has no label {printable(text)!r}{there}")
    store.record_event(UNLABELLED, text=text.strip())
