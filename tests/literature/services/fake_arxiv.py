"""Plays arXiv's query API, as its user's manual describes it.

https://info.arxiv.org/help/api/user-manual.html, sections 3.1 to 3.4 (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from stiltwalk.literature.records.papers import Paper
from tests.literature.services.fake_services import Answered, Asked, Handler

ATOM: Final = "application/atom+xml"

HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">\n'
    "<id>https://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id><title>arXiv Query</title>"
    "<updated>2026-11-22T00:00:00Z</updated>\n"
)


def holding(papers: Sequence[Paper], *, entry: Callable[[Paper], str] | None = None) -> Handler:
    """Finds all of ``papers`` for every query, page by page; ``entry`` says how each is written."""
    write = entry or written

    def answer(asked: Asked) -> Answered:
        if asked.path not in {"", "/"}:
            return Answered(b"", 404, "text/html")
        try:
            start, rows = int(asked.param("start", "0")), int(asked.param("max_results", "10"))
        except ValueError:
            return refused("start must be an integer")
        if rows > 30_000 or start < 0:
            return refused("max_results must be <= 30000")
        found = papers[start : start + min(rows, 2000)]
        return feed([write(each) for each in found], len(papers), start)

    return answer


def feed(entries: Sequence[str], total: int, start: int = 0) -> Answered:
    """The feed with ``entries`` as they are."""
    counts = (
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
        f"<opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>\n"
    )
    return Answered("".join([HEAD, counts, *entries, "</feed>"]).encode(), media_type=ATOM)


def refused(why: str) -> Answered:
    """The error, as an entry."""
    entry = (
        f"<entry><id>https://arxiv.org/api/errors#{why.replace(' ', '_')}</id><title>Error</title>"
        f"<summary>{escape(why)}</summary><updated>2026-11-22T00:00:00Z</updated>"
        "<author><name>arXiv api core</name></author></entry>"
    )
    return feed([entry], 1)


def written(paper: Paper, *, version: int = 2, comment: str = "") -> str:
    """``paper`` as an entry."""
    number = f"{paper.arxiv or paper.id}v{version}"
    optional = "".join(
        f"<arxiv:{name}>{escape(value)}</arxiv:{name}>"
        for name, value in (("comment", comment), ("journal_ref", paper.venue), ("doi", paper.doi))
        if value
    )
    authors = "".join(f"<author><name>{escape(each)}</name></author>" for each in paper.authors)
    return (
        f"<entry><id>http://arxiv.org/abs/{number}</id>"
        f"<updated>{paper.year}-06-25T17:09:59Z</updated><published>{paper.year}-05-26T16:02:02Z</published>"
        f"<title>{escape(paper.title)}</title>\n  <summary>  {escape(paper.abstract)}\n</summary>"
        f"{authors}{optional}"
        f'<link href={quoteattr(f"http://arxiv.org/abs/{number}")} rel="alternate" type="text/html"/>'
        f'<link title="pdf" href={quoteattr(f"http://arxiv.org/pdf/{number}")} rel="related" '
        'type="application/pdf"/>'
        '<arxiv:primary_category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>'
        '<category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/></entry>\n'
    )
