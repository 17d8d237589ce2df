"""How bash, zsh and fish ask what completes a line, where click's own way falls short of theirs."""

from __future__ import annotations

from collections.abc import Iterator

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)


class _Bash(BashComplete):
    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        *args, incomplete = _joined([*args, incomplete])
        return args, incomplete


class _WholeWords(ShellComplete):
    """Of a shell to which `--name=value` is one word: what completes it begins with the name, too."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        name, equals, _ = incomplete.partition("=")
        prefix = f"{name}=" if equals and name.startswith("--") else ""
        items = super().get_completions(args, incomplete)
        return [CompletionItem(f"{prefix}{item.value}", item.type, item.help) for item in items]


class _Zsh(_WholeWords, ZshComplete):
    source_template = ZshComplete.source_template.replace("_path_files", "compset -P '--*='; _path_files")


class _Fish(_WholeWords, FishComplete):
    source_template = FishComplete.source_template.replace('split ","', 'split --max 1 ","')  # help has commas


def _joined(words: list[str]) -> Iterator[str]:
    """bash makes three words of `--name=value`, and two of what begins like it."""
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word.startswith("--") and waiting and waiting[-1] == "=":
            waiting.pop()
            word = f"{word}={waiting.pop() if waiting else ''}"
        yield word


def add_shells() -> None:
    for shell in (_Bash, _Zsh, _Fish):
        add_completion_class(shell)
