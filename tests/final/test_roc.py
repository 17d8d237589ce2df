from __future__ import annotations

import numpy as np
import pytest

from sweep.final.roc import POINTS, Curve, curve_of, macro_average, thin


def test_the_points_of_a_curve_are_those_worked_out_by_hand():
    curve = curve_of(np.array([True, False, True, False]), np.array([0.9, 0.6, 0.4, 0.3]))
    assert curve is not None
    assert curve.fpr.tolist() == [0, 0, 0.5, 0.5, 1]
    assert curve.tpr.tolist() == [0, 0.5, 0.5, 1, 1]
    assert curve.area == 0.75  # three of the four pairs are in the right order


def test_the_first_threshold_becomes_null():
    curve = curve_of(np.array([True, False]), np.array([0.75, 0.25]))
    assert curve is not None
    assert curve.to_json() == {
        "auc": 1.0,
        "fpr": [0.0, 0.0, 1.0],
        "tpr": [0.0, 1.0, 1.0],
        "threshold": [None, 0.75, 0.25],
    }


@pytest.mark.parametrize("labels", [[True, True], [False, False]])
def test_there_is_no_curve_without_both_sides(labels):
    assert curve_of(np.array(labels), np.array([0.2, 0.8])) is None


def test_the_macro_average_keeps_both_ends_of_a_rise():
    perfect = Curve(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0]))
    chance = Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    average = macro_average([perfect, chance])
    assert average is not None
    assert average.fpr.tolist() == [0, 0, 1, 1]
    assert average.tpr.tolist() == [0, 0.5, 1, 1]
    assert average.area == 0.75


def test_the_area_of_the_macro_average_is_the_mean_of_the_areas():
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 3, 300), rng.random((300, 3))
    curves = [curve for k in range(3) if (curve := curve_of(labels == k, scores[:, k]))]
    average = macro_average(curves)
    assert average is not None
    assert len({curve.area for curve in curves}) == 3
    assert average.area == pytest.approx(np.mean([curve.area for curve in curves]), abs=1e-12)


def test_no_curves_have_no_average():
    assert macro_average([]) is None


def test_thinning_leaves_out_points_on_a_straight_line_and_keeps_the_corner():
    x = np.concatenate([np.zeros(50), np.linspace(0, 1, 51)])
    y = np.concatenate([np.linspace(0, 0.9, 50), np.linspace(0.9, 1, 51)])
    assert [(x[i], y[i]) for i in thin(x, y, 200)] == [(0, 0), (0, 0.9), (1, 1)]


def test_a_long_curve_is_thinned_to_the_limit_without_losing_its_ends_corner_or_area():
    rng = np.random.default_rng(0)
    labels = rng.random(20_000) < 0.5
    scores = np.where(rng.random(20_000) < 0.6, labels.astype(float), 0.5) + rng.normal(0, 0.1, 20_000)
    curve = curve_of(labels, scores)
    assert curve is not None and len(curve.fpr) > 1000
    points = curve.to_json()
    kept = list(zip(points["fpr"], points["tpr"], strict=True))
    assert len(kept) == POINTS
    assert (kept[0], kept[-1]) == ((0, 0), (1, 1))
    assert kept == sorted(kept)
    corner = int(np.argmax(curve.tpr - curve.fpr))
    assert min(abs(f - curve.fpr[corner]) + abs(t - curve.tpr[corner]) for f, t in kept) < 0.005
    assert np.trapezoid(points["tpr"], points["fpr"]) == pytest.approx(curve.area, abs=0.002)
    assert points["auc"] == curve.area


def test_thinning_keeps_the_sharpest_corner_first():
    x, y = np.array([0.0, 0.1, 0.5, 0.9, 1.0]), np.array([0.0, 0.8, 0.9, 0.95, 1.0])
    assert thin(x, y, 3).tolist() == [0, 1, 4]
    assert thin(x, y, 2).tolist() == [0, 4]
