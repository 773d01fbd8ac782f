"""Pages: without what is printed on each of them, one after the other as their text runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from stiltwalk.literature.full_text.lines import Line, measures
from stiltwalk.literature.full_text.parts import Page

_EDGE: Final = 2
"""Lines at the head and at the foot of a page that may be printed on others too."""

_PAGE_NUMBER: Final = re.compile(
    r"(?:page\s*)?[-\u2013\u2014|\s]*\d{1,5}[-\u2013\u2014|\s]*(?:(?:of|/)\s*\d{1,5})?", re.IGNORECASE
)
_NOTE: Final = re.compile(
    r"(?:\^?\d{1,2}|[*\u2217\u2020\u2021\u00a7\u00b6]|c?\s?\u00a9|c\u25cb)\s*[\w(\"'\u201c]"
)


def running(pages: Sequence[Page]) -> list[Line]:
    """Lines of ``pages`` without running heads, page numbers and line numbers; notes stand at the end.

    A line at an edge of a page is a running head if, but for its numbers, it stands at an edge of two other
    pages at least and of a fifth of all. Notes at the foot of a column would part sentences that go on in
    the next; they are told by their smaller print.
    """
    kept = [_without_line_numbers([line for line in page.lines if line.text]) for page in pages]
    heads: Counter[str] = Counter()
    for lines in kept:
        heads.update({_shape(line) for line in _edges(lines)})
    often = max(3, len(pages) / 5)
    usual = measures([line for lines in kept for line in lines]).size
    text: list[Line] = []
    notes: list[Line] = []
    for lines in kept:
        edges = {
            id(line)
            for line in _edges(lines)
            if heads[_shape(line)] >= often or _PAGE_NUMBER.fullmatch(line.text.strip())
        }
        body = [line for line in lines if id(line) not in edges]
        for line, is_note in zip(body, _are_notes(body, usual), strict=True):
            (notes if is_note else text).append(line)
    # an empty line: the first note does not go on from the last paragraph
    return [*text, Line(""), *_parted(notes)] if notes else text


def _edges(lines: Sequence[Line]) -> list[Line]:
    return [*lines[:_EDGE], *lines[_EDGE:][-_EDGE:]]


def _shape(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxl]+\b", "#", line.text.casefold())


def _without_line_numbers(lines: list[Line]) -> list[Line]:
    """``lines`` without those that are a number alone, if so many are that they count a draft's lines."""
    bare = [line for line in lines if re.fullmatch(r"\d{1,4}", line.text)]
    return lines if len(bare) < max(20, 0.3 * len(lines)) else [line for line in lines if line not in bare]


def _are_notes(lines: Sequence[Line], usual: float) -> list[bool]:
    """Of each of ``lines``, whether it belongs to notes at the foot of a column.

    They are smaller than the text, begin with a sign, and what follows them begins higher up.
    """
    small = [0 < line.size < 0.95 * usual and not line.bold for line in lines]
    notes = [False] * len(lines)
    start = 0
    while start < len(lines):
        if not (small[start] and _NOTE.match(lines[start].text)):
            start += 1
            continue
        end = start + 1
        while end < len(lines) and small[end] and lines[end].y < lines[end - 1].y + 1:
            end += 1
        if end == len(lines) or lines[end].y > lines[start].y:
            notes[start:end] = [True] * (end - start)
        start = end
    return notes


def _parted(notes: Sequence[Line]) -> Iterator[Line]:
    for note in notes:
        if _NOTE.match(note.text):
            yield Line("")
        yield note
