"""Screening: which works are about the question, of the years and in the languages that are read."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.records.papers import Text, Work
from stiltwalk.literature.records.synthesis import Excluded, Question, Reason
from stiltwalk.literature.words import stems

LEAST_SHARE: Final = 1 / 3
"""Share of the question's terms, rounded up, that a work about it has at least."""

FEW_TERMS: Final = 4
"""A question of so many terms or more wants two of them at least: one word says too little."""

OPENING_WORDS: Final = 500
"""Of a text: what it is about stands in its abstract and introduction; a whole paper has most words."""

Stage = Literal["screening", "text"]


class Screened(NamedTuple):
    """Works, parted.

    Attributes:
        kept: to be read, in order.
        excluded: the others, in order.
    """

    kept: tuple[Work, ...]
    excluded: tuple[Excluded, ...]


def screened(works: Sequence[Work], question: Question, terms: Sequence[str]) -> Screened:
    """``works`` by what their sources say: retracted or not, year, language, title and abstract.

    A work is about the question if its title and abstract have a third of the question's terms (see
    :func:`terms_needed`). A work without an abstract goes on to its text, and what a source does not say
    excludes nothing.

    Args:
        works: all of them.
        question: its years and languages.
        terms: of the question, as stems (``words.terms``).
    """
    judged = [(work, _excluded(work, question, terms)) for work in works]
    return Screened(
        kept=tuple(work for work, out in judged if out is None),
        excluded=tuple(out for _, out in judged if out is not None),
    )


def excluded_by_text(work: Work, text: Text, question: Question, terms: Sequence[str]) -> Excluded | None:
    """Why ``work`` is left out now that its text was read; ``None``: it is not.

    By the language of the text, and by the question's terms in its title and the first 500 words of its text,
    of which a third must be there as in screening by title and abstract.
    """
    read = ", ".join(question.languages)
    if text.language and _language(text.language) not in map(_language, question.languages):
        note = f"The text is in '{text.language}'; read are: {read}."
        return _out(work, "text", "not in a language that is read", note)
    opening = " ".join(re.split(r"\s+", text.text, maxsplit=OPENING_WORDS)[:OPENING_WORDS])
    where = "abstract" if text.of == "abstract" else f"first {OPENING_WORDS} words"
    return _not_about(work, opening, f"Its title and {where}", "text", terms)


def terms_needed(terms: Sequence[str]) -> int:
    """How many of ``terms`` a work about the question has at least."""
    needed = math.ceil(LEAST_SHARE * len(terms))
    return max(2, needed) if len(terms) >= FEW_TERMS else needed


def _excluded(work: Work, question: Question, terms: Sequence[str]) -> Excluded | None:
    paper = work.paper
    if paper.retracted:
        sources = ", ".join(sorted({each.source for each in work.records if each.retracted})) or paper.source
        return _out(work, "screening", "retracted", f"It was withdrawn, says {sources}.")
    if note := _outside_years(paper.year, question):
        return _out(work, "screening", "outside the years", note)
    if paper.language and _language(paper.language) not in map(_language, question.languages):
        note = f"Its language is '{paper.language}'; read are: {', '.join(question.languages)}."
        return _out(work, "screening", "not in a language that is read", note)
    if not paper.abstract:
        return None
    return _not_about(work, paper.abstract, "Its title and abstract", "screening", terms)


def _outside_years(year: int | None, question: Question) -> str:
    if year is None:
        return ""
    if question.since is not None and year < question.since:
        return f"It is of {year}, before {question.since}."
    if question.until is not None and year > question.until:
        return f"It is of {year}, after {question.until}."
    return ""


def _not_about(work: Work, text: str, what: str, stage: Stage, terms: Sequence[str]) -> Excluded | None:
    found = set(stems(f"{work.paper.title}\n{text}"))
    shared = [term for term in terms if term in found]
    needed = terms_needed(terms)
    if len(shared) >= needed:
        return None
    which = f": {', '.join(shared)}" if shared else ""
    note = f"{what} share {len(shared)} of {len(terms)} terms with the question{which}; {needed} are needed."
    return _out(work, stage, "not about the question", note)


def _out(work: Work, stage: Stage, reason: Reason, note: str) -> Excluded:
    return Excluded(key=work.key, title=work.paper.title, stage=stage, reason=reason, note=note)


_THREE_LETTERS: Final = {
    "ara": "ar", "chi": "zh", "deu": "de", "eng": "en", "fra": "fr", "fre": "fr", "ger": "de", "hin": "hi",
    "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl", "dut": "nl", "pol": "pl", "por": "pt", "rus": "ru",
    "spa": "es", "swa": "sw", "tur": "tr", "ukr": "uk", "zho": "zh",
}  # fmt: skip
"""ISO 639-2 codes, of both kinds, that some sources use in place of ISO 639-1."""


def _language(code: str) -> str:
    """``code`` in ISO 639-1, without a region."""
    bare = re.split(r"[-_]", code.lower())[0]
    return _THREE_LETTERS.get(bare, bare)
