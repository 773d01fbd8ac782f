"""Parts: what the child process that takes a file apart says of it, one after the other."""

from __future__ import annotations

from typing import Final, NamedTuple

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.lines import Line

TAKING_APART: Final = 1
"""Version of what the child process says of a file: what another one said is not used. Raise it with every
change of that."""


class Head(NamedTuple):
    """What a file says of itself.

    Attributes:
        title: empty: it does not say.
        authors: as one text.
        pages: how many it has; 0: it has none.
        stamp: what is printed sideways on its first page: where arXiv prints the number of a paper.
    """

    title: str = ""
    authors: str = ""
    pages: int = 0
    stamp: str = ""


class Page(NamedTuple):
    """One page, as its lines.

    Attributes:
        number: from 1.
        lines: in the order in which they are drawn.
        problem: why it could not be read; empty: it could.
    """

    number: int
    lines: tuple[Line, ...] = ()
    problem: str = ""


class Body(NamedTuple):
    """A whole text, as its blocks."""

    blocks: tuple[Block, ...]


class Refused(NamedTuple):
    """The file cannot be read at all: why, and how to mend it."""

    why: str


class End(NamedTuple):
    """The last part: without it, taking the file apart was ended by force.

    Attributes:
        whole: whether nothing was left out.
    """

    whole: bool = True


Part = Head | Page | Body | Refused | End

KINDS: Final[dict[str, type[Part]]] = {
    "Head": Head,
    "Page": Page,
    "Body": Body,
    "Refused": Refused,
    "End": End,
}


def part_of(name: str, fields: list[object]) -> Part:
    """The part whose kind is called ``name``, from the lists that JSON makes of its fields."""
    if name == "Page":
        number, lines, problem = fields
        return Page(int(str(number)), tuple(Line._make(line) for line in _rows(lines)), str(problem))
    if name == "Body":
        return Body(tuple(Block._make(block) for block in _rows(fields[0])))
    return KINDS[name](*fields)  # type: ignore[arg-type]  # the kinds left hold plain values


def _rows(value: object) -> list[list[object]]:
    assert isinstance(value, list)
    return value
