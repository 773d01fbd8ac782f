"""Sentences: running text, cut at its full stops, each sentence with its exact place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stiltwalk.literature.extraction.layout import Span, running
from stiltwalk.literature.records.evidence import Passage
from stiltwalk.literature.records.papers import Text

_STOP: Final = re.compile(
    r"(?P<mark>[.!?…]{1,6})(?P<after>[\"'”\u2019)\]]{0,3}(?:\s?\[\d[\d,;– -]{0,30}\])?)(?=\s)"
)
_NEVER_LAST: Final = frozenset(
    """
    e.g i.e cf vs viz fig figs eq eqs sec secs tab tabs ch chap app dr mr mrs ms prof st approx resp ca pp vol
    ed eds nos incl esp al. et sect thm def lem prop ref refs resp. no p art suppl dept univ proc conf trans
    """.split()
)
"""Abbreviations behind which a sentence goes on; ``no`` and ``p`` only before a number."""

_MAYBE_LAST: Final = frozenset(
    {
        "al",
        "etc",
        "inc",
        "ltd",
        "co",
        "corp",
        "jr",
        "sr",
        "approx",
        "u.s",
        "u.k",
        "ph.d",
        "a.m",
        "p.m",
        "w.r.t",
        "i.i.d",
        "a.k.a",
    }
)
"""Abbreviations that may end a sentence: it depends on the word behind them."""

_ONLY_BEFORE_NUMBERS: Final = frozenset(
    {"no", "p", "art", "app", "prop", "def", "ch", "st", "ed", "tab", "ref", "sec", "trans"}
)
_STARTERS: Final = frozenset(
    """
    a after all although an and as at both but by compared during each finally first for from further gains he
    here however if in interestingly it its more moreover most no note of on one only our overall results she
    since so some still such table than that the their then there therefore these they this those thus to
    under unlike using we what when where whereas while with without training similarly second adding
    """.split()
)
_WORD_BEFORE: Final = re.compile(r"[^\s(\[{\"'“\u2018/—–]{1,40}$")
_INITIALS: Final = re.compile(r"(?:[A-Z]|[A-Z](?:\.-?[A-Z])+)")
_NEXT: Final = re.compile(r"\s+(?P<word>[\"'“\u2018(\[]*[^\s]+)")


def sentences(text: Text) -> tuple[Passage, ...]:
    """Every sentence of the running text, in order; headings, tables and lists of references are left out.

    A sentence never crosses a paragraph, and its quote is the text at its place to the letter.
    """
    return tuple(
        Passage(work=text.work, start=start, end=end, quote=text.text[start:end], section=part.section)
        for part in running(text)
        for start, end in _cut(text.text, part.span)
    )


def _cut(text: str, span: Span) -> Iterator[Span]:
    """The sentences of one paragraph."""
    start = span.start
    for match in _STOP.finditer(text, span.start, span.end):
        if match.end() >= span.end or not _ends(text, start, match, span.end):
            continue
        yield Span(start, match.end())
        start = match.end()
        while start < span.end and text[start].isspace():
            start += 1
    if start < span.end:
        yield Span(start, span.end)


def _ends(text: str, start: int, match: re.Match[str], limit: int) -> bool:
    """Whether a sentence that opened at ``start`` ends at a stop."""
    following = _NEXT.match(text, match.end(), min(limit, match.end() + 80))
    if following is None or not _opens(following["word"]):
        return False
    if _inside_brackets(text, start, match, limit):
        return False
    if match["mark"] != "." or match["after"]:
        return True
    before = _WORD_BEFORE.search(text, max(start, match.start() - 40), match.start())
    return before is None or not _abbreviated(before.group(), following["word"])


def _opens(word: str) -> bool:
    """Whether a word may be the first of a sentence: ``The``, ``2020``, ``(We``, ``mBERT``."""
    bare = word.lstrip("\"'“\u2018([")
    if not bare:
        return False
    return not bare[0].islower() or any(letter.isupper() for letter in bare[1:])


def _inside_brackets(text: str, start: int, match: re.Match[str], limit: int) -> bool:
    """Whether a bracket that opened in the sentence closes only behind the stop: ``(Fig. 2. The rest)``."""
    near = text[max(start, match.start() - 300) : match.end()]
    opened = near.rfind("(")
    if opened < 0 or ")" in near[opened:]:
        return False
    closing = text.find(")", match.end(), min(limit, match.end() + 300))
    return closing >= 0 and "(" not in text[match.end() : closing]


def _abbreviated(word: str, following: str) -> bool:
    """Whether the stop behind ``word`` only shortens it."""
    lower = word.lower()
    first = following.strip("\"'“\u2018([,.;:”\u2019)]").lower()
    if lower in _ONLY_BEFORE_NUMBERS:
        return following[:1].isdigit() or (lower not in {"no", "p", "def", "art"} and first not in _STARTERS)
    if lower in _NEVER_LAST:
        return True
    if lower in _MAYBE_LAST or _INITIALS.fullmatch(word):
        return first not in _STARTERS
    return False
