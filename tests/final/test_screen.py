from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from sweep.final.screen import render


def metrics(classes, matrix, **changes) -> dict[str, Any]:
    test = {"n": 360, "accuracy": 0.97778, "accuracy_ci95": [0.9569, 0.9887], "loss": 0.08214}
    averages = {"macro_f1": 0.9776, "weighted_f1": 0.9777, "macro_auc": 0.99934}
    rows = [
        {"name": name, "support": sum(row), "precision": 0.5, "recall": 0.25, "f1": 1 / 3, "auc": 0.875}
        for name, row in zip(classes, matrix, strict=True)
    ]
    return {
        "classes": list(classes),
        "test": test | averages,
        "per_class": rows,
        "confusion_matrix": matrix,
        "winner": {"id": 7, "note": None},
        "retrain": {"epochs": 9, "images": 1437, "seconds": 3.2},
        "test_evaluations": 1,
        **changes,
    }


def shown(metrics: dict[str, Any], width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    render(metrics, console)
    return console.file.getvalue()


TWO = metrics(["cat", "dog"], [[170, 8], [0, 182]])


def test_the_accuracy_comes_first_with_its_interval():
    assert shown(TWO).splitlines()[:3] == [
        "test accuracy 97.8 % (95 % interval 95.7–98.9, n = 360)",
        "loss 0.0821 · macro F1 0.978 · weighted F1 0.978 · macro AUC 0.9993",
        "trial 7, retrained on 1,437 images for 9 epochs",
    ]


@pytest.mark.parametrize(("count", "text"), [(1, "evaluated 1 time\n"), (3, "evaluated 3 times\n")])
def test_every_look_at_the_test_split_is_shown(count, text):
    assert shown(TWO | {"test_evaluations": count}).endswith(f"the test split has been {text}")


def test_the_table_of_classes_and_the_matrix_are_shown():
    assert shown(TWO).splitlines()[4:12] == [
        "class  images  precision  recall     F1    AUC",
        "──────────────────────────────────────────────",
        "cat       178      0.500   0.250  0.333  0.875",
        "dog       182      0.500   0.250  0.333  0.875",
        "",
        "confusion matrix (rows are true classes, columns predicted ones)",
        "# class   0   1",
        "───────────────",
    ]
    assert "0 cat   170   8\n1 dog     · 182\n" in shown(TWO)


def test_names_are_not_read_as_markup():
    text = shown(metrics(["[red]cat[/red]", "[/dim]"], [[1, 0], [0, 1]]))
    assert "[red]cat[/red]" in text
    assert "[/dim]" in text


def test_a_short_budget_is_noted():
    note = "no trial got the full budget of 27 epochs; the winner was granted 9"
    assert f"note: {note}\n" in shown(TWO | {"winner": {"id": 7, "note": note}})


def test_what_is_undefined_is_a_dash():
    undefined = TWO | {"test": TWO["test"] | {"loss": None, "macro_auc": None}}
    assert "loss – · macro F1 0.978 · weighted F1 0.978 · macro AUC –" in shown(undefined)


def test_beyond_twenty_classes_the_ten_most_frequent_confusions_are_shown():
    size = 21
    matrix = [[5 if i == j else (i if j == 0 else 0) for j in range(size)] for i in range(size)]
    text = shown(metrics([f"c{i}" for i in range(size)], matrix))
    lines = text[text.index("most frequent confusions") :].splitlines()
    assert [line.split() for line in lines[3:13]] == [[f"c{i}", "c0", str(i)] for i in range(20, 10, -1)]
    assert lines[13] == ""
    assert "confusion matrix" not in text


def test_many_classes_without_a_confusion_are_said_to_be_right():
    matrix = [[5 if i == j else 0 for j in range(30)] for i in range(30)]
    assert "no confusions: every test image was classified correctly" in shown(metrics(range_names(30), matrix))


@pytest.mark.parametrize(("count", "whole"), [(10, True), (1000, False)])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(count, whole):
    matrix = [[count] * 20 for _ in range(20)]
    text = shown(metrics([f"a very long name of a class, {i}" for i in range(20)], matrix))
    assert max(map(len, text.splitlines())) <= 80
    assert ("confusion matrix" in text) == whole
    assert f"{count:,}" in text
    if whole:
        assert text.count(f" {count}" * 20) == 20


def test_of_very_many_classes_the_weakest_are_listed():
    size = 100
    data = metrics(range_names(size), [[1 if i == j else 0 for j in range(size)] for i in range(size)])
    for index, row in enumerate(data["per_class"]):
        row["f1"] = None if index == 0 else 1 - index / 1000
    text = shown(data)
    assert "the 40 of 100 classes with the lowest F1 (all are in final/metrics.json)" in text
    assert "\nc099 " in text and "\nc060 " in text
    assert "\nc059 " not in text and "\nc000 " not in text


def range_names(size: int) -> list[str]:
    return [f"c{i:03}" for i in range(size)]


def test_names_cannot_steer_the_terminal():
    text = shown(metrics(["[red]cat", "\x1b[2Jdog\n"], [[170, 8], [0, 182]]))
    assert "\x1b" not in text
    assert "[red]cat" in text and r"\x1b[2Jdog\n" in text
