"""Lines: as a page or a file has them, joined to paragraphs and headings again."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.headings import is_heading, is_named, opens_abstract
from stiltwalk.literature.full_text.hyphens import Vocabulary, joined, vocabulary_of

ENDED: Final = re.compile(r"[.!?:][\"'\u201d\u2019)\]]*$")
_ITEM: Final = re.compile(
    r"(?:[\u2022\u25aa\u25e6\u2043\u2023\u00b7*]|\u2013|-|\(?\d{1,2}[.)]|\(?[a-z]\)|\[\d+\])\s"
)
_PERSON: Final = r"[A-Z][\w.'\u2019-]*(?: [A-Z][\w.'\u2019-]*){1,3}"
_PEOPLE: Final = re.compile(rf"{_PERSON}(?:(?:, and |, | and | & ){_PERSON})+")
_NUMBER: Final = re.compile(r"[(+\u2212\u00b1-]*\d[\d.,]*%?\)?")

MOST_TITLE_LINES: Final = 8


class Line(NamedTuple):
    """A line, and where it stands on its page if that is known.

    Attributes:
        text: of it; empty: a blank line.
        size: of most of its letters, in points; 0: not known, and nothing of the rest is.
        bold: whether most of its letters are.
        x: where it begins, in points from the left edge.
        y: of its base line, in points from the lower edge.
        page: number of its page.
    """

    text: str
    size: float = 0.0
    bold: bool = False
    x: float = 0.0
    y: float = 0.0
    page: int = 1


class Measures(NamedTuple):
    """What is usual in a text.

    Attributes:
        width: characters of a full line.
        size: of running text, in points.
        leading: from one base line to the next, in points; infinite: not known.
    """

    width: float
    size: float
    leading: float


class Setting(NamedTuple):
    """What is to be known of a whole text to join the lines of a part.

    Attributes:
        usual: what is usual in it.
        vocabulary: its words.
        first: its first line.
    """

    usual: Measures
    vocabulary: Vocabulary
    first: Line | None


def setting_of(lines: Sequence[Line]) -> Setting:
    """What is to be known of the text of which these are all ``lines``."""
    words = vocabulary_of(line.text for line in lines)
    return Setting(measures(lines), words, lines[0] if lines else None)


def blocks_of(lines: Sequence[Line], within: Setting | None = None) -> Iterator[Block]:
    """Paragraphs and headings that ``lines`` were broken from.

    Args:
        lines: in order; blank ones part paragraphs.
        within: of the text that they are a part of; ``None``: they are all of it.
    """
    usual, vocabulary, first = within or setting_of(lines)
    paragraph: list[Line] = []
    title_lines = MOST_TITLE_LINES if lines and lines[0] is first else 0
    for number, line in enumerate(lines):
        before = paragraph[-1] if paragraph else None
        heading = bool(line.text) and _stands_as_heading(line, before, usual)
        if heading or not line.text:
            title_lines = 0
        parts = before is not None and _parts(before, line, usual, early=number < title_lines)
        if paragraph and (heading or not line.text or parts):
            yield Block(joined([each.text for each in paragraph], vocabulary))
            paragraph = []
        if heading:
            yield Block(line.text, heading=True)
        elif not paragraph and (rest := opens_abstract(line.text)):
            yield Block("Abstract", heading=True)
            paragraph = [line._replace(text=rest)]
        elif line.text:
            paragraph.append(line)
    if paragraph:
        yield Block(joined([each.text for each in paragraph], vocabulary))


def measures(lines: Iterable[Line]) -> Measures:
    """What is usual in ``lines``: the length of long lines, the commonest size, the commonest distance."""
    shown = [line for line in lines if line.text]
    lengths = sorted(len(line.text) for line in shown) or [0]
    sizes: Counter[float] = Counter()
    for line in shown:
        sizes[round(line.size, 1)] += len(line.text)
    falls = [
        upper.y - lower.y
        for upper, lower in pairwise(shown)
        # less is a raised or lowered sign
        if upper.size and upper.page == lower.page and 0.8 * upper.size < upper.y - lower.y < 60
    ]
    return Measures(
        width=max(20, lengths[math.ceil(0.85 * (len(lengths) - 1))]),
        size=max(sizes, key=lambda size: (sizes[size], size), default=0.0),
        leading=sorted(falls)[len(falls) // 4] if falls else float("inf"),
    )


def _stands_as_heading(line: Line, before: Line | None, usual: Measures) -> bool:
    alone = before is None or (
        before.page == line.page and before.size > 0 and before.y - line.y > 1.35 * usual.leading
    )
    if is_named(line.text):
        return alone or _stands_out(line, usual) or (before is not None and bool(ENDED.search(before.text)))
    return is_heading(line.text, stands_out=_stands_out(line, usual) or alone)


def _stands_out(line: Line, usual: Measures) -> bool:
    return line.bold or line.size > usual.size + 0.7


def _parts(upper: Line, lower: Line, usual: Measures, *, early: bool) -> bool:
    """Whether a new paragraph begins with ``lower``.

    Args:
        upper: the line before.
        lower: the line that may begin one.
        usual: what is usual in the text.
        early: whether both are at the head of the text, where lines end as title, authors and venue do.
    """
    if upper.text.endswith("-") and lower.text[:1].islower():
        return False
    if _differ(upper, lower, usual) or (early and _PEOPLE.fullmatch(lower.text[:200])):
        return True
    early = early and not _stands_out(upper, usual)  # a title goes on
    # a line is short where the next word would have had room
    room = len(upper.text) + 1 + len(lower.text.split(" ", 1)[0])
    if ENDED.search(upper.text) and room < 0.9 * usual.width:
        return True
    if upper.size and upper.page == lower.page and upper.y > lower.y:
        fall, indent = upper.y - lower.y, lower.x - upper.x
        if fall > 1.35 * usual.leading or 5 < indent < 40:
            return True
        if abs(indent) < 2 and not early:
            # beside a figure all lines are short; under a title one is shorter than the next
            return room < 0.8 * len(lower.text) and not lower.text[:1].islower()
    least = 0.85 if early else 0.7
    return room < least * usual.width and not lower.text[:1].islower()


def _differ(upper: Line, lower: Line, usual: Measures) -> bool:
    """Whether two lines differ in kind: an item of a list, a row of a table, another size of print."""
    if ENDED.search(upper.text):
        if _ITEM.match(lower.text):
            return True
        if upper.size and (upper.page != lower.page or upper.y < lower.y):
            return True  # what stands at the head of the next column may be a table
    if upper.size and lower.size and abs(upper.size - lower.size) > 0.8:
        return True
    return _is_row(upper, usual) or _is_row(lower, usual)


def _is_row(line: Line, usual: Measures) -> bool:
    """Whether ``line`` is a row of a table: it ends early, and two fifths of it are numbers."""
    cells = line.text.split()
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in cells)
    return numbers >= 2 and numbers >= 0.4 * len(cells) and len(line.text) < 0.75 * usual.width
