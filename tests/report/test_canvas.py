from __future__ import annotations

import pytest

from sweep.report.prints.canvas import canvas, number_ticks


@pytest.mark.parametrize(
    ("values", "log", "names"),
    [
        ([1, 3, 2], False, ["1", "2", "3"]),
        ([2e-4, 8e-4], True, ["0.0002", "0.0005"]),
        ([2e-4, 8e-3], True, ["0.0003", "0.001", "0.003"]),
        ([1e-4, 1e-1], True, ["10^{-4}", "10^{-3}", "10^{-2}", "10^{-1}"]),
    ],
)
def test_ticks_are_where_values_can_be_and_never_too_few(values: list[float], log: bool, names: list[str]) -> None:
    figure, axes = canvas(3, 2)
    axes.plot(values, values, "o")
    axes.set_xscale("log" if log else "linear")
    number_ticks(axes.xaxis, values, log)
    figure.canvas.draw()
    low, high = axes.get_xlim()
    shown = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    told = [text.get_text() for place, text in shown if low <= place <= high]
    assert [text.replace("$\\mathdefault{", "").replace("}}$", "}") for text in told] == names


def test_an_axis_of_no_values_stays_as_it_is() -> None:
    _, axes = canvas(3, 2)
    axes.set_xscale("log")
    before = axes.xaxis.get_major_locator()
    number_ticks(axes.xaxis, [], log=True)
    assert axes.xaxis.get_major_locator() is before
