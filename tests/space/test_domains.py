from __future__ import annotations

import math

import pytest

from sweep.space import domains
from sweep.space.definition import BooleanParameter, ChoiceParameter, FixedParameter, FloatParameter, IntParameter


def whole(low, high, **more):
    return IntParameter(type="int", min=low, max=high, **more)


def real(low, high, **more):
    return FloatParameter(type="float", min=low, max=high, **more)


def choice(*values):
    return ChoiceParameter(type="choice", values=values)


FLAG = BooleanParameter(type="boolean")
FIXED = FixedParameter(type="fixed", value="adam")

FINITE = [
    (FLAG, (False, True)),
    (FIXED, ("adam",)),
    (choice("b", "a"), ("b", "a")),
    (whole(2, 5), (2, 3, 4, 5)),
    (whole(2, 2), (2,)),
    (whole(1, 16, sampling="log"), tuple(range(1, 17))),
    (whole(6, 12, step=3), (6, 9, 12)),
    (whole(2, 32, step=2, sampling="log"), (2, 4, 8, 16, 32)),
    (whole(2, 32, step=2, sampling="reverse_log"), (2, 18, 26, 30, 32)),
    (real(0.5, 0.5), (0.5,)),
    (real(0, 0.5, step=0.1), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)),
    (real(0.1, 0.7, step=0.2), (0.1, 0.3, 0.5, 0.7)),
    (real(-0.3, 0.3, step=0.3), (-0.3, 0.0, 0.3)),
    (real(0, 1e-12, step=5e-13), (0.0, 5e-13, 1e-12)),
    (real(1e9, 1e9 + 1, step=0.25), (1e9, 1e9 + 0.25, 1e9 + 0.5, 1e9 + 0.75, 1e9 + 1)),
    (real(1e-4, 1e-1, step=10, sampling="log"), (1e-4, 1e-3, 1e-2, 1e-1)),
    (real(1, 8, step=2, sampling="reverse_log"), (1.0, 5.0, 7.0, 8.0)),
]


@pytest.mark.parametrize(("domain", "values"), FINITE, ids=str)
def test_finite_values_are_all_values_in_order_and_exact(domain, values):
    found = domains.finite_values(domain)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]
    assert domains.size(domain) == domains.grid_size(domain) == len(values)
    assert domains.grid_values(domain) == values


@pytest.mark.parametrize(("domain", "values"), FINITE, ids=str)
def test_every_value_is_contained_and_spelled_as_itself(domain, values):
    for value in values:
        assert domains.contains(domain, value)
        assert domains.spelled(domain, value) == value
        assert type(domains.spelled(domain, value)) is type(value)


def test_half_a_decade_ends_exactly_at_its_bound():
    domain = real(1e-4, 1e-2, step=math.sqrt(10), sampling="log")
    assert domains.mistake(domain) is None
    values = domains.finite_values(domain)
    assert values == pytest.approx([1e-4, 10**-3.5, 1e-3, 10**-2.5, 1e-2], rel=1e-12)
    assert (values[0], values[-1]) == (1e-4, 1e-2)


@pytest.mark.parametrize("sampling", ["linear", "log", "reverse_log"])
def test_a_float_without_a_step_is_endless_and_a_grid_takes_ten_even_points(sampling):
    domain = real(1e-4, 1e-1, sampling=sampling)
    assert domains.finite_values(domain) is None
    assert domains.size(domain) is None
    points = domains.grid_values(domain)
    assert len(points) == domains.grid_size(domain) == 10
    assert (points[0], points[-1]) == pytest.approx((1e-4, 1e-1))
    assert all(domains.contains(domain, point) for point in points)
    scaled = {
        "linear": points,
        "log": [math.log(p) for p in points],
        "reverse_log": [math.log(0.1001 - p) for p in points],
    }
    steps = [b - a for a, b in zip(scaled[sampling], scaled[sampling][1:], strict=False)]
    assert steps == pytest.approx([steps[0]] * 9)


def test_the_size_of_a_long_range_is_known_without_listing_it():
    assert domains.size(whole(1, 2**62)) == 2**62


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        (whole(1, 3), [0, 4, 1.5, "1", True, math.nan]),
        (whole(2, 8, step=2), [3, 10, 0]),
        (whole(2, 8, step=2, sampling="log"), [6]),
        (real(0, 0.5), [-0.1, 0.6, "0", False]),
        (real(0, 0.5, step=0.1), [0.05, 0.11]),
        (choice(1, 2), [True, 3, "1"]),
        (choice("1", "2"), [1]),
        (choice(True), [1, False]),
        (FLAG, [0, 1, "true"]),
        (FIXED, ["sgd", 1]),
    ],
    ids=str,
)
def test_what_is_not_contained(domain, values):
    assert [value for value in values if domains.contains(domain, value)] == []


def test_values_are_spelled_as_the_domain_does():
    spelled = [
        domains.spelled(real(0, 2), 1),
        domains.spelled(whole(0, 2), 1.0),
        domains.spelled(real(0, 0.5, step=0.1), 0.1 + 0.2),
        domains.spelled(choice(0.5, 1.0), 1),
        domains.spelled(whole(2, 8, step=2, sampling="log"), 4.0),
    ]
    assert spelled == [1.0, 1, 0.3, 1.0, 4]
    assert [type(one) for one in spelled] == [float, int, float, float, int]


@pytest.mark.parametrize(
    ("domain", "key", "reason"),
    [
        (whole(3, 2), "min", "min 3 is above max 2"),
        (real(0, 1, sampling="log"), "min", "log sampling needs a min above 0, not 0"),
        (real(-1, 1, sampling="reverse_log"), "min", "reverse_log sampling needs a min above 0, not -1"),
        (whole(1, 8, step=1, sampling="log"), "step", "step 1 must be above 1: with log sampling it multiplies"),
        (whole(6, 13, step=3), "step", "step 3 does not lead from min 6 to max 13: it ends at 12"),
        (whole(0, 1_000_001, step=20), "step", "step 20 does not lead from min 0 to max 1000001: it ends at 1000000"),
        (whole(2, 33, step=2, sampling="log"), "step", "step 2 does not lead from min 2 to max 33: it ends at 32"),
        (whole(2, 9, step=2, sampling="reverse_log"), "step", "step 2 does not lead from min 2 to max 9: it ends at 3"),
        (real(0, 1, step=0.3), "step", "step 0.3 does not lead from min 0 to max 1: it ends at 0.9"),
        (real(0, 1, step=2), "step", "step 2 does not lead from min 0 to max 1: it ends at 0"),
        (real(0, 1, step=1e-9), "step", "step 1e-09 makes more than 100,000 values"),
        (real(-1e308, 1e308, step=1), "step", "step 1 makes more than 100,000 values"),
        (real(1e-300, 1e300, step=1.0000001, sampling="log"), "step", "step 1 makes more than 100,000 values"),
        (whole(1, 2**62, step=1), "step", "step 1 makes more than 100,000 values"),
    ],
)
def test_ranges_that_make_no_sense(domain, key, reason):
    assert domains.mistake(domain) == (key, reason)


@pytest.mark.parametrize(
    "domain",
    [domain for domain, _ in FINITE if isinstance(domain, IntParameter | FloatParameter)] + [real(1, 1, step=5)],
    ids=str,
)
def test_ranges_that_make_sense(domain):
    assert domains.mistake(domain) is None


def test_domains_in_words():
    assert [domains.describe(domain) for domain, _ in FINITE[:4]] == ["false, true", "'adam'", "b, a", "2 to 5"]
    assert domains.describe(real(1e-4, 1e-1, step=10, sampling="log")) == "0.0001 to 0.1, step 10, log"
    assert domains.describe(whole(1, 1_234_567)) == "1 to 1234567"
