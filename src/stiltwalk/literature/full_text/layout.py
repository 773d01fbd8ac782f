"""Layout: from blocks to one text, and the sections that cover it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.characters import one_line
from stiltwalk.literature.records.papers import Section


class LaidOut(NamedTuple):
    """A text and its sections, which cover it from the first character to the last.

    Attributes:
        text: paragraphs are lines, parted by empty ones.
        sections: in order; none of an empty text.
    """

    text: str
    sections: tuple[Section, ...]


def laid_out(blocks: Iterable[Block]) -> LaidOut:
    """The text of ``blocks``; those without a visible character are left out."""
    shown = [Block(line, block.heading) for block in blocks if (line := one_line(block.text))]
    text = "\n\n".join(block.text for block in shown)
    starts: list[int] = []
    headings: list[str] = []
    at = 0
    for number, block in enumerate(shown):
        if block.heading or number == 0:
            starts.append(at)
            headings.append(block.text if block.heading else "")
        at += len(block.text) + 2
    ends = [*starts[1:], len(text)]
    sections = zip(headings, starts, ends, strict=False)
    return LaidOut(text, tuple(Section(heading=h, start=s, end=e) for h, s, e in sections))
