"""Plays Semantic Scholar's Academic Graph: the search by relevance and the one in bulk.

https://api.semanticscholar.org/api-docs/graph (read 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stiltwalk.literature.records.papers import Paper
from tests.literature.services.fake_services import Answered, Asked, Handler

MOST_BY_RELEVANCE = 1_000
MOST_IN_BULK = 1_000


def holding(papers: Sequence[Paper], *, records: Sequence[Any] = ()) -> Handler:
    """Finds all of ``papers`` for every query, and ``records`` as they are, the best first; in bulk by id."""
    found = [*map(written, papers), *records]

    def by_relevance(asked: Asked) -> Answered:
        offset, rows = int(asked.param("offset", "0")), int(asked.param("limit", "100"))
        if rows > 100 or offset + rows > MOST_BY_RELEVANCE:
            return refused("Requested data for this limit and/or offset is not available")
        end = offset + rows
        sent: dict[str, Any] = {"total": len(found), "offset": offset, "data": found[offset:end]}
        return answered(sent | ({"next": end} if end < len(found) else {}))

    def in_bulk(asked: Asked) -> Answered:
        start = int(asked.param("token", "after-0").removeprefix("after-"))
        end = start + MOST_IN_BULK
        ordered = sorted(found, key=lambda record: str(record.get("paperId")))
        token = f"after-{end}" if end < len(found) else None
        return answered({"total": len(found), "token": token, "data": ordered[start:end]})

    def answer(asked: Asked) -> Answered:
        if asked.path == "/paper/search":
            return by_relevance(asked)
        return in_bulk(asked) if asked.path == "/paper/search/bulk" else refused("Not Found", 404)

    return answer


def answered(sent: Mapping[str, Any]) -> Answered:
    """``sent`` as it is."""
    return Answered(json.dumps(sent).encode())


def refused(why: str, status: int = 400) -> Answered:
    """An error."""
    return Answered(json.dumps({"error": why}).encode(), status)


def written(paper: Paper) -> Mapping[str, Any]:
    """The record that stands for ``paper``."""
    ids = {"DOI": paper.doi.upper(), "ArXiv": paper.arxiv, "CorpusId": 215416146}
    return {
        "paperId": paper.id,
        "externalIds": {name: value for name, value in ids.items() if value},
        "url": paper.url or None,
        "title": paper.title,
        "abstract": paper.abstract or None,
        "venue": paper.venue,
        "publicationVenue": None,
        "year": paper.year,
        "citationCount": paper.citations,
        "openAccessPdf": {"url": paper.full_text[0], "status": "GREEN"} if paper.full_text else None,
        "publicationTypes": {
            "article": ["JournalArticle"],
            "proceedings": ["JournalArticle", "Conference"],
        }.get(paper.kind),
        "journal": None,
        "authors": [{"authorId": "1", "name": name} for name in paper.authors],
    }
