"""Runs made by hand through the store, with an answer whose classes have the worst of names, and a reader of pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.final.predictions import predictions_of, write_predictions
from sweep.final.scores import score
from sweep.records import EpochReport, Proposal, TrialResult, TrialState
from sweep.report.run_facts import RunFacts, read_run
from sweep.space.definition import Space
from sweep.space.load import dump_space
from tests.cli.conftest import Run

CLASSES = ["<script>alert('x')</script>", "a \"quoted\" & 'b'", "long " * 60, "日本 \u202e$x$"]
"""Nobody should call classes like this; that of a downloaded data set may be."""

SPACE = {
    "name": "made",
    "data": {"source": "digits"},
    "search": {"method": "random", "max_trials": 12},
    "parameters": {
        "conv_layers": {"type": "int", "min": 1, "max": 3},
        "optimizer": {"type": "choice", "values": ["adam", "sgd"]},
        "momentum": {"type": "float", "min": 0.5, "max": 0.9, "when": {"optimizer": "sgd"}},
        "learning_rate": {"type": "float", "min": 0.0001, "max": 0.1, "sampling": "log"},
        "dense_units": 16,
        "epochs": {"type": "int", "min": 1, "max": 4},
    },
}
HYPERBAND = SPACE | {"search": {"method": "hyperband", "factor": 2}}


def config(number: int) -> dict[str, Any]:
    """One of the space, another for each number up to 12."""
    found: dict[str, Any] = {"conv_layers": number % 3 + 1, "optimizer": ("adam", "sgd")[number % 2]}
    if number % 2:
        found["momentum"] = 0.5 + number / 30
    return found | {"learning_rate": 10 ** (-4 + number / 4), "dense_units": 16, "epochs": 3}


class Made(Run):
    """A run of the space above."""

    def __init__(self, runs: Path, name: str = "made-001", space: dict[str, Any] = SPACE, **facts: Any) -> None:
        definition = dump_space(Space.model_validate(space))
        images = {"train": 6, "validation": 2, "test": 4}
        about = {"definition": definition, "classes": CLASSES, "images": images, "excluded": [["<b>.png", "is <bad>"]]}
        super().__init__(runs, name, **{**about, **facts})
        rows = [("a.png", "train", 0), ("b.png", "train", 1), ("c.png", "validation", 1), ("d.png", "test", 3)]
        lines = ["image,split,label,class", *(f"{image},{split},x,{code}" for image, split, code in rows)]
        self.directory.labels_csv.write_text("\n".join(lines) + "\n")
        self.directory.space_file.write_text(definition)

    def rung(self, number: int, bracket: int, rung: int, epochs: range, value: float) -> None:
        """A trial trained for more epochs, each a hundredth better than the one before."""
        self.store.record_ask(Proposal(number, config(number), epochs.start - 1, epochs[-1], bracket, rung), seed=1)
        self.store.start_attempt(number)
        for epoch in epochs:
            self.store.record_epoch(EpochReport(number, epoch, {"val_accuracy": value + epoch / 100}, 0.5))
        best = value + epochs[-1] / 100
        self.store.record_result(TrialResult(number, TrialState.COMPLETED, epochs[-1], epochs[-1], best, 100))

    def evaluate(self, trial: int) -> None:
        """The winner retrained and evaluated on four images, of which it mistook two."""
        self.store.record_event("test_evaluation", trial=trial)
        labels = np.array([0, 1, 2, 3])
        probabilities = np.array(
            [[0.7, 0.1, 0.1, 0.1], [0.9, 0.05, 0.05, 0.0], [0.1, 0.2, 0.4, 0.3], [0.3, 0.3, 0.35, 0.05]]
        )
        scores = score(labels, probabilities, CLASSES)
        scores["test"]["loss"] = 1.25
        winner = self.store.events("winner")[0].payload
        metrics = {"classes": CLASSES, **scores, "winner": winner, "test_evaluations": 1}
        metrics["retrain"] = {"epochs": 2, "images": 8, "seconds": 1.5}
        self.directory.final.mkdir()
        (self.directory.final / "metrics.json").write_text(json.dumps(metrics))
        images = np.arange(4 * 8 * 8, dtype=np.uint8).reshape(4, 8, 8, 1)
        names = ["one.png", "<img src=x>.png", "three.png", "four.png"]
        write_predictions(self.directory.final, predictions_of(labels, probabilities, images, names))

    def read(self) -> RunFacts:
        return read_run(self.directory, self.store)


class Page(HTMLParser):
    """The text of each section, the JSON of each script, and all tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: dict[str, str] = {}
        self.scripts: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._section, self._script = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "section":
            self._section = found["id"] or ""
            self.sections[self._section] = ""
        if tag == "script":
            self._script = found.get("id") or f"script-{len(self.scripts)}"
            self.scripts[self._script] = ""

    def handle_endtag(self, tag: str) -> None:
        self.handle_data("" if self._script else " ")
        if tag == "section":
            self.sections[self._section] = " ".join(self.sections[self._section].split())
            self._section = ""
        if tag == "script":
            self._script = ""

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[self._script] += data
        elif self._section:
            self.sections[self._section] += data

    def json(self, name: str) -> Any:
        return json.loads(self.scripts[name])


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Made]:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    return lambda *arguments, **facts: Made(tmp_path / "runs", *arguments, **facts)


@pytest.fixture
def answered(make: Callable[..., Made]) -> Made:
    return answer(make())


def answer(run: Made) -> Made:
    """Twelve trials, two of them without a result, and an answer."""
    for number in range(10):
        run.trial(number, values=(0.25, 0.5 + number / 100, 0.375), config=config(number))
    run.trial(10, TrialState.FAILED, error="ValueError: <b>no</b> such thing", config=config(10))
    run.trial(11, TrialState.DIVERGED, (0.125,), config=config(11))
    run.win(9, 0.59, 2, config(9))
    run.evaluate(9)
    run.finish()
    return run


@pytest.fixture
def halving(make: Callable[..., Made]) -> Made:
    """Two trials of which one was promoted, in a search that goes on."""
    run = make("halving-001", HYPERBAND, full_budget=4, method="hyperband")
    run.rung(0, 1, 0, range(1, 3), 0.25)
    run.rung(1, 1, 0, range(1, 3), 0.5)
    run.rung(1, 1, 1, range(3, 5), 0.5)
    return run
