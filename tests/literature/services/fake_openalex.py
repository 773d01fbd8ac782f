"""Plays OpenAlex's list of works, as its documentation describes it.

https://developers.openalex.org: guides/page-through-results, api-reference/authentication (read 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stiltwalk.literature.records.papers import Paper
from tests.literature.services.fake_services import Answered, Asked, Handler


def holding(papers: Sequence[Paper], *, records: Sequence[Any] = ()) -> Handler:
    """Finds all of ``papers`` for every query, page by page, then ``records`` as they are."""
    found = [*map(written, papers), *records]

    def answer(asked: Asked) -> Answered:
        if asked.path != "/works":
            return refused(404, "Not Found", asked.path)
        rows = int(asked.param("per_page", "25"))
        if not 1 <= rows <= 100:
            return refused(400, "Pagination error.", "per-page must be between 1 and 100")
        cursor = asked.param("cursor")
        start = 0 if cursor == "*" else int(cursor.removeprefix("after-"))
        end = start + rows
        following = f"after-{end}" if end < len(found) else None
        return answered(found[start:end], len(found), following)

    return answer


def answered(records: Sequence[Any], total: Any, following: Any = None) -> Answered:
    """A page with ``records`` as they are."""
    meta = {"count": total, "per_page": 100, "next_cursor": following, "cost_usd": 0.001}
    return Answered(json.dumps({"meta": meta, "results": records, "group_by": []}).encode())


def refused(status: int, error: str, message: str) -> Answered:
    """An error."""
    return Answered(json.dumps({"error": error, "message": message}).encode(), status)


def with_credit(answer: Answered, left: float, cost: float = 0.001) -> Answered:
    """``answer`` with headers that say what of the day's credit is left; it is renewed in an hour."""
    said = (
        ("X-RateLimit-Limit-USD", "0.1"),
        ("X-RateLimit-Remaining-USD", f"{left:g}"),
        ("X-RateLimit-Cost-USD", f"{cost:g}"),
        ("X-RateLimit-Prepaid-Remaining-USD", "0"),
        ("X-RateLimit-Reset", "3600"),
    )
    return answer._replace(headers=(*answer.headers, *said))


def written(paper: Paper) -> Mapping[str, Any]:
    """The work that stands for ``paper``."""
    words: dict[str, list[int]] = {}
    for place, word in enumerate(paper.abstract.split()):
        words.setdefault(word, []).append(place)
    pdf = next(iter(paper.full_text), None)
    location = {
        "is_oa": pdf is not None,
        "landing_page_url": paper.url or None,
        "pdf_url": pdf,
        "source": {"display_name": paper.venue, "type": "journal"} if paper.venue else None,
    }
    return {
        "id": f"https://openalex.org/{paper.id}",
        "doi": f"https://doi.org/{paper.doi}" if paper.doi else None,
        "display_name": paper.title,
        "publication_year": paper.year,
        "type": paper.kind or None,
        "language": paper.language or None,
        "is_retracted": paper.retracted,
        "cited_by_count": paper.citations,
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        "primary_location": location,
        "best_oa_location": location if pdf else None,
        "open_access": {"is_oa": pdf is not None, "oa_url": pdf},
        "locations": [location],
        "abstract_inverted_index": words or None,
    }
