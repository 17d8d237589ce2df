"""Where the time went: what each trial trained, and what it took besides."""

from __future__ import annotations

from sweep.report.figures.style import BLUE, ORANGE, Figure, figure, whole
from sweep.report.run_facts import RunFacts
from sweep.report.times import trial_times
from sweep.report.words import rounded


def times(run: RunFacts) -> Figure | None:
    """Stacked bars by trial; None where nothing was trained."""
    found = trial_times(run)
    if not any(time.training or time.other for time in found):
        return None
    trials = [time.trial for time in found]
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": trials,
            "y": [rounded(seconds, 4) for seconds in values],
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": f"trial %{{x}}: %{{y}} s {name}<extra></extra>",
        }
        for name, colour, values in (
            ("training", BLUE, [time.training for time in found]),
            ("other", ORANGE, [time.other for time in found]),
        )
    ]
    return figure(
        bars,
        320,
        barmode="stack",
        bargap=0.1,
        xaxis={"title": {"text": "trial"}, **whole(len(trials))},
        yaxis={"title": {"text": "seconds"}},
    )
