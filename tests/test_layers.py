"""The layers of docs/architecture.md, kept by reading every import of the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sweep"

LAYERS = (
    ("errors", "records", "seeds", "stop", "text", "environment", "machine", "faults"),
    ("space",),
    ("store",),
    ("data",),
    ("model",),
    ("search",),
    ("trial",),
    ("executors",),
    ("tracking",),
    ("loop",),
    ("final",),
    (
        *("preparation", "result", "retrying", "observers", "run_definition", "boards", "new_run"),
        *("workers", "hosted_searcher", "estimates", "parting"),
    ),
    ("analysis", "exporting", "imports"),
    ("report",),
    ("session",),
    ("api", "doctor"),
    ("cli", "__main__"),
)
"""Lowest first. A module may import from its own layer and from those above it in this list."""

ONLY_IN = {
    "keras_tuner": {"space", "search"},
    "click": {"cli"},
    "sqlite3": {"store"},
    "ray": {"executors"},
    "plotly": {"report"},
    "pydantic": {"space", "data", "final", "store"},
    "ruamel": {"space"},
    "matplotlib": {"tracking", "report"},
}

NEVER = {
    ("search", "executors"),
    ("executors", "search"),
    ("trial", "store"),
    ("executors", "store"),
    ("model", "store"),
}


def layer_of(module: str) -> int:
    part = module.split(".")[1]
    return next(index for index, layer in enumerate(LAYERS) if part in layer)


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, inside functions and for type checking, too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "sweep" else {node.module}
            )
    return found


MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): imports_of(path) for path in PACKAGE.rglob("*.py")
}
INNER = {name: found for name, found in MODULES.items() if name not in ("sweep", "sweep.__init__")}


@pytest.mark.parametrize("module", sorted(INNER))
def test_imports_only_go_to_its_own_layer_or_a_lower_one(module: str) -> None:
    mine = layer_of(module)
    wrong = [
        name
        for name in INNER[module]
        if name.startswith("sweep.") and name != "sweep.__version__" and layer_of(name) > mine
    ]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    users = {name.split(".")[1] for name, found in INNER.items() if any(one.split(".")[0] == library for one in found)}
    assert users <= ONLY_IN[library]


@pytest.mark.parametrize(("importer", "imported"), sorted(NEVER))
def test_some_parts_do_not_know_each_other(importer: str, imported: str) -> None:
    wrong = [
        name
        for name, found in INNER.items()
        if name.split(".")[1] == importer and any(one.startswith(f"sweep.{imported}") for one in found)
    ]
    assert wrong == []


def test_no_package_imports_in_a_circle() -> None:
    """Between modules, at import time or later: a circle means that two ideas are one, or badly cut."""
    graph = {name: {one for one in found if one in INNER} for name, found in INNER.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for one in graph[name]:
                visit(one, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["status"],
        ["stop"],
        ["show"],
        ["trials"],
        ["best"],
        ["show", "digits-001", "0"],
        ["report"],
        ["export"],
        ["export", "--format", "jsonl"],
        ["export", "--format", "wandb"],
        ["compare", "digits-001", "digits-002"],
        ["refine", "digits-001", "-o", "narrower.yaml"],
        ["import-wandb", "sweep.yaml", "-o", "ours.yaml"],
        ["label", "digits-001"],
        ["rm", "digits-001", "--yes"],
        ["retry", "digits-001"],
        ["predict", "digits-001", "photo.jpg"],
        ["doctor", "--no-self-test"],
        ["completion", "bash"],
        ["validate", "search_spaces/digits.yaml"],
        ["run", "--help"],
    ],
)
def test_commands_that_only_read_never_import_tensorflow(arguments: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\nfrom sweep.cli.main import cli\n"
        "try:\n    cli.main(sys.argv[1:], standalone_mode=False)\n"
        "except Exception as exc:\n    print(type(exc).__name__)\n"
        "heavy = {'tensorflow', 'keras', 'keras_tuner', 'sklearn', 'scipy', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=PACKAGE.parent,
        env={"SWEEP_RUNS_DIR": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
