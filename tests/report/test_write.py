from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.report import page as page_module
from sweep.report.ending import report_at_end
from sweep.report.write import write_figures, write_report
from tests.report.conftest import Made

FIGURES = [
    *("history", "parallel_coordinates", "learning_curves", "parameters", "importance", "interaction", "times"),
    *("classes", "confusion_matrix", "roc"),
]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def without_plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "plotly_script", lambda: "/* plotly */")


def test_an_earlier_report_is_replaced_as_a_whole(answered: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_report(answered.directory)
    assert path == answered.directory.root / "report.html"
    before = path.read_bytes()

    def killed(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(InputError, match=r"report\.html: cannot be written: No space left on device"):
        write_report(answered.directory)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.glob("report*")] == ["report.html"]


def test_a_report_that_cannot_be_written_is_said_in_one_line(answered: Made) -> None:
    (answered.directory.root / "report.html.new").mkdir()
    with pytest.raises(InputError, match=r"report\.html: cannot be written: Is a directory"):
        write_report(answered.directory)


def test_at_the_end_a_failure_is_one_line(answered: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    report_at_end(answered.directory, said.append)
    assert said == [] and answered.directory.report.is_file()
    monkeypatch.setattr(page_module, "plotly_script", lambda: 1 / 0)
    report_at_end(answered.directory, said.append)
    assert len(said) == 1
    assert said[0].startswith("the report was not written: ZeroDivisionError: division by zero; try again with: sweep ")


def test_without_an_answer_none_is_written_at_the_end(halving: Made) -> None:
    report_at_end(halving.directory, pytest.fail)
    assert not halving.directory.report.exists()


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_figures_for_print_are_those_that_there_is_something_for(
    answered: Made, halving: Made, tmp_path: Path, form: str
) -> None:
    written = write_figures(answered.directory, tmp_path / "figures", form)
    assert [path.name for path in written] == [f"{name}.{form}" for name in FIGURES]
    for path in written:
        content = path.read_bytes()
        assert content.startswith(PNG) if form == "png" else b"<svg" in content
        assert len(content) > 2000
    less = write_figures(halving.directory, tmp_path / "less", form)
    assert [path.stem for path in less] == [
        name for name in FIGURES if name not in ("importance", "interaction", "confusion_matrix", "roc")
    ]


def test_a_place_that_is_none_is_said_in_one_line(answered: Made, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file/figures: cannot be written: Not a directory"):
        write_figures(answered.directory, tmp_path / "file" / "figures", "png")


def test_figures_that_are_there_are_replaced_only_with_force(halving: Made, tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "times.png").write_text("mine")
    with pytest.raises(InputError, match=r"times\.png exists already; choose another name, or replace it with --force"):
        write_figures(halving.directory, folder, "png")
    assert [path.name for path in folder.iterdir()] == ["times.png"]
    write_figures(halving.directory, folder, "png", force=True)
    assert (folder / "times.png").read_bytes().startswith(PNG)


def test_no_figures_are_written_into_a_run(halving: Made) -> None:
    with pytest.raises(InputError, match="figures: lies in the directory of a run"):
        write_figures(halving.directory, halving.directory.root / "figures", "png")
    assert not (halving.directory.root / "figures").exists()
