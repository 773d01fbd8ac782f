"""The blocks of code in the documents, and what stands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

_FENCE = re.compile(r"^```(?P<language>\S*)(?: title=\"(?P<title>[^\"]*)\")?$")
_SHELL = {"&&", "|", ";"}


class Block(NamedTuple):
    """A fenced block of a document.

    Attributes:
        page: the document, from the root of the repository.
        line: where it begins.
        language: as its fence says.
        title: as its fence says; empty: it has none.
        text: what stands in it.
    """

    page: str
    line: int
    language: str
    title: str
    text: str

    @property
    def first(self) -> str:
        """Its first line."""
        return self.text.partition("\n")[0]


@cache
def blocks() -> tuple[Block, ...]:
    """Every fenced block of every document.

    Raises:
        ValueError: a fence that is not read here, or that is never closed.
    """
    return tuple(block for path in DOCUMENTS for block in _blocks(path))


def of(page: str, language: str) -> list[Block]:
    """The blocks of one page in one language, in order."""
    return [block for block in blocks() if (block.page, block.language) == (page, language)]


def prose(path: Path) -> str:
    """A document without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _blocks(path: Path) -> Iterator[Block]:
    page = path.relative_to(ROOT).as_posix()
    opened: tuple[int, str, str] | None = None
    held: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if opened is None and "```" in line:
            fence = _FENCE.match(line)
            if fence is None:
                raise ValueError(f'{page}, line {number}: expected ```LANGUAGE or ```LANGUAGE title="…"')
            opened, held = (number, fence["language"], fence["title"] or ""), []
        elif line == "```" and opened is not None:
            yield Block(page, *opened, "".join(f"{each}\n" for each in held))
            opened = None
        else:
            held.append(line)
    if opened is not None:
        raise ValueError(f"{page}, line {opened[0]}: the block is never closed")


class Command(NamedTuple):
    """A command that a reader is shown.

    Attributes:
        page: the document.
        words: the program and its arguments; where its output goes is left out.
        into: file that its output goes to; empty: none.
    """

    page: str
    words: tuple[str, ...]
    into: str = ""

    @property
    def line(self) -> str:
        """As it would be typed."""
        return shlex.join(self.words)


def commands(block: Block) -> list[Command]:
    """The commands of a console block: its lines that begin with ``$``, parted at ``&&``, ``|`` and ``;``."""
    found = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            words: list[str] = []
            for word in [*shlex.split(line.removeprefix("$ "), comments=True), "&&"]:
                if word in _SHELL:
                    found.append(_command(block.page, words))
                    words = []
                else:
                    words.append(word)
    return found


def printed(block: Block) -> list[str]:
    """The lines of a console block that are no commands: what these print."""
    return [line for line in block.text.splitlines() if not line.startswith("$ ")]


def _command(page: str, words: list[str]) -> Command:
    while "=" in words[0]:  # a variable set for this one command
        words = words[1:]
    if ">" in words:
        at = words.index(">")
        return Command(page, tuple(words[:at]), words[at + 1])
    return Command(page, tuple(words))
