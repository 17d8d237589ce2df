"""The answer on screen: the test accuracy first, then what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from sweep.text import printable

MATRIX_CLASSES = 20
"""Up to this many classes the confusion matrix is shown whole, where the terminal is wide enough for it."""
LISTED_CLASSES = 40
"""Of more classes than that, only as many are listed, those with the lowest F1."""
CONFUSIONS = 10
NAME_WIDTH, NAME_MINIMUM = 24, 6
DASH = "–"


def render(metrics: Mapping[str, Any], console: Console) -> None:
    """Print the contents of `final/metrics.json`. Names of classes are shown as they are, never read as markup."""
    for part in _parts(metrics, console.width):
        console.print(part, highlight=False)


def _parts(metrics: Mapping[str, Any], width: int) -> Iterator[RenderableType]:
    yield from _headline(metrics)
    yield ""
    yield from _per_class(metrics["per_class"])
    yield ""
    yield from _confusions(metrics["classes"], metrics["confusion_matrix"], width)
    yield ""
    yield f"[dim]{_evaluations(metrics['test_evaluations'])}[/dim]"


def _headline(metrics: Mapping[str, Any]) -> Iterator[str]:
    test, winner, retrain = metrics["test"], metrics["winner"], metrics["retrain"]
    low, high = (f"{100 * bound:.1f}" for bound in test["accuracy_ci95"])
    accuracy = f"[bold]test accuracy {100 * test['accuracy']:.1f} %[/bold]"
    yield f"{accuracy} (95 % interval {low}–{high}, n = {test['n']:,})"
    yield (
        f"loss {_number(test['loss'], 4)} · macro F1 {_number(test['macro_f1'])} · "
        f"weighted F1 {_number(test['weighted_f1'])} · macro AUC {_number(test['macro_auc'], 4)}"
    )
    images, epochs = _count(retrain["images"], "image"), _count(retrain["epochs"], "epoch")
    yield f"trial {winner['id']}, retrained on {images} for {epochs}"
    if winner.get("note"):
        yield f"[yellow]note: {_literal(winner['note'])}[/yellow]"


def _per_class(rows: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if len(rows) > LISTED_CLASSES:
        yield f"the {LISTED_CLASSES} of {len(rows):,} classes with the lowest F1 (all are in final/metrics.json)"
        tested = [row for row in rows if row["f1"] is not None]
        rows = sorted(tested, key=lambda row: row["f1"])[:LISTED_CLASSES]
    yield per_class_table(rows)


def per_class_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1), pad_edge=False)
    table.add_column("class", overflow="ellipsis", no_wrap=True, max_width=NAME_WIDTH)
    for heading in ("images", "precision", "recall", "F1", "AUC"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        scores = (_number(row[key]) for key in ("precision", "recall", "f1", "auc"))
        table.add_row(_literal(row["name"]), f"{row['support']:,}", *scores)
    return table


def _confusions(classes: Sequence[str], matrix: Sequence[Sequence[int]], width: int) -> Iterator[RenderableType]:
    if (table := confusion_table(classes, matrix, width)) is not None:
        yield "[bold]confusion matrix[/bold] (rows are true classes, columns predicted ones)"
        yield table
    elif (table := frequent_confusions(classes, matrix)) is not None:
        yield "[bold]most frequent confusions[/bold]"
        yield table
    else:
        yield "no confusions: every test image was classified correctly"


def confusion_table(classes: Sequence[str], matrix: Sequence[Sequence[int]], width: int) -> Table | None:
    """The matrix, its columns headed by the number of the class; None for too many classes or too small a `width`."""
    index_width = len(str(len(classes) - 1))
    cell = max(index_width, *(len(str(count)) for row in matrix for count in row))
    room = width - (index_width + 1) - len(classes) * (cell + 1)
    if len(classes) > MATRIX_CLASSES or room < NAME_MINIMUM:
        return None
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("class", overflow="ellipsis", no_wrap=True, max_width=min(room, NAME_WIDTH))
    for column in range(len(classes)):
        table.add_column(str(column), justify="right", no_wrap=True, width=cell)
    for true, (name, row) in enumerate(zip(classes, matrix, strict=True)):
        table.add_row(str(true), _literal(name), *(_cell(count, true == column) for column, count in enumerate(row)))
    return table


def frequent_confusions(classes: Sequence[str], matrix: Sequence[Sequence[int]]) -> Table | None:
    """The pairs of classes that are mistaken most often, for a matrix too large to be read; None where none are."""
    pairs = [
        (-count, true, predicted)
        for true, row in enumerate(matrix)
        for predicted, count in enumerate(row)
        if count and true != predicted
    ]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1), pad_edge=False)
    for heading in ("true class", "predicted as"):
        table.add_column(heading, overflow="ellipsis", no_wrap=True, max_width=NAME_WIDTH)
    table.add_column("images", justify="right", no_wrap=True)
    for count, true, predicted in sorted(pairs)[:CONFUSIONS]:
        table.add_row(_literal(classes[true]), _literal(classes[predicted]), f"{-count:,}")
    return table if pairs else None


def _literal(text: str) -> str:
    return escape(printable(text))


def _cell(count: int, correct: bool) -> str:
    if correct:
        return f"[bold]{count}[/bold]"
    return str(count) if count else "·"


def _number(value: float | None, digits: int = 3) -> str:
    return DASH if value is None else f"{value:.{digits}f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _evaluations(number: int) -> str:
    return f"the test split has been evaluated {_count(number, 'time')}"
