from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from sweep.records import KnownTraining, TrialState
from sweep.report import page as page_module
from sweep.report.page import page, plotly_script, script_json
from sweep.store.known import Known
from tests.report.conftest import CLASSES, Made, Page, answer, config

SECTIONS = [
    *("answer", "history", "parallel", "curves", "parameters", "importance", "times", "failures", "data", "test"),
    *("setup", "trials"),
]


@pytest.fixture(autouse=True)
def without_plotly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five megabytes that no test of the page reads."""
    monkeypatch.setattr(page_module, "plotly_script", lambda: "/* plotly */")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """For reading."""
    return answer(Made(tmp_path_factory.mktemp("finished") / "runs"))


@pytest.fixture(scope="module")
def shown(finished: Made) -> Page:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_module, "plotly_script", lambda: "/* plotly */")
        return Page(page(finished.read()))


def test_the_sections_come_in_order_the_answer_first(shown: Page) -> None:
    assert list(shown.sections) == SECTIONS


def test_the_answer_is_the_test_accuracy_with_its_interval(shown: Page) -> None:
    told = shown.sections["answer"]
    assert "test accuracy 50.0 % 95 % interval 15.0 to 85.0 %, of 4 test images" in told
    assert "Winner: trial 9, val_accuracy 0.5900 at epoch 2" in told
    assert "learning_rate 0.01778" in told
    assert "from 12 trials (10 completed, 1 diverged, 1 failed) of random search, 31 epochs in all" in told
    assert "evaluated once, after the winner was frozen" in told
    assert ("span", {"class": "state finished"}) in shown.tags


def test_every_figure_that_has_a_place_has_its_data_and_the_other_way_round(shown: Page) -> None:
    places = {attributes["data-figure"] for _, attributes in shown.tags if "data-figure" in attributes}
    assert places == set(shown.json("figure-data"))
    assert {"history", "parallel", "curves", "importance", "contour", "times", "classes", "confusion", "roc"} < places
    assert {f"parameter-{number}" for number in range(4)} < places


def test_the_table_has_every_trial_as_the_store_has_it(shown: Page) -> None:
    table = shown.json("table-data")
    columns = ["trial", "state", "val_accuracy", "best epoch", "epochs", "conv_layers", "optimizer", "momentum"]
    assert table["columns"] == [*columns, "learning_rate", "seconds", "weights", "error"]
    assert (table["winner"], table["sorted"]) == (9, {"column": 2, "down": True})
    assert table["rows"][9][:8] == [9, "completed", 0.59, 2, 3, 1, "sgd", 0.8]
    assert table["rows"][0][7] is None
    assert table["rows"][10][-1] == "ValueError: <b>no</b> such thing"
    assert len(table["rows"]) == 12


def test_failed_and_diverged_trials_have_their_reasons(shown: Page) -> None:
    told = shown.sections["failures"]
    assert "2 trials of 12 came to no result." in told
    assert "10 failed 0 ValueError: <b>no</b> such thing" in told
    assert "11 diverged 1 its loss became NaN or infinite" in told


def test_hostile_names_are_text(shown: Page) -> None:
    assert "<script>alert('x')</script> 1 0 0" in shown.sections["data"]
    assert "<script" not in shown.scripts["figure-data"] + shown.scripts["table-data"]
    assert [tag for tag, _ in shown.tags].count("script") == 4
    assert [tag for tag, _ in shown.tags].count("b") == 5  # none but those of the template
    images = [attributes for tag, attributes in shown.tags if tag == "img"]
    assert [one["alt"] for one in images] == ["<img src=x>.png", "four.png"]
    assert all((one["src"] or "").startswith("data:image/png;base64,") for one in images)
    assert "\u202e" not in "".join(shown.sections.values())
    ticks = shown.json("figure-data")["confusion"]["layout"]["xaxis"]["ticktext"]
    assert ticks[0] == "&lt;script&gt;alert('x')&lt;/script&gt;"
    assert len(ticks[2]) == 40 and ticks[2].endswith("…")


def test_nothing_is_loaded_from_anywhere(shown: Page) -> None:
    loaded = [value for _, attributes in shown.tags for name, value in attributes.items() if name in ("src", "href")]
    assert [one for one in loaded if not re.match(r"#|data:image/", one or "")] == []
    (policy,) = (one["content"] for tag, one in shown.tags if tag == "meta" and "http-equiv" in one)
    assert policy is not None and policy.startswith("default-src 'none'; img-src data: blob:;")


def test_the_surest_mistakes_are_shown_with_label_and_prediction(shown: Page) -> None:
    told = shown.sections["test"]
    first = told.index("90.0 %")
    assert first < told.index("35.0 %")
    assert f"is {CLASSES[1]} taken for {CLASSES[0]}" in told[:first]


def test_the_data_is_told_without_its_cache(shown: Page) -> None:
    told = shown.sections["data"]
    assert "digits: 6 train, 2 validation, 4 test images, 4 classes" in told
    assert "The cache has this data no more" in told and "The cache has these images no more" in told
    assert "1 image left out <b>.png is <bad>" in told


def test_what_repeats_the_sweep_is_told(finished: Made, shown: Page) -> None:
    told = shown.sections["setup"]
    assert f"sweep run {finished.directory.space_file}" in told
    assert finished.store.digest() in told
    assert "learning_rate: {type: float, min: 0.0001, max: 0.1, sampling: log}" in told
    assert "environment.json is not there" in told


def test_a_second_look_at_test_is_named_for_what_it_is(answered: Made) -> None:
    answered.store.record_event("test_evaluation", trial=9)
    told = Page(page(answered.read())).sections["answer"]
    assert "evaluated 2 times. Only the first was a test of something unknown" in told


def test_a_search_that_was_interrupted_says_how_to_go_on(halving: Made) -> None:
    shown = Page(page(halving.read()))
    assert list(shown.sections) == SECTIONS
    told = shown.sections["answer"]
    assert "The sweep was interrupted before its end." in told and "sweep resume halving-001 --runs-dir" in told
    assert "not known yet" in told and "Best so far: trial 1, val_accuracy 0.5400 at epoch 4" in told
    assert "The test split has not been opened." in told
    assert "the test split stays shut" in shown.sections["test"]
    assert "2 trials with a result: too few to tell" in shown.sections["importance"]


def test_a_search_without_retraining_says_what_retrains(make: Callable[..., Made]) -> None:
    run = make()
    run.trial(0, values=(0.5,), config=config(0))
    run.finish()
    told = Page(page(run.read())).sections["answer"]
    assert "the winner was not retrained yet" in told and "sweep retrain-best made-001" in told


def test_a_run_with_nothing_in_it_has_every_section(make: Callable[..., Made]) -> None:
    shown = Page(page(make(classes=[]).read()))
    assert list(shown.sections) == SECTIONS
    assert shown.json("figure-data") == {}
    assert "No trial has come to a result." in shown.sections["answer"]


def test_a_run_in_which_all_failed_says_why(make: Callable[..., Made]) -> None:
    run = make()
    for number in range(3):
        run.trial(number, TrialState.FAILED, error="ValueError: no", config=config(number))
    run.finish()
    shown = Page(page(run.read()))
    assert "No trial completed with a finite objective" in shown.sections["answer"]
    assert "failed ValueError: no 3" in shown.sections["failures"]


def test_one_trial_has_a_report(make: Callable[..., Made]) -> None:
    run = make()
    run.trial(0, values=(0.5, 0.75), config=config(0))
    run.win(0, 0.75, 2, config(0))
    run.evaluate(0)
    run.finish()
    shown = Page(page(run.read()))
    assert {"history", "curves", "confusion", "roc"} <= set(shown.json("figure-data"))
    assert "no two trials with a result that differ" in shown.sections["parameters"]


def test_metrics_of_an_earlier_version_are_enough(answered: Made) -> None:
    (answered.directory.final / "predictions.npz").unlink()
    assert "it was by an earlier version" in Page(page(answered.read())).sections["test"]


def test_trials_that_were_taken_over_are_told(answered: Made) -> None:
    run = answered.read()
    first, *others = run.result.trials
    known = Known("earlier-001", 5, run.space.trial_seed(0), first.config, KnownTraining((), None))
    answered.store.record_known([known])
    run = replace(answered.read(), result=replace(run.result, trials=(replace(first, seconds=0.0), *others)))
    told = Page(page(run)).sections["answer"]
    assert "1 trial had been trained by earlier-001 already, to the same bits." in told


def test_damaged_metrics_are_named_and_the_rest_is_shown(answered: Made) -> None:
    (answered.directory.final / "metrics.json").write_text("{")
    shown = Page(page(answered.read()))
    for section in ("answer", "test"):
        assert "metrics.json: is damaged; make it anew with: sweep retrain-best" in shown.sections[section]
        assert "stays shut" not in shown.sections[section]
    assert {"history", "curves"} <= set(shown.json("figure-data"))


def test_nothing_in_json_can_end_a_script() -> None:
    text = script_json({"a": "</script><!-- & -->"})
    assert not re.search("[<>&]", text) and "\\u003c/script\\u003e" in text
    with pytest.raises(ValueError):
        script_json(float("nan"))


def test_plotly_is_the_one_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = plotly_script()
    assert "plotly.js v" in text[:100] and "</script" not in text and len(text) > 1_000_000
