"""The synthesis: a question, how papers were found and chosen, what they claim, how well it was checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import Field

from stiltwalk.literature.records.evidence import Checked, Passage
from stiltwalk.literature.records.papers import Work
from stiltwalk.spec.record import Record


class Question(Record):
    """What is asked, and where and how far is searched.

    Attributes:
        text: the question, as asked.
        query: words that are sent to the databases in place of the question's own; empty: the question's.
        sources: databases, by name.
        folder: a folder of papers on this machine, absolute; empty: none.
        limit: most records of one database.
        since: papers of earlier years are left out; ``None``: none are.
        until: papers of later years are left out; ``None``: none are.
        languages: ISO 639-1 codes of languages that are read.
    """

    text: str = Field(min_length=1)
    query: str = ""
    sources: tuple[str, ...] = ()
    folder: str = ""
    limit: int = Field(100, ge=1)
    since: int | None = None
    until: int | None = None
    languages: tuple[str, ...] = ("en",)


class Searched(Record):
    """How the search of one source went.

    Attributes:
        source: a database's name, or ``folder``.
        query: what it was asked, to the letter; of a folder its path.
        at: when it answered, ISO 8601 in UTC: the oldest answer that was used, were they kept from before.
        total: how many records it says it has for that; ``None``: it does not say.
        found: how many it gave.
        unreadable: sentences: records and files that could not be read, and why.
        failed: why it gave less than it has, or nothing; empty: it did not fail. A limit is no failure.
    """

    source: str
    query: str
    at: str = ""
    total: int | None = None
    found: int = 0
    unreadable: tuple[str, ...] = ()
    failed: str = ""


Reason = Literal[
    "not about the question",
    "outside the years",
    "not in a language that is read",
    "retracted",
    "no text",
    "text could not be read",
]
"""Why a work is left out."""


class Excluded(Record):
    """A work that was left out.

    Attributes:
        key: of the work.
        title: its.
        stage: at which it was: by title and abstract, or by its text.
        reason: why.
        note: what was found: one sentence.
    """

    key: str
    title: str
    stage: Literal["screening", "text"]
    reason: Reason
    note: str = ""


class Screening(Record):
    """How papers were chosen, counted as PRISMA 2020 does.

    ``identified == duplicates + len(excluded) + len(included)``.

    Attributes:
        identified: records of all sources.
        duplicates: records of works that another record had brought.
        excluded: works that were left out, in the order of works.
        included: keys of works that claims are taken from, in the order of works.
        full_texts: of these, how many were read whole; of the others the abstract.
    """

    identified: int
    duplicates: int
    excluded: tuple[Excluded, ...] = ()
    included: tuple[str, ...] = ()
    full_texts: int = 0


class Read(Record):
    """What was read of an included work: a ``Text`` without the text.

    Attributes:
        work: its key.
        of: whether all of it or its abstract.
        origin: where from.
        sha256: of the bytes.
        language: as detected.
        characters: of the text.
        notes: sentences: what of it could not be read.
    """

    work: str
    of: Literal["full text", "abstract"]
    origin: str
    sha256: str
    language: str
    characters: int
    notes: tuple[str, ...] = ()


class Score(Record):
    """What one reviewer says of a synthesis.

    Attributes:
        reviewer: ``coverage``, ``agreement``, ``recency``, ``source quality``, ``verification``, or
            one's own.
        score: 0 to 10; ``None``: there is nothing to judge by, which the reasons say, and the total does
            without.
        reasons: sentences with numbers: what it rests on, and what would raise it.
    """

    reviewer: str
    score: float | None = Field(None, ge=0, le=10)
    reasons: tuple[str, ...] = Field(min_length=1)


class Synthesis(Record):
    """Everything that a synthesis says; its report is laid out from this alone.

    Attributes:
        name: by which it is kept.
        question: what was asked.
        terms: words of the question that papers were screened by, as stems.
        made: when, ISO 8601 in UTC.
        searched: how the search of each source went, in order.
        screening: how papers were chosen.
        works: those included, in order.
        read: what was read of them, in the same order.
        checked: every claim and what was found for it, in the order of works and places.
        judge: who judged.
        retrieval: how evidence was searched for.
        scores: of the reviewers.
        suspicious: passages that address whoever reads by machine; they were read as text and nothing else,
            and no claim was taken from them.
        warnings: sentences: metadata that differ, sources that failed, texts in part unreadable.
    """

    name: str
    question: Question
    terms: tuple[str, ...]
    made: str
    searched: tuple[Searched, ...]
    screening: Screening
    works: tuple[Work, ...]
    read: tuple[Read, ...]
    checked: tuple[Checked, ...]
    judge: str
    retrieval: str
    scores: tuple[Score, ...] = ()
    suspicious: tuple[Passage, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> float | None:
        """The mean of the reviewers' scores, 0 to 10; ``None``: none of them had anything to judge by."""
        known = [each.score for each in self.scores if each.score is not None]
        return sum(known) / len(known) if known else None


Reviewer = Callable[[Synthesis], Score]
"""Looks at a synthesis, without scores, and gives its own."""
