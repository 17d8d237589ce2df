"""Two profiles of Hypothesis: the same examples every time in a normal run, and many new ones in `make fuzz`."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings

from tests.fuzz.outcomes import COUNTS, SLOWEST

_COMMON = {
    "database": None,
    "deadline": timedelta(seconds=20),  # of the clock, on a machine that may be busy with other things
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    "print_blob": True,
}
settings.register_profile(
    "normal", max_examples=100, derandomize=True, phases=[Phase.explicit, Phase.generate], **_COMMON
)
settings.register_profile("fuzz", max_examples=1400, **_COMMON)
settings.load_profile(os.environ.get("SWEEP_FUZZ_PROFILE", "normal"))


def pytest_terminal_summary(terminalreporter):
    if COUNTS:
        outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(COUNTS.items()))
        terminalreporter.write_line(
            f"fuzz: {COUNTS.total():,} examples: {outcomes}; the slowest took {max(SLOWEST):.1f} s"
        )
