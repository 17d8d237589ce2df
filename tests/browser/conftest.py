"""Debian's Chromium, driven by Selenium on this machine only.

Without it these tests are skipped, and say what to install; with SWEEP_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DEEP = """
const found = [];
const walk = (root) => {
  found.push(...root.querySelectorAll(arguments[0]));
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) walk(element.shadowRoot);
};
walk(document);
return found;
"""
"""All elements of a selector, also in shadow roots, where TensorBoard has most of what it shows."""

PATIENCE = 20.0
"""Seconds after which something that does not appear never will."""


class Page:
    """A browser's page, asked as a person would look at it."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self._folder = driver, folder

    def open(self, url: str) -> None:
        self.driver.get("about:blank")
        self.driver.get(url)

    def all(self, selector: str) -> list[Any]:
        """The elements that can be seen."""
        from selenium.common.exceptions import StaleElementReferenceException

        visible = []
        for element in self.driver.execute_script(DEEP, selector):
            try:
                if element.is_displayed():
                    visible.append(element)
            except StaleElementReferenceException:  # drawn anew meanwhile
                continue
        return visible

    def texts(self, selector: str) -> list[str]:
        """What is written in each of them."""
        return [element.text.strip() for element in self.all(selector)]

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """The first true answer of `condition`."""
        from selenium.common.exceptions import StaleElementReferenceException

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if answer := condition():
                    return answer
            except StaleElementReferenceException:
                pass
            time.sleep(0.1)
        picture = self._folder / "page.png"
        self.driver.save_screenshot(str(picture))
        raise AssertionError(f"no {what} after {seconds:g} s; see {picture}")

    def click(self, selector: str, text: str) -> None:
        """Click the first element that can be seen and says so."""
        elements = self.wait(lambda: [one for one in self.all(selector) if one.text.strip() == text], f"{text!r}")
        self.driver.execute_script("arguments[0].click()", elements[0])


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        message = "needs a browser: apt-get install chromium chromium-driver"
        if os.environ.get("SWEEP_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "disable-background-networking",
    ):
        options.add_argument(f"--{switch}")
    options.add_argument("--window-size=1600,1000")
    browser = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def page(driver: Any, tmp_path: Path) -> Page:
    return Page(driver, tmp_path)


@pytest.fixture
def serve(runs: Path) -> Iterator[Callable[..., str]]:
    """`sweep tensorboard ARGUMENTS`, in a process of its own: the URL that it says."""
    started: list[subprocess.Popen[str]] = []

    def serve(*arguments: str) -> str:
        command = [sys.executable, "-m", "sweep", "tensorboard", *arguments, "--runs-dir", str(runs)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        return next(line.strip() for line in lines if line.startswith("http://localhost:"))

    yield serve
    for process in started:
        process.terminate()
        process.wait(10)
