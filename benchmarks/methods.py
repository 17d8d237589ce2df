"""Which method finds how good a configuration with how many epochs.

    python -m benchmarks.methods
    python -m benchmarks.methods --file search_spaces/photos.yaml --set data.source=/photos --figure curves.svg

The same space is searched by each method with the epochs of one Hyperband, and with several seeds; splits are the same
for all. Printed is the median over the seeds of the best validation loss after a part of the epochs; `--figure` draws
it, with the band from the second best seed to the second worst.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import sweep
from sweep.analysis.curves import Point, best_so_far, value_at
from sweep.records import Objective
from sweep.search.plan import make_plan
from sweep.space.load import load_space
from sweep.store.layout import find_run
from sweep.store.store import Store

METHODS = ("random", "bayesian", "hyperband")
COMMON = ("objective=val_loss", "early_stopping=null")
PARTS = (0.1, 0.25, 0.5, 0.75, 1.0)

Curves = dict[str, list[list[Point]]]
"""Of each method, a curve for each seed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=Path("search_spaces/digits.yaml"))
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--figure", type=Path)
    arguments = parser.parse_args()
    given = (*COMMON, *arguments.overrides)
    plan = make_plan(load_space(arguments.file, [*given, "search={method: hyperband, factor: 3}"]))
    longest, epochs = max(one.last_epoch for one in plan.trainings), plan.epochs
    with tempfile.TemporaryDirectory(prefix="methods-") as folder:
        curves: Curves = {
            method: [
                search(arguments.file, [*given, *way(method, longest, epochs), f"seed={seed}"], Path(folder))
                for seed in range(arguments.seeds)
            ]
            for method in METHODS
        }
    print(table(curves, epochs))
    if arguments.figure is not None:
        draw(curves, epochs, arguments.figure)


def way(method: str, longest: int, epochs: int) -> list[str]:
    """Full trainings, as many as the epochs are enough for; Hyperband decides by itself how long each is."""
    if method == "hyperband":
        return ["search={method: hyperband, factor: 3}"]
    return [f"search={{method: {method}, max_trials: {round(epochs / longest)}}}", f"parameters.epochs={longest}"]


def search(file: Path, overrides: Sequence[str], runs: Path) -> list[Point]:
    result = sweep.run(load_space(file, overrides), runs_dir=runs, retrain=False)
    with Store.open(find_run(runs, result.name).database, read_only=True) as store:
        return best_so_far(store.decisions(), Objective("val_loss", "min"))


def at(curves: Sequence[Sequence[Point]], epochs: float) -> list[float]:
    """The values of those seeds that have one by then, the best first."""
    return sorted(value for curve in curves if (value := value_at(curve, epochs)) is not None)


def table(curves: Curves, epochs: int) -> str:
    lines = [f"| after epochs | {' | '.join(curves)} |", f"|--:|{'--:|' * len(curves)}"]
    for part in PARTS:
        cells = [at(of_method, part * epochs) for of_method in curves.values()]
        lines.append(f"| {part * epochs:.0f} | {' | '.join(f'{statistics.median(one):.4f}' for one in cells)} |")
    return "\n".join(lines)


def draw(curves: Curves, epochs: int, file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    grid = [step * epochs / 200 for step in range(1, 201)]
    for (method, of_method), colour in zip(curves.items(), ("#999999", "#0072b2", "#d55e00"), strict=True):
        known = [(x, values) for x in grid if len(values := at(of_method, x)) == len(of_method)]
        xs = [x for x, _ in known]
        axes.step(xs, [statistics.median(values) for _, values in known], where="post", color=colour, label=method)
        inner = [values[1:-1] or values for _, values in known]
        axes.fill_between(
            xs, [min(one) for one in inner], [max(one) for one in inner], step="post", alpha=0.15, color=colour, lw=0
        )
    axes.set(xlabel="epochs of all trials together", ylabel="best validation loss so far", yscale="log")
    axes.legend(frameon=False)
    figure.savefig(file)


if __name__ == "__main__":
    main()
