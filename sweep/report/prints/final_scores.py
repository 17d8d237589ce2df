"""The final model on the test images, and how many images there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from sweep.report.figures.classes import COLOURS
from sweep.report.figures.classes import MOST as MOST_BARS
from sweep.report.figures.final_scores import COUNTS_UP_TO, MOST_CLASSES, NAMES_UP_TO, roc_classes
from sweep.report.figures.style import BLUE, CYCLE, GREY
from sweep.report.images import image_counts
from sweep.report.prints.canvas import canvas, legend_above, name_ticks, plain
from sweep.report.run_facts import RunFacts


def confusion(run: RunFacts) -> Figure | None:
    metrics = run.result.metrics or {}
    matrix, classes = metrics.get("confusion_matrix"), [plain(name) for name in metrics.get("classes", [])]
    if not matrix or len(classes) > MOST_CLASSES:
        return None
    side = min(3.5 + 0.4 * len(classes), 14.0)
    figure, axes = canvas(side, side)
    fractions = [[count / max(sum(row), 1) for count in row] for row in matrix]
    image = axes.imshow(fractions, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, shrink=0.7, label="fraction of the true class")
    if len(classes) <= NAMES_UP_TO:
        axes.set_xticks(range(len(classes)), classes, rotation=0 if max(map(len, classes)) < 3 else 90, fontsize=8)
        axes.set_yticks(range(len(classes)), classes, fontsize=8)
    if len(classes) <= COUNTS_UP_TO:
        for true, row in enumerate(matrix):
            for predicted, count in enumerate(row):
                colour = "white" if fractions[true][predicted] > 0.5 else "black"
                axes.text(predicted, true, str(count), ha="center", va="center", color=colour, fontsize=7)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


def roc(run: RunFacts) -> Figure | None:
    found: Mapping[str, Any] = (run.result.metrics or {}).get("roc") or {}
    classes = roc_classes(found)
    if not classes:
        return None
    figure, axes = canvas(5.2, 4.6)
    for place, one in enumerate(classes):
        name = f"{plain(one['name'])} ({one['auc']:.3f})"
        axes.plot(one["fpr"], one["tpr"], lw=1.2, color=CYCLE[place % len(CYCLE)], label=name)
    for name, style in (("macro", "-"), ("micro", "--")):
        if found.get(name):
            text = f"{name} average ({found[name]['auc']:.3f})"
            axes.plot(found[name]["fpr"], found[name]["tpr"], lw=2.2, ls=style, color=GREY, label=text)
    axes.plot([0, 1], [0, 1], lw=0.8, ls=":", color=GREY)
    axes.set_xlabel("false positive rate")
    axes.set_ylabel("true positive rate")
    axes.legend(frameon=False, fontsize=7, loc="lower right")
    return figure


def classes(run: RunFacts) -> Figure | None:
    """Stacked bars of the images of each class, by split."""
    names = run.facts.get("classes", [])
    counts = image_counts(run.directory, len(names))
    if not counts or len(names) > MOST_BARS:
        return None
    figure, axes = canvas(max(4.8, 0.3 * len(names)), 3.4)
    below = [0] * len(names)
    for split, numbers in counts.items():
        axes.bar(range(len(names)), numbers, bottom=below, color=COLOURS.get(split, BLUE), label=split)
        below = [low + number for low, number in zip(below, numbers, strict=True)]
    name_ticks(axes, [plain(name) for name in names], most=60)
    axes.set_ylabel("images")
    legend_above(axes)
    return figure
