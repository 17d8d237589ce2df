"""Which hyperparameters mattered: a random forest is fitted to the trials, and asked.

Importance is permutation importance (L. Breiman, Machine Learning 45, 2001) on trials that the forest was not fitted
to: by how much its R² falls where the values of one hyperparameter are shuffled among them. How far the forest is to be
believed is its own R² on those trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweep.records import TrialRecord
from sweep.report.axes import Axis
from sweep.text import counted

FEWEST = 10
"""Of fewer trials nothing is said at all."""
FEW = 30
"""Of fewer trials chance says much."""
MOST = 2000
"""Of more trials, as many are taken, evenly: the forest learns no more from the others, and takes long."""
FAIR_FIT = 0.3
"""A forest with an R² below this explains too little for its opinion to count."""
FOLDS, TREES, REPEATS = 5, 60, 5
GRID, BACKGROUND = 24, 40
"""Points on each side of the contour, and trials that the other hyperparameters are taken from."""

BUDGET = "epochs granted"
"""Under Hyperband, trials differ in how long they were trained: that explains part of their results, too."""


@dataclass(frozen=True)
class Study:
    """`importance` and its `spread` over the folds (one standard deviation) are falls in R², by axis. `r2` is of trials
    that were held out. `warning` is a sentence, None where the numbers may be relied on. `features` (trials, axes) are
    scaled positions, `lows` the smallest of each axis where it is active."""

    axes: tuple[Axis, ...]
    importance: tuple[float, ...]
    spread: tuple[float, ...]
    r2: float
    trials: int
    warning: str | None
    forest: Any
    features: np.ndarray
    lows: tuple[float, ...]

    @property
    def ranked(self) -> list[int]:
        """Indices of the axes, the most important first."""
        return sorted(range(len(self.axes)), key=lambda index: -self.importance[index])

    @property
    def is_reliable(self) -> bool:
        return self.r2 >= FAIR_FIT


def study(axes: Sequence[Axis], trials: Sequence[TrialRecord]) -> Study | str:
    """Of trials with finite objectives. A sentence that says why, where there is nothing to be said."""
    if len(trials) < FEWEST:
        count = counted(len(trials), "trial")
        return f"{count} with a result: too few to tell which parameter matters. It takes {FEWEST}."
    chosen = [trials[int(place)] for place in np.linspace(0, len(trials) - 1, min(MOST, len(trials)))]
    axes = [axis for axis in axes if len({axis.scaled(trial.config.get(axis.name)) for trial in chosen}) > 1]
    if not axes:
        return "All trials with a result have the same configuration, so there is nothing to compare."
    objective = np.array([trial.objective for trial in chosen], float)
    if np.ptp(objective) == 0:
        return "All trials have the same result, so no parameter can be told to matter."
    if len({trial.budget for trial in chosen}) > 1 and all(axis.name != "epochs" for axis in axes):
        axes = [*axes, Axis(BUDGET)]
    features = np.array([[_feature(axis, trial) for axis in axes] for trial in chosen], float)
    lows = np.nanmin(features, axis=0)
    ranges = np.maximum(np.nanmax(features, axis=0) - lows, 1.0)
    features = np.where(np.isnan(features), lows - ranges, features)  # inactive: apart, where a tree can split it off
    falls, r2 = _held_out(features, objective)
    return Study(
        axes=tuple(axes),
        importance=tuple(falls.mean(axis=0).tolist()),
        spread=tuple(falls.std(axis=0).tolist()),
        r2=r2,
        trials=len(chosen),
        warning=_warning(len(chosen), r2),
        forest=_forest().fit(features, objective),
        features=features,
        lows=tuple(lows.tolist()),
    )


def interaction(study: Study, first: int, second: int) -> tuple[list[float], list[float], list[list[float]]] | None:
    """The forest's mean objective, all epochs granted, over a grid of two axes, by index: positions on the first axis,
    on the second, and a row of values for each of the second. Positions are scaled, see `Axis`. None where either has
    only one value."""
    xs, ys = _grid(study, first), _grid(study, second)
    if len(xs) < 2 or len(ys) < 2:
        return None
    step = max(1, len(study.features) // BACKGROUND)
    background = study.features[::step][:BACKGROUND]
    points = np.tile(background, (len(xs) * len(ys), 1))
    for place, axis in enumerate(study.axes):
        if axis.name == BUDGET:
            points[:, place] = study.features[:, place].max()
    cells = [(x, y) for y in ys for x in xs]
    points[:, first] = np.repeat([x for x, _ in cells], len(background))
    points[:, second] = np.repeat([y for _, y in cells], len(background))
    values = study.forest.predict(points).reshape(len(ys), len(xs), len(background)).mean(axis=2)
    return xs, ys, values.tolist()


def _feature(axis: Axis, trial: TrialRecord) -> float:
    value = trial.budget if axis.name == BUDGET else axis.scaled(trial.config.get(axis.name))
    return float("nan") if value is None else value


def _forest() -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(n_estimators=TREES, min_samples_leaf=2, max_features=0.7, random_state=0, n_jobs=1)


def _held_out(features: np.ndarray, objective: np.ndarray) -> tuple[np.ndarray, float]:
    """The fall in R² (folds, axes) where an axis is shuffled, and the R² of all held-out predictions together."""
    generator = np.random.default_rng(0)
    folds = np.array_split(generator.permutation(len(objective)), FOLDS)
    spread = ((objective - objective.mean()) ** 2).mean()
    predicted = np.empty_like(objective)
    falls = np.empty((FOLDS, features.shape[1]))
    for number, held in enumerate(folds):
        kept = np.setdiff1d(np.arange(len(objective)), held)
        forest = _forest().fit(features[kept], objective[kept])
        predicted[held] = forest.predict(features[held])
        error = ((predicted[held] - objective[held]) ** 2).mean()
        shuffled = forest.predict(_shuffled(features[held], generator))
        errors = ((shuffled.reshape(features.shape[1], REPEATS, len(held)) - objective[held]) ** 2).mean(axis=(1, 2))
        falls[number] = (errors - error) / spread
    return falls, float(1 - ((predicted - objective) ** 2).mean() / spread)


def _shuffled(features: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """`REPEATS` copies for each axis, one after the other, in which that axis is shuffled: asked at once, a forest
    answers much sooner."""
    copies = np.tile(features, (features.shape[1] * REPEATS, 1, 1))
    for axis in range(features.shape[1]):
        for repeat in range(REPEATS):
            copies[axis * REPEATS + repeat, :, axis] = generator.permutation(features[:, axis])
    return copies.reshape(-1, features.shape[1])


def _grid(study: Study, index: int) -> list[float]:
    """Categories are met where they are; numbers evenly between the smallest and the largest."""
    column, axis = study.features[:, index], study.axes[index]
    if axis.categories:
        return [float(place) for place in range(len(axis.categories)) if place in column]
    low, high = study.lows[index], float(column.max())
    return np.linspace(low, high, GRID).tolist() if high > low else [low]


def _warning(trials: int, r2: float) -> str | None:
    if r2 < FAIR_FIT:
        much = "nothing" if r2 <= 0 else f"only {100 * r2:.0f} %"
        return (
            f"The fit is poor: on trials that it has not seen, the forest explains {much} of the differences (R² "
            f"{r2:.2f}). Do not rely on this order."
        )
    if trials < FEW:
        return f"{trials} trials are few: the order may be chance. Rely on large differences only."
    return None
