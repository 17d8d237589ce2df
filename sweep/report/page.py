"""The page: everything that the report says, put into its template. What users wrote is escaped wherever it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata, resources
from typing import Any

from sweep.report.answer import answer
from sweep.report.figures.classes import class_counts
from sweep.report.figures.curves import MOST as MOST_CURVES
from sweep.report.figures.curves import curves
from sweep.report.figures.curves import drawn as drawn_curves
from sweep.report.figures.final_scores import confusion, roc
from sweep.report.figures.history import history
from sweep.report.figures.importance import contour, importance, top_two
from sweep.report.figures.parallel import parallel
from sweep.report.figures.parameters import MOST as MOST_PARAMETERS
from sweep.report.figures.parameters import parameters
from sweep.report.figures.style import Figure
from sweep.report.figures.times import times
from sweep.report.images import Images, images, mistakes
from sweep.report.run_facts import RunFacts
from sweep.report.setup import environment, repeat_command
from sweep.report.surrogate import Study, study
from sweep.report.times import summary
from sweep.report.trial_rows import LISTED, reasons, table, unfortunate, why
from sweep.text import counted, printable

_FILES = resources.files("sweep.report") / "page_files"


def page(run: RunFacts) -> str:
    """The whole HTML file."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    data, found = images(run), study(run.axes, run.scored)
    figures = _figures(run, data, found)
    templates = Environment(loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return templates.get_template("report.html").render(
        **_sections(run, data, found),
        figures=figures,
        style=_file("report.css"),
        script=_file("report.js"),
        plotly=plotly_script(),
        data=script_json({name: one for name, one in figures.items() if one is not None}),
        table=script_json(table(run)),
    )


def script_json(value: Any) -> str:
    """Strict JSON for a `<script>`: nothing in it can end the script, or begin a tag."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plotly_script() -> str:
    """Plotly's JavaScript as it was installed; its Python, which takes long to import, is not needed."""
    found = metadata.distribution("plotly").locate_file("plotly/package_data/plotly.min.js")
    with open(str(found), encoding="utf-8") as file:
        return file.read().replace("</script", "<\\/script")


def _file(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _figures(run: RunFacts, data: Images, found: Study | str) -> dict[str, Figure | None]:
    """By the name of their place in the page; None where there is nothing to draw."""
    metrics, known = run.result.metrics or {}, found if isinstance(found, Study) else None
    drawn: dict[str, Figure | None] = {
        "history": history(run),
        "parallel": parallel(run),
        "curves": curves(run),
        "times": times(run),
        "confusion": confusion(metrics) if metrics else None,
        "roc": roc(metrics) if metrics else None,
        "classes": class_counts(data.classes, data.counts),
        "importance": importance(known) if known else None,
        "contour": contour(run, known) if known else None,
    }
    return drawn | {f"parameter-{place}": one for place, one in enumerate(parameters(run).values())}


def _sections(run: RunFacts, data: Images, found: Study | str) -> dict[str, Any]:
    """What the template shows besides the figures."""
    lost = unfortunate(run)
    return {
        "run": run.result,
        "counted": counted,
        "method": run.space.search.method,
        "metric": printable(run.metric),
        "taken": f"{run.taken[:16].replace('T', ' ')} UTC",
        "answer": answer(run),
        "curve_count": len(drawn_curves(run)),
        "curves_left_out": len(run.epochs) > MOST_CURVES,
        "parameter_names": [printable(name) for name in parameters(run)],
        "parameters_left_out": max(0, len(run.axes) - MOST_PARAMETERS),
        "study": found if isinstance(found, Study) else None,
        "study_reason": found if isinstance(found, str) else None,
        "top_two": [printable(axis.name) for axis in top_two(found) or ()] if isinstance(found, Study) else [],
        "times": summary(run),
        "unfortunate": [(trial, why(trial)) for trial in lost[:LISTED]],
        "unfortunate_count": len(lost),
        "reasons": reasons(lost),
        "images": data,
        "has_cache": run.dataset is not None,
        "mistakes": mistakes(run),
        "has_predictions": run.predictions is not None,
        "per_class": [
            row | {"name": printable(row["name"])} for row in (run.result.metrics or {}).get("per_class", [])
        ],
        "confusions": _confusions(run.result.metrics or {}),
        "environment": environment(run),
        "definition": "\n".join(map(printable, run.facts.get("definition", "").split("\n"))),
        "command": repeat_command(run),
        "digest": run.result.digest,
    }


def _confusions(metrics: Mapping[str, Any], most: int = 15) -> list[tuple[int, str, str]]:
    """The most frequent ones, as images, true class, predicted class."""
    classes, matrix = metrics.get("classes", []), metrics.get("confusion_matrix", [])
    pairs = [
        (count, printable(classes[true]), printable(classes[predicted]))
        for true, row in enumerate(matrix)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    return sorted(pairs, key=lambda pair: -pair[0])[:most]
