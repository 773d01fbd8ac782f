"""Papers: as one source describes them, as all describe them together, and their text."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stiltwalk.spec.record import Record

Kind = Literal["article", "proceedings", "preprint", "thesis", "book", "report", "other", ""]
"""Of a publication; empty: the source does not say."""


class Paper(Record):
    """A paper as one source describes it; what the source does not say is empty or ``None``, never guessed.

    Attributes:
        source: ``openalex``, ``arxiv``, ``semanticscholar``, ``crossref``, ``acl`` or ``folder``.
        id: its id there: ``W2741809807``, ``2005.13013``; of a file its path below the folder, of an entry of
            a BibTeX file its key.
        title: one line, plain text.
        authors: ``Given Family``, in order.
        year: of publication.
        venue: journal or proceedings.
        kind: of publication.
        doi: lower case, without a resolver's address.
        arxiv: number there, without a version.
        abstract: plain text.
        language: ISO 639-1 code.
        url: its page for people.
        full_text: addresses of open full texts, best first; of a file its path below the folder.
        citations: how often it is cited, as the source counts.
        retracted: whether the source says that it was withdrawn.
    """

    source: str
    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    kind: Kind = ""
    doi: str = ""
    arxiv: str = ""
    abstract: str = ""
    language: str = ""
    url: str = ""
    full_text: tuple[str, ...] = ()
    citations: int | None = Field(None, ge=0)
    retracted: bool = False


class Work(Record):
    """A paper as all sources describe it together.

    Attributes:
        key: of its own among works, the same in every run: ``doi:…``, ``arxiv:…``, ``acl:…``, ``file:…``, or
            ``title:`` and a digest.
        paper: the best of every field; ``source`` and ``id`` are those of the record it rests on most.
        records: what it was merged from, in the order of sources.
        differences: sentences: where its records contradict each other.
    """

    key: str
    paper: Paper
    records: tuple[Paper, ...] = Field(min_length=1)
    differences: tuple[str, ...] = ()


class Section(Record):
    """A part of a text.

    Attributes:
        heading: as printed; empty: before the first.
        start: the first character of it, heading included.
        end: the character behind it.
    """

    heading: str
    start: int
    end: int


class Text(Record):
    """What was read of a work.

    Attributes:
        work: its key.
        of: whether all of it was read or only its abstract.
        origin: the address, the path below the folder, or the source of the abstract.
        sha256: of the bytes that were read.
        text: plain text, Unicode NFC; paragraphs are lines, parted by empty ones. Spans count its characters.
        sections: in order; they cover it from the first character to the last.
        language: ISO 639-1 code, as detected; empty: too little text to tell.
        notes: sentences: what of it could not be read, or is to be known about it.
    """

    work: str
    of: Literal["full text", "abstract"]
    origin: str
    sha256: str
    text: str
    sections: tuple[Section, ...] = ()
    language: str = ""
    notes: tuple[str, ...] = ()
