"""The definition of a run that has begun. Its store keeps it; `space.yaml` is there to be read."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.errors import DefinitionError, InputError
from sweep.final.finalize import frozen_winner
from sweep.records import LimitsRaised
from sweep.space.definition import Space
from sweep.space.differences import Difference, differences
from sweep.space.load import dump_space, load_space, parse_space
from sweep.store.layout import RunDirectory
from sweep.store.reading import Reader

RAISABLE = ("search.max_trials", "search.max_time")


def first_space(directory: RunDirectory, store: Reader) -> Space:
    """The space that the run began with."""
    text = store.facts.get("definition")
    if text is None:  # the store is of an earlier version, and the file was gone when it was first opened by this one
        return load_space(directory.space_file)
    return parse_space(text, str(directory.database))


def current_space(first: Space, store: Reader) -> Space:
    """The space as it is searched now: `first`, with the limits that were raised since."""
    raised = store.limits_raised()
    if raised is None:
        return first
    limits = {"max_trials": raised.max_trials, "max_time": raised.max_time}
    return first.model_copy(update={"search": first.search.model_copy(update=limits)})


def require_unedited(directory: RunDirectory, first: Space) -> None:
    """Raises InputError, naming the differences, where `space.yaml` is not what the run began with. One that is gone
    is written again."""
    path = directory.space_file
    if not path.exists():
        path.write_text(dump_space(first), encoding="utf-8")
        return
    try:
        found = differences(first, load_space(path))
    except DefinitionError as exc:
        raise InputError(f"{exc}\n{_advice(directory)}") from exc
    if found:
        raise InputError(f"{path} was edited: {_listed(found)}; {_advice(directory)}")


def limits_to_raise(store: Reader, first: Space, overrides: Sequence[str]) -> LimitsRaised | None:
    """What `--set` says of `max_trials` and `max_time`, None where that is nothing new. Raises InputError where it says
    anything else, where a limit would be lowered, and where the winner is frozen."""
    space = current_space(first, store)
    wanted = parse_space(dump_space(space), store.facts["name"], overrides)
    found = differences(space, wanted)
    others = [one for one in found if one.key not in RAISABLE]
    if others:
        raise InputError(
            f"a run that has begun keeps its definition but for {' and '.join(RAISABLE)}: {_listed(others)}"
        )
    if not found:
        return None
    for one in found:
        name = one.key.removeprefix("search.")
        before, now = getattr(space.search, name), getattr(wanted.search, name)
        if now is not None and (before is None or now < before):
            raise InputError(f"{one}: a limit may only be raised in a run that has begun")
    if frozen_winner(store) is not None:
        raise InputError(
            f"{store.facts['name']} has its winner: a search that goes on after the test split may have been opened "
            "would not be honest; begin a new run with the higher limit"
        )
    return LimitsRaised(wanted.search.max_trials, wanted.search.max_time)


def _listed(found: Sequence[Difference]) -> str:
    return "; ".join(map(str, found))


def _advice(directory: RunDirectory) -> str:
    return (
        f"delete {directory.space_file} to go on as the run began (the store has a copy), or begin a new one with "
        f"`sweep run {directory.space_file}`"
    )
