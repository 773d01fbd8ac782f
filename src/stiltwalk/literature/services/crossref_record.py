"""A record of Crossref as a paper.

Read 2026-11-22: fields are those of the schema ``Work`` in the OpenAPI document of https://api.crossref.org,
version 3.32.0; types of works those of https://api.crossref.org/types. What an editorial update is, and where
it is noted: https://www.crossref.org/documentation/crossmark/crossmark-registering-updates/. What a link is
meant for: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stiltwalk.literature.records.papers import Kind, Paper
from stiltwalk.literature.services import fields, markup

MOST_TEXTS: Final = 4
"""Addresses of full texts that are kept of a record."""

_KINDS: Final[Mapping[str, Kind]] = {
    "journal-article": "article",
    "proceedings-article": "proceedings",
    "posted-content": "preprint",
    "dissertation": "thesis",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "book-chapter": "book",
    "book-part": "book",
    "book-section": "book",
    "report": "report",
    "report-component": "report",
}

_NO_PAPERS: Final = frozenset(
    """
    book-series book-set book-track component database dataset grant journal journal-issue journal-volume
    peer-review proceedings proceedings-series report-series standard-series
    """.split()
)
"""Types of records that are no paper but hold some, belong to one, or judge one."""

_ENDED: Final = frozenset({"retraction", "withdrawal", "removal"})
"""Updates after which a work no longer stands."""

_READABLE: Final = ("text/html", "application/pdf")
"""Types of full texts that are read, best first."""


def read_record(record: object) -> Paper | str:
    """The paper of ``record``, or why there is none."""
    item = fields.mapping(record)
    doi = fields.doi(item.get("DOI"))
    if not doi:
        return f"A record has no DOI: {fields.shown(record)}."
    kind = fields.text(item.get("type"))
    if kind in _NO_PAPERS:
        return f"Record '{doi}' is no paper: Crossref calls it {fields.shown(kind)}."
    title = _title(item)
    if not title:
        return f"Record '{doi}' has no title."
    return Paper(
        source="crossref",
        id=doi,
        title=title,
        authors=tuple(filter(None, (_name(each) for each in fields.objects(item.get("author"))))),
        year=_year(item),
        venue=_first(item.get("container-title")),
        kind=_KINDS.get(kind, "other" if kind else ""),
        doi=doi,
        arxiv=fields.arxiv_of_doi(doi) or _preprint(item),
        abstract=markup.from_jats(item.get("abstract")),
        language=fields.language(item.get("language")),
        url=f"https://doi.org/{doi}",
        full_text=fields.without_repeats(_texts(item), MOST_TEXTS),
        citations=fields.count(item.get("is-referenced-by-count")),
        retracted=_retracted(item, doi),
    )


def _line(value: object) -> str:
    return fields.text(markup.from_jats(value))


def _first(values: object) -> str:
    """The first text of a list; lists of titles begin with the one in the original language."""
    texts = values if isinstance(values, list) else [values]
    return next((line for line in map(_line, texts) if line), "")


def _title(item: Mapping[str, Any]) -> str:
    title, subtitle = _first(item.get("title")), _first(item.get("subtitle"))
    if title and subtitle and subtitle.lower() not in title.lower():
        return f"{title.rstrip(':')}: {subtitle}"
    return title


def _name(author: Mapping[str, Any]) -> str:
    """``Given Family``; a group has a name."""
    parts = (author.get("given"), author.get("family"), author.get("suffix"))
    return " ".join(filter(None, map(_line, parts))) or _line(author.get("name"))


def _year(item: Mapping[str, Any]) -> int | None:
    """Of ``issued``, the earliest date of publication that is known; a missing one is ``[[null]]``."""
    for name in ("issued", "published"):
        parts = fields.mapping(item.get(name)).get("date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        year = fields.year(first[0]) if isinstance(first, list) and first else None
        if year is not None:
            return year
    return None


def _preprint(item: Mapping[str, Any]) -> str:
    """The arXiv number of the preprint, where the record relates to one there."""
    related = fields.mapping(item.get("relation")).get("has-preprint")
    for each in fields.objects(related if isinstance(related, list) else [related]):
        named = fields.text(each.get("id"))
        on_arxiv = fields.text(each.get("id-type")).lower() == "arxiv"
        number = fields.arxiv_number(named) if on_arxiv else fields.arxiv_of_doi(fields.doi(named))
        if number:
            return number
    return ""


def _texts(item: Mapping[str, Any]) -> Iterator[str]:
    """Addresses that a person or a program may read the text at.

    Publishers leave one for text mining, and one that checks for similarity, which is for that service
    alone; what is meant for nothing in particular is taken only where its type says that it is a text.
    """
    links = [
        link
        for link in fields.objects(item.get("link"))
        if link.get("intended-application") in {"text-mining", "unspecified"}
    ]
    for media_type in _READABLE:
        for link in links:
            if fields.text(link.get("content-type")).lower() == media_type:
                yield fields.web_address(link.get("URL"))


def _retracted(item: Mapping[str, Any], doi: str) -> bool:
    """Whether an update ended the work.

    The notice of a retraction says in ``update-to`` what it retracts, and the retracted work in
    ``updated-by`` what retracts it: the notice itself still stands. A work that names itself was changed in
    its place.
    """
    ended = any(_ends(each) for each in fields.objects(item.get("updated-by")))
    itself = any(
        _ends(each) and fields.doi(each.get("DOI")) == doi for each in fields.objects(item.get("update-to"))
    )
    return ended or itself


def _ends(update: Mapping[str, Any]) -> bool:
    return fields.text(update.get("type")).lower() in _ENDED
