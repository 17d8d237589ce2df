from __future__ import annotations

import pytest

from sweep.errors import InputError
from sweep.store.labels import MAX_LENGTH, add_label, labels_of, remove_label


def test_labels_are_kept_in_the_order_in_which_they_were_given_and_no_label_twice(store):
    for text in ("first", " second ", "first"):
        add_label(store, text)
    assert labels_of(store) == ("first", "second")
    assert [event.kind for event in store.events()] == ["labelled", "labelled"]


def test_a_label_is_taken_away_and_can_be_given_again(store):
    add_label(store, "a")
    add_label(store, "b")
    remove_label(store, "a")
    assert labels_of(store) == ("b",)
    add_label(store, "a")
    assert labels_of(store) == ("b", "a")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a label has at least one character"),
        ("  ", "a label has at least one character"),
        ("x" * (MAX_LENGTH + 1), "a label has at most 200 characters, not 201"),
        ("two\nlines", "a label is one line of visible characters; its character 4 is U+000A (a control character)"),
        (" \x1b[2J", "a label is one line of visible characters; its character 1 is U+001B (a control character)"),
        ("a\u202eb", "a label is one line of visible characters; its character 2 is U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("a\udcff", "a label is one line of visible characters; its character 2 is U+DCFF (no valid text)"),
    ],
)
def test_what_is_no_line_of_text_is_no_label_and_it_is_said_why(text, reason, store):
    with pytest.raises(InputError) as caught:
        add_label(store, text)
    assert str(caught.value) == reason
    assert labels_of(store) == ()


def test_a_label_that_is_not_there_cannot_be_taken_away(store):
    with pytest.raises(InputError, match=r"the run has no label 'a', and no others"):
        remove_label(store, "a")
    add_label(store, "b")
    with pytest.raises(InputError, match=r"the run has no label 'a'; it has 'b'"):
        remove_label(store, "a")
    add_label(store, "c\\d's")
    with pytest.raises(InputError) as caught:
        remove_label(store, "a\x07\\")
    assert str(caught.value) == "the run has no label 'a\\x07\\'; it has 'b', 'c\\d's'"


def test_a_label_changes_no_digest(store, fill):
    fill.ask(0)
    before = store.digest()
    add_label(store, "baseline")
    assert store.digest() == before
