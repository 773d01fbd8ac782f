"""Plays Crossref's REST API, as its OpenAPI document describes it.

The route ``/works`` and the schemas ``WorksMessage``, ``Works`` and ``Work`` of https://api.crossref.org,
version 3.32.0 (read 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from stiltwalk.literature.records.papers import Paper
from tests.literature.services.fake_services import Answered, Asked, Handler

TYPES: Final = {
    "article": "journal-article",
    "proceedings": "proceedings-article",
    "preprint": "posted-content",
    "thesis": "dissertation",
    "book": "book",
    "report": "report",
    "other": "other",
}


def holding(
    papers: Sequence[Paper], *, record: Callable[[Paper], Mapping[str, Any]] | None = None
) -> Handler:
    """Finds all of ``papers`` for every query, page by page; ``record`` says how each is written."""
    write = record or written

    def answer(asked: Asked) -> Answered:
        if asked.path != "/works":
            return Answered(b"Resource not found.", 404, "text/plain")
        rows, offset = asked.param("rows", "20"), asked.param("offset", "0")
        if not rows.isdigit() or int(rows) > 1000:
            return refused("integer-not-valid", rows, "Integer specified as rows must be at most 1000")
        if not offset.isdigit() or int(offset) + int(rows) > 10_000:
            return refused("integer-not-valid", offset, "Offset and rows together must be at most 10000")
        unknown = set(asked.param("select").split(",")) - ELEMENTS
        if unknown:
            return refused("parameter-not-allowed", ",".join(unknown), "This element cannot be selected")
        for each in asked.param("filter").split(","):
            name, _, value = each.partition(":")
            if name not in {"from-pub-date", "until-pub-date", "type"} or (
                name == "type" and value not in KNOWN_TYPES
            ):
                return refused("filter-not-available", each, "Filter is not available for this route")
        found = papers[int(offset) : int(offset) + int(rows)]
        return works([write(each) for each in found], len(papers), int(rows))

    return answer


def works(items: Sequence[object], total: int, rows: int = 20) -> Answered:
    """The list with ``items`` as they are."""
    message = {
        "facets": {},
        "total-results": total,
        "items": items,
        "items-per-page": rows,
        "query": {"start-index": 0, "search-terms": None},
    }
    return said({"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message})


def refused(kind: str, value: str, why: str, status: int = 400) -> Answered:
    """A request that is not taken."""
    problem = {"type": kind, "value": value, "message": why}
    return said({"status": "failed", "message-type": "validation-failure", "message": [problem]}, status)


def said(sent: object, status: int = 200) -> Answered:
    """``sent`` as JSON."""
    return Answered(json.dumps(sent).encode(), status, headers=LIMITS)


def written(paper: Paper) -> dict[str, Any]:
    """``paper`` as a record; its abstract is JATS already."""
    given_family = [each.rpartition(" ") for each in paper.authors]
    record: dict[str, Any] = {
        "DOI": paper.doi.upper(),
        "URL": f"https://doi.org/{paper.doi}",
        "title": [paper.title],
        "author": [
            {"given": given, "family": family, "sequence": "first", "affiliation": []}
            for given, _, family in given_family
        ],
        "issued": {"date-parts": [[paper.year, 12]]},
        "container-title": [paper.venue],
        "type": TYPES[paper.kind or "other"],
        "is-referenced-by-count": paper.citations,
    }
    if paper.abstract:
        record["abstract"] = paper.abstract
    if paper.full_text:
        record["link"] = [
            {
                "URL": each,
                "content-type": "application/pdf",
                "content-version": "vor",
                "intended-application": "text-mining",
            }
            for each in paper.full_text
        ]
    return record


KNOWN_TYPES: Final = frozenset(
    """
    book book-chapter book-part book-section book-series book-set book-track component dataset
    dissertation edited-book journal journal-article journal-issue journal-volume monograph other
    posted-content proceedings proceedings-article reference-book reference-entry report report-series
    standard standard-series
    """.split()
)
"""Ids of https://api.crossref.org/types (as listed in https://github.com/greenelab/scihub/issues/7)."""

LIMITS: Final = (("x-rate-limit-limit", "5"), ("x-rate-limit-interval", "1s"), ("x-api-pool", "public"))

ELEMENTS: Final = frozenset(
    """
    DOI ISBN ISSN URL abstract accepted alternative-id approved archive article-number assertion author
    chair clinical-trial-number container-title content-created content-domain created degree deposited
    editor event funder group-title indexed is-referenced-by-count issn-type issue issued license link
    member original-title page posted prefix published published-online published-print publisher
    publisher-location reference references-count relation score short-container-title short-title
    standards-body subject subtitle title translator type update-policy update-to updated-by volume
    """.split()
)
"""What ``select`` takes."""
