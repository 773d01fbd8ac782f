"""Every command with its arguments and options as Markdown: for the document made from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, get_args, get_origin

PROGRAM: Final = "stiltwalk"
HEAD: Final = "| argument, option | default | |\n|---|---|---|"
KINDS: Final = {str: "TEXT", int: "N", float: "X", Path: "PATH"}
"""Type of an option → what its value is called where the option has no name for it."""


def markdown(root: Any) -> str:
    """``root``, the program as a click group, as one section a command; hidden ones are left out."""
    return "\n\n".join(_section(words, command) for words, command in commands(root)) + "\n"


def commands(root: Any, before: Sequence[str] = (PROGRAM,)) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below ``root`` that is shown, with the words that call it, in the order of ``--help``."""
    for name, command in root.commands.items():
        if command.hidden:
            continue
        words = (*before, name)
        if hasattr(command, "commands"):
            yield from commands(command, words)
        else:
            yield words, command


def _section(words: Sequence[str], command: Any) -> str:
    parameters = [each for each in command.params if not getattr(each, "hidden", False)]
    usage = [*words, *(_place(each) for each in parameters if _is_argument(each))]
    said = _plain(command.help or "")
    parts = [f"## {' '.join(words[1:])}", said, f"`{' '.join(usage)} [OPTIONS]`"]
    rows = [_row(each) for each in parameters]
    if rows:
        parts.append("\n".join([HEAD, *rows]))
    if command.epilog:
        parts.append(_example(command.epilog))
    return "\n\n".join(parts)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _place(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    return name if parameter.required or name.startswith("[") else f"[{name}]"


def _row(parameter: Any) -> str:
    return f"| {_name(parameter)} | {_default(parameter)} | {_plain(parameter.help or '')} |"


def _name(parameter: Any) -> str:
    if _is_argument(parameter):
        return f"`{_place(parameter)}`"
    value = "" if parameter.is_flag else f" {_value(parameter)}"
    return ", ".join(f"`{each}{value}`" for each in (*parameter.opts, *parameter.secondary_opts))


def _value(parameter: Any) -> str:
    """What stands behind an option: its metavar, else the kind of value that it takes."""
    if parameter.metavar is not None:
        return str(parameter.metavar)
    annotation = parameter.type_descriptor.annotation
    kind = get_args(annotation)[0] if get_origin(annotation) is list else annotation
    return KINDS.get(kind, "VALUE")


def _default(parameter: Any) -> str:
    value = parameter.default
    if value is None or value is False or value == "" or callable(value):
        return ""
    return f"`{value}`"


def _example(epilog: str) -> str:
    """The line below a command's help: its examples as a console block, other words as they are."""
    said, found, shown = epilog.replace("Examples: ", "Example: ").partition("Example: ")
    lines = [f"$ {each.strip()}" for each in re.split(rf"; (?={PROGRAM} )", shown)]
    block = "\n".join(["```console", *lines, "```"]) if found else ""
    return "\n\n".join(filter(None, [_plain(said), block]))


def _plain(text: str) -> str:
    """Text as Markdown shows it unchanged, in one line."""
    kept = " ".join(text.split())
    for sign, shown in (
        ("\\", "\\\\"),
        ("|", "\\|"),
        ("<", "&lt;"),
        ("*", "\\*"),
        ("_", "\\_"),
        ("[", "\\["),
    ):
        kept = kept.replace(sign, shown)
    return kept
