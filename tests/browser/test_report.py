"""The report as a person opens it: figures are drawn, the table is the store's, and the page asks for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweep.records import TrialState
from sweep.report.write import write_report
from sweep.store.layout import find_run
from tests.browser.conftest import Page
from tests.browser.test_hparams import make
from tests.cli.conftest import Run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def report(runs: Path, page: Page) -> Callable[[int], list[Any]]:
    """Open the report of a sweep of so many trials, and one that failed; the trials."""

    def report(trials: int) -> list[Any]:
        records = make(runs, "digits-001", trials)
        directory = find_run(runs, "digits-001")
        write_report(directory)
        page.open(directory.report.as_uri())
        return records

    return report


def errors(page: Page) -> list[str]:
    """Of this page: the one before it may have lost its server."""
    found = [entry["message"] for entry in page.driver.get_log("browser") if entry["level"] == "SEVERE"]
    return [message for message in found if not message.startswith("http://localhost:")]


def rows(page: Page) -> list[list[str]]:
    cells = "return [...arguments[0].querySelectorAll('td')].map((one) => one.textContent.trim())"
    return [page.driver.execute_script(cells, row) for row in page.all("#trials tbody tr")]


def test_every_trial_is_in_the_table_and_a_word_filters_it(report: Callable[[int], list[Any]], page: Page) -> None:
    records = report(12)
    page.wait(lambda: len(rows(page)) == 13, "thirteen rows")
    best = max((one for one in records if one.objective is not None), key=lambda one: one.objective)
    assert rows(page)[0][0] == str(best.id)
    assert {row[0] for row in rows(page)} == {str(one.id) for one in records}
    (box,) = page.all("#trials input")
    box.send_keys("adam")
    adam = {str(one.id) for one in records if one.config["optimizer"] == "adam"}
    page.wait(lambda: {row[0] for row in rows(page)} == adam, "the trials with adam alone")
    assert errors(page) == []


LONG_PROBLEM = """
const problem = document.createElement("li");
problem.textContent = "near duplicates: " + "a".repeat(400) + ".jpg";
document.querySelector("#data").append(problem);
"""
"""What the check of the data may have found: names of files have no blanks."""


@pytest.mark.parametrize("width", [390, 1400])
def test_the_figures_are_drawn_as_wide_as_the_page(report: Callable[[int], list[Any]], page: Page, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        report(12)
        page.wait(lambda: page.all(".js-plotly-plot .main-svg"), "a figure")
        wide = "return arguments[0].getBoundingClientRect().right"
        assert all(page.driver.execute_script(wide, one) <= width for one in page.all(".main-svg"))
        page.driver.execute_script(LONG_PROBLEM)
        assert page.driver.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_hostile_text_is_text(runs: Path, page: Page) -> None:
    run = Run(runs, "digits-001")
    run.trial(0, values=(0.5,))
    run.trial(1, TrialState.FAILED, error="<img src=x onerror=document.title='bad'>")
    run.finish()
    run.store.close()
    write_report(run.directory)
    page.open(run.directory.report.as_uri())
    page.wait(lambda: any("<img" in cell for row in rows(page) for cell in row), "the text itself")
    assert page.driver.title != "bad"
    assert page.driver.find_elements("css selector", "img[src=x]") == []
