"""The Python API, with searches and retrainings made up; whole sweeps are in tests/cli/test_running.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep import api, session
from sweep.errors import DataError, InputError, Interrupted, SweepFailed
from sweep.observers import Reporter
from sweep.records import LimitsRaised, Proposal, TrialResult, TrialState
from sweep.space.definition import Space
from sweep.store.layout import RunDirectory
from sweep.store.lock import RunLock
from sweep.store.store import Store
from tests.tiny_sweep import open_store, write_images, write_space


class FakeSession:
    """In place of `Session`: notes what is asked of it; the search finishes, or raises."""

    asked: list[str]
    raises: BaseException | None = None
    answer = False

    def __init__(self, directory: RunDirectory, store: Store, *others: object) -> None:
        self.store = store

    def search(self) -> None:
        self.asked.append("search")
        if self.raises is not None:
            raise self.raises
        self.store.record_event("search_finished")

    @property
    def has_answer(self) -> bool:
        return self.answer

    def finalize(self) -> None:
        self.asked.append("finalize")
        self.store.record_event("finished")

    def evaluate_again(self) -> None:
        self.asked.append("evaluate")

    def finish(self) -> None:
        self.asked.append("finish")
        self.store.record_event("finished")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    write_images(tmp_path / "tiny.npz")
    return tmp_path


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeSession]:
    fake = type("Fake", (FakeSession,), {"asked": []})
    monkeypatch.setattr(session, "Session", fake)
    return fake


@pytest.fixture
def space(folder: Path) -> Space:
    return sweep.load_space(write_space(folder))


def test_a_run_searches_then_finds_the_answer(fake: type[FakeSession], space: Space, folder: Path) -> None:
    result = sweep.run(space)
    assert fake.asked == ["search", "finalize"]
    assert (result.name, result.directory, result.state) == ("tiny-001", Path("runs/tiny-001"), "finished")
    assert result == sweep.open() == sweep.open("tiny-001")
    assert sweep.open("tiny-001", runs_dir=folder / "runs").digest == result.digest


def test_without_retraining_it_only_searches(fake: type[FakeSession], space: Space) -> None:
    assert sweep.run(space, retrain=False, name="mine", runs_dir="elsewhere").directory == Path("elsewhere/mine")
    assert fake.asked == ["search", "finish"]


def test_facts_of_the_sweep_are_in_its_store(fake: type[FakeSession], space: Space) -> None:
    sweep.run(space)
    with open_store(Path("runs/tiny-001")) as store:
        facts = store.facts
    assert facts["images"] == {"train": 38, "validation": 10, "test": 12}
    assert (facts["name"], facts["seed"], facts["classes"]) == ("tiny-001", 0, ["0", "1", "2"])
    assert (facts["threads_per_trial"], facts["retrain_threads"], facts["deterministic"]) == (1, 1, True)
    assert (facts["full_budget"], facts["objective"]) == (None, {"metric": "val_accuracy", "direction": "max"})


def test_hyperbands_full_budget_is_a_fact(fake: type[FakeSession], folder: Path) -> None:
    sweep.run(sweep.load_space(write_space(folder, search={"method": "hyperband"})))
    with open_store(Path("runs/tiny-001")) as store:
        assert store.facts["full_budget"] == 2


def test_to_resume_is_to_search_on_and_finish(fake: type[FakeSession], space: Space) -> None:
    fake.raises = KeyboardInterrupt()
    with pytest.raises(Interrupted):
        sweep.run(space)
    assert sweep.open().state == "interrupted"
    fake.raises = None
    assert sweep.resume().state == "finished"
    assert fake.asked == ["search", "search", "finalize"]


def test_a_sweep_that_has_its_answer_is_not_given_another(fake: type[FakeSession], space: Space) -> None:
    sweep.run(space)
    fake.asked.clear()
    fake.answer = True
    sweep.resume("tiny-001")
    assert fake.asked == ["search", "finish"]
    sweep.retrain_best("tiny-001")
    sweep.evaluate("tiny-001")
    assert fake.asked[2:] == ["finalize", "evaluate"]


def test_the_reporter_hears_of_the_data_before_anything_is_written(fake: type[FakeSession], space: Space) -> None:
    heard: list[Any] = []

    class Listener(Reporter):
        def data(self, done: int, total: int) -> None:
            heard.append((done, total))

        def ready(self, ready: Any) -> None:
            heard.append(("ready", ready.dataset.train_size, Path("runs").exists()))

    sweep.run(space, reporter=Listener())
    assert heard[-2:] == [(60, 60), ("ready", 38, False)]


def test_a_name_that_is_taken_is_refused_before_images_are_read(fake: type[FakeSession], space: Space) -> None:
    sweep.run(space, name="mine")
    Path("tiny.npz").unlink()
    with pytest.raises(InputError, match=r"^run mine exists already; go on with it: sweep resume mine, or choose"):
        sweep.run(space, name="mine")
    with pytest.raises(InputError, match="is a path"):
        sweep.run(space, name="../mine")
    with pytest.raises(DataError, match="no such file or folder"):
        sweep.run(space, name="other")
    assert [path.name for path in Path("runs").iterdir()] == ["mine"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, BrokenPipeError])
def test_a_stop_says_how_to_go_on_from_here(
    stop: type[BaseException], fake: type[FakeSession], space: Space, folder: Path
) -> None:
    fake.raises = stop()
    with pytest.raises(Interrupted) as caught:
        sweep.run(space)
    assert str(caught.value) == "stopped, and nothing finished is lost; go on with: sweep resume tiny-001"
    with pytest.raises(Interrupted) as caught:
        sweep.run(space, runs_dir=folder / "my runs")
    assert str(caught.value).endswith(f"go on with: sweep resume tiny-001 --runs-dir '{folder}/my runs'")


def test_a_fault_leaves_its_traceback_in_the_logs(fake: type[FakeSession], space: Space) -> None:
    fake.raises = ZeroDivisionError("of all\nthings")
    with pytest.raises(SweepFailed) as caught:
        sweep.run(space)
    log = Path("runs/tiny-001/logs/error.log")
    assert str(caught.value) == (f"ZeroDivisionError: of all (traceback: {log}); go on with: sweep resume tiny-001")
    assert log.read_text().startswith("Traceback") and "raise self.raises" in log.read_text()


def test_a_failure_keeps_its_words_and_its_traceback(fake: type[FakeSession], space: Space) -> None:
    fake.raises = SweepFailed("retraining trial 0 failed: out of memory")
    fake.raises.add_note("Traceback of the worker")
    with pytest.raises(SweepFailed) as caught:
        sweep.run(space)
    assert str(caught.value) == "retraining trial 0 failed: out of memory"
    assert "Traceback of the worker" in Path("runs/tiny-001/logs/error.log").read_text()


def test_a_traceback_that_cannot_be_kept_hides_no_error(fake: type[FakeSession], space: Space) -> None:
    fake.raises = ValueError("no")
    with pytest.raises(SweepFailed):
        sweep.run(space)
    log = Path("runs/tiny-001/logs/error.log")
    log.unlink()
    log.mkdir()
    with pytest.raises(SweepFailed, match=r"^ValueError: no; go on with: "):
        sweep.resume()


def test_the_best_so_far_is_named(fake: type[FakeSession], space: Space) -> None:
    sweep.run(space)
    with Store.open(Path("runs/tiny-001/sweep.db")) as store:
        for trial, value in enumerate([0.5, 0.75]):
            store.record_ask(Proposal(trial, {}, 0, 2), seed=1)
            store.record_result(TrialResult(trial, TrialState.COMPLETED, 2, best_epoch=1, objective=value))
    fake.raises = KeyboardInterrupt()
    with pytest.raises(Interrupted) as caught:
        sweep.resume()
    assert str(caught.value) == (
        "stopped, and nothing finished is lost; the best so far is trial 1, val_accuracy 0.7500 at epoch 1; "
        "go on with: sweep resume tiny-001"
    )


def test_a_limit_is_raised_before_the_search_goes_on(fake: type[FakeSession], space: Space) -> None:
    sweep.run(space, retrain=False)
    sweep.resume(overrides=["search.max_trials=9"], retrain=False)
    assert fake.asked == ["search", "finish", "search", "finish"]
    with open_store(Path("runs/tiny-001")) as store:
        assert store.decisions() == [LimitsRaised(9, None)]


def test_and_not_where_the_images_are_others_than_before(fake: type[FakeSession], space: Space) -> None:
    sweep.run(space, retrain=False)
    write_images(Path("tiny.npz"), seed=1)
    with pytest.raises(InputError, match="have changed"):
        sweep.resume(overrides=["search.max_trials=9"])
    with open_store(Path("runs/tiny-001")) as store:
        assert store.decisions() == []


MODEL = """
import keras

def build(hp):
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""

CALLS: list[Callable[..., Any]] = [api.resume, api.retrain_best, api.evaluate]


@pytest.mark.parametrize("call", CALLS)
def test_nothing_goes_on_with_other_images(call: Callable[..., Any], fake: type[FakeSession], space: Space) -> None:
    sweep.run(space)
    write_images(Path("tiny.npz"), seed=1)
    fake.asked.clear()
    with pytest.raises(InputError, match=r"the images of .*tiny\.npz have changed since the run began: "):
        call("tiny-001")
    assert fake.asked == []


@pytest.mark.parametrize("call", CALLS)
def test_nothing_goes_on_with_other_code(call: Callable[..., Any], fake: type[FakeSession], folder: Path) -> None:
    (folder / "edited_model.py").write_text(MODEL)
    run = sweep.run(sweep.load_space(write_space(folder, model="edited_model:build", parameters={"epochs": 1})))
    with Store.open(run.directory / "sweep.db") as store:
        assert len(store.facts["code"]) == 64
        store._database.execute("UPDATE fact SET value = '\"0123\"' WHERE name = 'code'")
    fake.asked.clear()
    with pytest.raises(InputError, match=r"^the file of edited_model:build was edited since tiny-001 began: "):
        call()
    assert fake.asked == []


@pytest.mark.parametrize("call", CALLS)
def test_nothing_goes_on_with_an_edited_definition(
    call: Callable[..., Any], fake: type[FakeSession], space: Space
) -> None:
    sweep.run(space)
    file = Path("runs/tiny-001/space.yaml")
    file.write_text(file.read_text().replace("seed: 0\nparameters", "seed: 1\nparameters"))
    fake.asked.clear()
    with pytest.raises(InputError, match=r"space\.yaml was edited: seed was 0 and is now 1; "):
        call()
    assert fake.asked == []


@pytest.mark.parametrize("call", CALLS)
def test_nothing_goes_on_beside_another_process(
    call: Callable[..., Any], fake: type[FakeSession], space: Space
) -> None:
    directory = RunDirectory(sweep.run(space).directory)
    with RunLock(directory), pytest.raises(InputError, match="run tiny-001 is being run by pid "):
        call()


@pytest.mark.parametrize("call", [*CALLS, api.open])
def test_there_must_be_such_a_run(call: Callable[..., Any], fake: type[FakeSession], space: Space) -> None:
    with pytest.raises(InputError, match=r"^there is no run in runs; "):
        call()
    sweep.run(space)
    with pytest.raises(InputError, match=r"^there is no run 'tiny-01' in runs; did you mean tiny-001\?$"):
        call("tiny-01")


def test_no_retraining_before_the_search_has_ended(fake: type[FakeSession], space: Space) -> None:
    fake.raises = KeyboardInterrupt()
    with pytest.raises(Interrupted):
        sweep.run(space)
    with pytest.raises(
        InputError, match=r"the search of tiny-001 has not ended yet; go on with: sweep resume tiny-001$"
    ):
        sweep.retrain_best()


def test_what_the_package_offers_is_what_it_says() -> None:
    assert {name for name in sweep.__all__ if getattr(sweep, name) is None} == set()
    with pytest.raises(AttributeError, match="module 'sweep' has no attribute 'nothing'"):
        _ = sweep.nothing
