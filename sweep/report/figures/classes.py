"""How many images each class has in each split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweep.report.figures.style import BLUE, GREEN, ORANGE, Figure, figure, literal

MOST = 100

COLOURS = {"train": BLUE, "validation": ORANGE, "test": GREEN}


def class_counts(classes: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Figure | None:
    """`counts` by split, in the order of the classes. None where there are too many classes for a bar each."""
    if not counts or len(classes) > MOST:
        return None
    bars = [
        {
            "type": "bar",
            "name": split,
            "x": list(range(len(classes))),
            "y": list(numbers),
            "marker": {"color": COLOURS.get(split, BLUE)},
            "hovertemplate": f"%{{x}}: %{{y}} images in {split}<extra></extra>",
        }
        for split, numbers in counts.items()
    ]
    ticks = {"tickvals": list(range(len(classes))), "ticktext": [literal(name) for name in classes]}
    return figure(bars, 320, barmode="stack", xaxis={**ticks, "automargin": True}, yaxis={"title": {"text": "images"}})
