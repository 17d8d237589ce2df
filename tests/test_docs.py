"""README, docs and help texts say what there is: all of it, and nothing else. Needs no TensorFlow."""

from __future__ import annotations

import ast
import dataclasses
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sweep import errors
from sweep.cli.main import cli
from sweep.data.check import CheckReport
from sweep.errors import DefinitionError
from sweep.records import TrialState
from sweep.space.builtin import CNN_PARAMETERS
from sweep.space.load import validate
from sweep.space.yaml_source import parse_document

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def commands() -> dict[str, click.Command]:
    """Every command that does something, by what is typed: `sweep data check`."""

    def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            yield name, command
            return
        for part, child in command.commands.items():
            yield from walk(child, f"{name} {part}")

    return dict(walk(cli, "sweep"))


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced code blocks in one of these languages."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)
    return [block for language, block in found if language in languages]


def section(page: Path, heading: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    parts = re.split(r"^#+ +(.*)$", re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def anchors(page: Path) -> set[str]:
    """What `#...` may lead to, as GitHub makes it from the headings."""
    headings = re.findall(r"^#+ +(.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", commands())
def test_a_command_is_in_the_table_of_the_readme(name: str) -> None:
    assert re.search(rf"^\| `{name}[ `]", text_of(README), re.MULTILINE), f"README.md has no row for `{name}`"


@pytest.mark.parametrize("name", commands())
def test_a_command_has_an_example(name: str) -> None:
    lines = [line for block in blocks(DOCS / "commands.md", "sh", "console") for line in block.splitlines()]
    assert any(f"{line.removeprefix('$ ')} ".startswith(f"{name} ") for line in lines), name


def test_the_table_of_the_readme_has_no_other_commands() -> None:
    rows = re.findall(r"^\| `(sweep [^`]*)`", text_of(README), re.MULTILINE)
    assert [row for row in rows if not any(f"{row} ".startswith(f"{name} ") for name in commands())] == []


@pytest.mark.parametrize("name", commands())
def test_a_command_and_its_options_have_help(name: str) -> None:
    command = commands()[name]
    assert command.help
    context = click.Context(command)
    without = [option.opts[-1] for option in command.params if isinstance(option, click.Option) and not option.help]
    assert without == []
    for argument in (one for one in command.params if isinstance(one, click.Argument)):
        metavar = argument.make_metavar(context).strip("[].")
        assert metavar in command.help, f"the help of `{name}` does not say what {metavar} is"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_can_be_typed(page: Path) -> None:
    lines = [line for block in blocks(page, "sh", "console") for line in block.splitlines()]
    shown = [line.removeprefix("$ ") for line in lines if re.match(r"(\$ )?sweep ", line)]
    for line in shown:
        name = max((one for one in commands() if f"{line} ".startswith(f"{one} ")), key=len, default="")
        assert name, f"{page.name}: there is no command {line!r}"
        typed = shlex.split(line.removeprefix(name).partition("|")[0], comments=True)
        commands()[name].make_context(name, typed, resilient_parsing=True)  # raises for an unknown option


@pytest.mark.parametrize("name", CNN_PARAMETERS)
def test_the_layers_of_the_cnn_name_its_parameters(name: str) -> None:
    if name not in ("batch_size", "epochs"):  # of the training
        assert f"`{name}`" in section(DOCS / "models.md", "The built-in `cnn`")


def test_words_of_the_code_are_explained() -> None:
    states = section(DOCS / "search.md", "A trial")
    assert [state.value for state in TrialState if f"| `{state.value}` |" not in states] == []
    check = text_of(DOCS / "data.md")
    assert [one.name for one in dataclasses.fields(CheckReport) if f"`{one.name}`" not in check] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = page.parent / path if path else page
        assert linked.is_file(), f"{page.name}: {target} leads nowhere"
        assert not anchor or anchor in anchors(linked), f"{page.name}: {target} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_definition_that_is_shown_is_valid(page: Path) -> None:
    for block in blocks(page, "yaml"):
        if re.match(r"(#.*\n)*name:", block):
            validate(parse_document(block, page.name))


def test_there_are_definitions_to_check() -> None:
    shown = [block for page in PAGES for block in blocks(page, "yaml") if re.match(r"(#.*\n)*name:", block)]
    assert len(shown) >= 3


def test_mistakes_are_reported_as_shown() -> None:
    sessions = re.findall(
        r"^\$ cat (\S+)\n(.*?)^\$ sweep validate \1\n(.*?)^```$", text_of(DOCS / "definition.md"), re.M | re.S
    )
    assert len(sessions) == 1
    for source, text, output in sessions:
        with pytest.raises(DefinitionError) as caught:
            validate(parse_document(text, source))
        assert f"error: {caught.value}\n" == output


def test_readme_and_command_line_have_the_same_exit_codes() -> None:
    told = re.search(r"^Exit codes: (.*?)\n\n", text_of(README), re.MULTILINE | re.DOTALL)
    assert told is not None
    from_errors = {
        one.exit_code for one in vars(errors).values() if isinstance(one, type) and hasattr(one, "exit_code")
    }
    main = ast.parse((ROOT / "sweep" / "cli" / "main.py").read_text(encoding="utf-8"))
    exits = [node for node in ast.walk(main) if isinstance(node, ast.Call) and ast.unparse(node.func) == "sys.exit"]
    written = {arg.value for node in exits for arg in node.args if isinstance(arg, ast.Constant)}
    codes = {int(code) for code in re.findall(r"(?<![\w.%])\d+(?![\w.%])", told[1])}
    assert codes == {0, click.UsageError.exit_code, *from_errors, *written}
