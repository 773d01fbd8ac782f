"""Layout: which lines of a text are running text, and which are headings, tables and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from stiltwalk.literature.records.papers import Section, Text


class Span(NamedTuple):
    """A piece of a text: its first character and the one behind it."""

    start: int
    end: int


class Part(NamedTuple):
    """A paragraph or an item of a list.

    Attributes:
        section: heading of the section that it stands in.
        span: its place, without the mark of a list.
    """

    section: str
    span: Span


_LEFT_OUT: Final = re.compile(
    r"(?:\W|\d|[ivx]+\.)*(?:references?|bibliography|literature cited|works cited"
    r"|acknowledge?ments?|author contributions?"
    r"|conflicts? of interest|competing interests?|funding|table of contents|contents|literatur"
    r"|références|bibliographie)\s*:?$",
    re.IGNORECASE,
)
_ITEM: Final = re.compile(r"\s{0,12}(?:[-*•·‣◦–]|\(?\d{1,2}[.)]|\(?[a-z]\)|\(?[ivx]{1,4}\))\s+(?=\S)")
_MARKDOWN: Final = re.compile(r"\s{0,3}#{1,6}\s")
_RULE: Final = re.compile(r"\s*(?:[-=_*~#]\s?){3,}\s*$")
_ENDED: Final = re.compile(r"[.!?…:;,][\"'”\u2019)\]*_]{0,3}\s*$")
_ENTRY: Final = re.compile(r"\s{0,4}(?:\[[\w+-]{1,12}\]|\d{1,3}\.)\s+[A-Z].{0,300}\b(?:19|20)\d\d[a-z]?\b")
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,]*%?")

MOST_WORDS_OF_A_HEADING: Final = 14


def running(text: Text) -> Iterator[Part]:
    """Paragraphs and items of the running text of ``text``, in order.

    Left out are headings, title and names above the first paragraph, tables, and sections such as References.
    """
    sections = text.sections or (Section(heading="", start=0, end=len(text.text)),)
    for section in sections:
        if _LEFT_OUT.match(section.heading.strip()):
            continue
        yield from _of_section(text.text, section)


def _of_section(text: str, section: Section) -> Iterator[Part]:
    """The running text of one section; a heading that nobody marked may close it."""
    start = section.start
    if section.heading and text.startswith(section.heading, start):
        start += len(section.heading)
    skipping = False
    for span in _blocks(text, Span(start, section.end)):
        line = text[span.start : span.end]
        if len(line) < 120 and _heads(line):
            skipping = bool(_LEFT_OUT.match(line.lstrip("# *")))
            continue
        if not skipping and not _is_table(line) and not _ENTRY.match(line):
            yield Part(section.heading, _without_mark(text, span))


def _blocks(text: str, whole: Span) -> Iterator[Span]:
    """Lines that belong together: parted by empty lines, and before the items of a list and headings."""
    first = last = -1
    position = whole.start
    for line in text[whole.start : whole.end].splitlines(keepends=True):
        start, position = position, position + len(line)
        bare = line.strip()
        if not bare or _RULE.match(line):
            if first >= 0:
                yield Span(first, last)
            first = -1
            continue
        low = start + len(line) - len(line.lstrip())
        if first >= 0 and (_opens(line) or _stands_alone(text[first:last])):
            yield Span(first, last)
            first = -1
        first = low if first < 0 else first
        last = low + len(bare)
    if first >= 0:
        yield Span(first, last)


def _opens(line: str) -> bool:
    """Whether a line begins something new though no empty line stands before it."""
    return bool(_ITEM.match(line) or _MARKDOWN.match(line) or "|" in line)


def _stands_alone(block: str) -> bool:
    """Whether what came before is a line that nothing is joined to: a heading, a row of a table."""
    return "\n" not in block and bool(
        _MARKDOWN.match(block) or block.count("|") > 1 or (len(block) < 60 and _heads(block))
    )


def _heads(line: str) -> bool:
    """Whether a line is a heading, a title or a row of names rather than a sentence."""
    if _MARKDOWN.match(line) or _LEFT_OUT.match(line):
        return True
    if _ENDED.search(line) or _ITEM.match(line):
        return False
    return len(line.split()) <= MOST_WORDS_OF_A_HEADING


def _is_table(line: str) -> bool:
    """Whether a block is a table or a piece of one: cells, or more numbers than words."""
    if line.count("|") > 1 or line.count("\t") > 2 or line.count(" & ") > 3:
        return True
    words = line.split()
    count = sum(bool(_NUMBER.fullmatch(word)) for word in words)
    return count > 4 and 2 * count > len(words)


def _without_mark(text: str, span: Span) -> Span:
    match = _ITEM.match(text, span.start, span.end)
    return Span(match.end(), span.end) if match else span
