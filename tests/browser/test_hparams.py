"""TensorBoard as the user opens it: what the pages show is what the stores hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweep.boards import make_tracker, rebuild_tensorboard
from sweep.records import TrialRecord, TrialState
from sweep.run_definition import first_space
from sweep.store import Store
from sweep.store.layout import find_run
from tests.browser.conftest import Page
from tests.cli.conftest import Run

DEFINITION = """
name: digits
data: {source: digits}
parameters:
  learning_rate: {type: float, min: 1e-4, max: 1e-1, sampling: log}
  optimizer: {type: choice, values: [adam, sgd]}
  epochs: 2
"""
CELL = "vaadin-grid-cell-content"


def make(runs: Path, name: str, trials: int) -> list[TrialRecord]:
    """A finished sweep with its TensorBoard directory; its trials."""
    run, generator = Run(runs, name, definition=DEFINITION), random.Random(name)
    for number in range(trials):
        value = generator.randrange(2**10) / 2**10
        rate, optimizer = 10 ** generator.uniform(-4, -1), generator.choice(["adam", "sgd"])
        config = {"learning_rate": rate, "optimizer": optimizer, "epochs": 2}
        run.trial(number, values=(value / 2, value), config=config, budget=2)
    run.trial(trials, TrialState.FAILED, error="ValueError: no", config={**config, "optimizer": "sgd"}, budget=2)
    run.finish()
    records = run.store.trials()
    run.store.close()
    rebuild_tensorboard(run.directory)
    return records


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def table(page: Page, rows: int) -> list[dict[str, str]]:
    """The rows of the table, as soon as there are so many, by the headings of its columns."""

    def read() -> list[dict[str, str]] | None:
        cells = page.texts(CELL)
        if "learning_rate" not in cells:
            return None
        width = next((at for at, cell in enumerate(cells) if cell[:4].isdigit()), 0)
        if not width or len(cells) < width * (rows + 1):
            return None
        lines = [cells[at : at + width] for at in range(0, width * (rows + 1), width)]
        return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]

    found: list[dict[str, str]] = page.wait(read, f"table of {rows} rows")
    return found


def choose(page: Page, label: str, text: str) -> None:
    """Open a menu, and choose an item of it."""
    menus = [menu for menu in page.all("paper-dropdown-menu") if label in menu.text]
    page.driver.execute_script("arguments[0].scrollIntoView(); arguments[0].click()", menus[0])
    page.click("paper-item", text)


def assert_shows(row: dict[str, str], record: TrialRecord, name: str) -> None:
    assert row["Trial ID"] == f"{record.id:04d} {name}-0123"
    assert row["optimizer"] == record.config["optimizer"]
    assert float(row["learning_rate"]) == pytest.approx(float(record.config["learning_rate"]), rel=1e-4)
    if record.objective is None:
        assert row["best val_accuracy"] == ""
    else:
        assert float(row["best val_accuracy"]) == pytest.approx(record.objective, rel=1e-4)
        assert float(row["val_accuracy"]) == pytest.approx(record.metrics["val_accuracy"], rel=1e-4)
        assert float(row["epochs trained"]) == record.epochs_trained


def test_the_table_opens_first_and_holds_the_store_and_can_be_sorted(
    page: Page, serve: Callable[..., str], runs: Path
) -> None:
    records = make(runs, "digits-001", 9)
    page.open(serve())
    rows = table(page, 10)
    assert list(rows[0])[2:7] == ["learning_rate", "optimizer", "epochs", "best val_accuracy", "val_accuracy"]
    for row, record in zip(rows, records, strict=True):
        assert_shows(row, record, "digits-001")

    choose(page, "Sort by", "best val_accuracy")
    choose(page, "Direction", "Descending")
    expected = sorted((one for one in records if one.objective is not None), key=lambda one: -(one.objective or 0))
    order = [f"{one.id:04d} digits-001-0123" for one in expected]
    page.wait(lambda: [row["Trial ID"] for row in table(page, 9)[:9]] == order, "sorted table")


def test_all_views_show_all_trials_of_several_sweeps(page: Page, serve: Callable[..., str], runs: Path) -> None:
    first, second = make(runs, "digits-001", 5), make(runs, "digits-002", 4)
    page.open(serve())
    rows = {row["Trial ID"]: row for row in table(page, 11)}
    for name, records in (("digits-001", first), ("digits-002", second)):
        for record in records:
            assert_shows(rows[f"{record.id:04d} {name}-0123"], record, name)

    page.click("paper-tab", "PARALLEL COORDINATES VIEW")
    complete = len([one for one in (*first, *second) if one.objective is not None])
    page.wait(lambda: len(page.all(".foreground path")) == complete, f"{complete} lines")
    page.click("paper-tab", "SCATTER PLOT MATRIX VIEW")
    page.wait(lambda: len(page.all("circle")) >= complete, "points")


def test_five_hundred_trials_are_there_within_ten_seconds(page: Page, serve: Callable[..., str], runs: Path) -> None:
    (record, *_) = make(runs, "digits-001", 1)
    run = find_run(runs, "digits-001")
    with Store.open(run.database, read_only=True) as store:
        many = [replace(record, id=number) for number in range(500)]
        make_tracker(run, store, first_space(run, store)).rebuild(many, finished=True)
    page.open(serve())
    page.wait(lambda: said(page, "Number of matching session groups: 500"), "all of them", 10)
    assert table(page, 5)[0]["Trial ID"] == "0000 digits-001-0123"


def test_the_final_model_has_numbers_a_confusion_matrix_and_precision_recall_curves(
    page: Page, serve: Callable[..., str], runs: Path
) -> None:
    from sweep.tracking.final import write_final

    make(runs, "digits-001", 2)
    curves = [{"name": name, "tp": [5, 4, 1], "fp": [5, 1, 0]} for name in ("<b>cat</b>", "dog")]
    metrics: dict[str, Any] = {
        "test": {"n": 10, "accuracy": 0.8125},
        "confusion_matrix": [[4, 1], [1, 4]],
        "precision_recall": {"thresholds": [0, 0.5, 1], "per_class": curves},
    }
    write_final(runs / "digits-001" / "tensorboard", metrics, ["<b>cat</b>", "dog"])
    url = serve().removesuffix("#hparams")
    page.open(f"{url}?tagFilter=test%2Faccuracy%24#timeseries")
    page.wait(lambda: said(page, "0.8125"), "test accuracy")
    page.open(f"{url}#images")
    (picture,) = page.wait(lambda: page.all("img"), "confusion matrix")
    page.wait(lambda: page.driver.execute_script("return arguments[0].naturalWidth", picture) > 300, "picture")
    page.open(f"{url}#pr_curves")
    page.wait(lambda: len(page.all("tf-pr-curve-card")) == 2, "two curves")
    assert said(page, "<b>cat</b>") and said(page, "dog")


def said(page: Page, text: str) -> bool:
    """Whether this stands anywhere on the page."""
    return text in page.driver.find_element("tag name", "body").text
