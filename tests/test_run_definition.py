from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.errors import DefinitionError, InputError
from sweep.records import LimitsRaised
from sweep.run_definition import current_space, first_space, limits_to_raise, require_unedited
from sweep.space.definition import Space
from sweep.space.load import dump_space, parse_space
from sweep.store.layout import RunDirectory, create_run
from sweep.store.store import Store

TEXT = """name: x
data: {source: digits}
search: {method: random, max_trials: 5, max_time: 60}
seed: 7
"""


@pytest.fixture
def space() -> Space:
    return parse_space(TEXT, "x.yaml")


@pytest.fixture
def run(tmp_path: Path, space: Space) -> RunDirectory:
    directory = create_run(tmp_path, None, "x")
    directory.space_file.write_text(dump_space(space))
    return directory


@pytest.fixture
def store(run: RunDirectory, space: Space) -> Iterator[Store]:
    with Store.create(run.database, {"name": run.name, "definition": dump_space(space)}) as store:
        yield store


def raise_limits(store: Store, space: Space, overrides: list[str]) -> None:
    limits = limits_to_raise(store, space, overrides)
    if limits is not None:
        store.record_limits_raised(limits)


def edit(run: RunDirectory, before: str, now: str) -> None:
    text = run.space_file.read_text()
    assert before in text
    run.space_file.write_text(text.replace(before, now))


def test_the_space_is_the_one_that_the_run_began_with(run: RunDirectory, store: Store, space: Space) -> None:
    edit(run, "seed: 7", "seed: 8")
    assert first_space(run, store) == space


def test_a_store_of_earlier_times_that_has_no_copy_believes_the_file(run: RunDirectory, space: Space) -> None:
    with Store.create(run.database, {"name": run.name}) as store:
        assert first_space(run, store) == space
        run.space_file.unlink()
        with pytest.raises(InputError, match=r"space\.yaml: there is no such file"):
            first_space(run, store)


def test_an_unedited_file_is_no_matter_and_neither_are_comments(run: RunDirectory, space: Space) -> None:
    require_unedited(run, space)
    run.space_file.write_text("# mine\n" + run.space_file.read_text())
    require_unedited(run, space)


def test_a_file_that_is_gone_is_written_again(run: RunDirectory, space: Space) -> None:
    text = run.space_file.read_text()
    run.space_file.unlink()
    require_unedited(run, space)
    assert run.space_file.read_text() == text


def test_edits_are_named_with_what_to_do(run: RunDirectory, space: Space) -> None:
    edit(run, "seed: 7", "seed: 8")
    edit(run, "max_trials: 5", "max_trials: 6")
    with pytest.raises(InputError) as caught:
        require_unedited(run, space)
    assert str(caught.value) == (
        f"{run.space_file} was edited: search.max_trials was 5 and is now 6; seed was 7 and is now 8; "
        f"delete {run.space_file} to go on as the run began (the store has a copy), or begin a new one with "
        f"`sweep run {run.space_file}`"
    )


def test_an_edit_that_makes_no_sense_is_shown_where_it_is(run: RunDirectory, space: Space) -> None:
    edit(run, "seed: 7", "seed: seven")
    with pytest.raises(InputError) as caught:
        require_unedited(run, space)
    mistake, advice = str(caught.value).split("\n")
    assert mistake.startswith(f"{run.space_file}:") and "seed" in mistake
    assert advice.startswith(f"delete {run.space_file} to go on as the run began")


def test_limits_may_be_raised_and_raised_again(store: Store, space: Space) -> None:
    raise_limits(store, space, [])
    assert (store.limits_raised(), current_space(space, store)) == (None, space)
    raise_limits(store, space, ["search.max_trials=8"])
    assert store.limits_raised() == LimitsRaised(8, 60.0)
    raise_limits(store, space, ["search.max_time=2h"])
    raise_limits(store, space, ["search.max_time=2h", "search.max_trials=8", "seed=7"])  # says nothing new
    assert store.decisions() == [LimitsRaised(8, 60.0), LimitsRaised(8, 7200.0)]
    now = current_space(space, store)
    assert (now.search.max_trials, now.search.max_time) == (8, 7200.0)
    assert now.model_copy(update={"search": space.search}) == space


def test_to_have_no_limit_any_more_is_to_raise_it(store: Store, space: Space) -> None:
    raise_limits(store, space, ["search.max_time=null"])
    assert store.limits_raised() == LimitsRaised(5, None)
    with pytest.raises(InputError, match=r"^search\.max_time was nothing and is now 60\.0: a limit may only be raised"):
        raise_limits(store, space, ["search.max_time=60"])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["search.max_trials=4"], "search.max_trials was 5 and is now 4: a limit may only be raised in a run that has"),
        (["search.max_time=59s"], "search.max_time was 60.0 and is now 59.0: a limit may only be raised"),
        (["seed=8"], "but for search.max_trials and search.max_time: seed was 7 and is now 8"),
        (["search.max_trials=9", "data.limit=50"], "search.max_time: data.limit was nothing and is now 50"),
        (["search.method=grid"], "search.method was random and is now grid"),
    ],
)
def test_nothing_else_may_be_set(store: Store, space: Space, overrides: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        raise_limits(store, space, overrides)
    assert message in str(caught.value)
    assert store.decisions() == []


@pytest.mark.parametrize("override", ["search.max_trials=many", "search.max_trials=null", "search.max_trial=9"])
def test_what_is_no_limit_is_a_mistake_of_the_option(store: Store, space: Space, override: str) -> None:
    with pytest.raises(DefinitionError, match=rf"^x-001: --set {override}: "):
        raise_limits(store, space, [override])
    assert store.decisions() == []


def test_a_search_whose_winner_is_frozen_does_not_go_on(store: Store, space: Space) -> None:
    store.record_event("winner", id=0, objective=0.5, best_epoch=1, config={})
    with pytest.raises(InputError, match=r"^x-001 has its winner: .* begin a new run with the higher limit$"):
        raise_limits(store, space, ["search.max_trials=9"])
    raise_limits(store, space, ["search.max_trials=5"])
    assert store.limits_raised() is None
