"""arXiv: its query API, as the user's manual describes it.

https://info.arxiv.org/help/api/user-manual.html and its terms of use beside it (read 2026-11-22).
What it answers is read by `arxiv_feed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stiltwalk.literature.services.arxiv_feed import Feed, read_feed
from stiltwalk.literature.services.paging import Sent, pages_by_number
from stiltwalk.literature.services.service import Client, Page, Request, Service, ServiceError
from stiltwalk.spec.errors import UserError

INTERVAL: Final = 3.0
"""Seconds between two requests; the terms of use allow one request every three seconds, one at a time."""

ROWS: Final = 100
"""Records of a page, whatever the limit: a later search with a higher one has them kept. Up to 2000 are
allowed; the manual asks for small ones."""

MOST: Final = 30_000
"""Records of a query that can be reached at all."""

TRIES: Final = 3
"""How often a page is asked for that is no feed, or is empty though there is more: the API has such answers
now and then, and another request gets the records (https://github.com/lukasschwab/arxiv.py/issues/43, read
2026-11-22)."""

MOST_TERMS: Final = 40
"""Words of a query: an address has no room for endless ones."""

FIRST_DAY: Final = "199101010000"
LAST_DAY: Final = "209912312359"
"""Ends of a range of dates that has only one: arXiv is of August 1991, its numbers reach to 2099."""

_TERM: Final = re.compile(r'"([^"]*)"|(\S+)')
_UNSAFE: Final = re.compile(r"[^\w.'#&/+-]+")
_EDGES: Final = ".'#&/+-_ "
_OPERATORS: Final = frozenset({"AND", "OR", "ANDNOT", "NOT", "TO"})


def search_query(words: str, since: int | None, until: int | None) -> str:
    """The value of ``search_query``: any of ``words`` in any field, submitted in these years.

    The words are joined by OR and records are sorted by relevance, which in the search engine that the manual
    names, Lucene, grows with the number of words that a record has: a question of eight words would find
    nothing joined by AND. Words in quotation marks are a phrase; so are the parts of a compound, which the
    engine takes apart as it did those of the records.

    Raises:
        UserError: there is no word in ``words``.
    """
    terms = " OR ".join(f"all:{each}" for each in _terms(words))
    if not terms:
        raise UserError(f"arXiv cannot be searched for {words!r}: there is no word in it. Name the subject.")
    if since is None and until is None:
        return terms
    first = FIRST_DAY if since is None else f"{since:04d}01010000"
    last = LAST_DAY if until is None else f"{until:04d}12312359"
    return f"({terms}) AND submittedDate:[{first} TO {last}]"


def pages(
    words: str, since: int | None, until: int | None, limit: int, endpoint: str, client: Client
) -> Iterator[Page]:
    """Pages of what arXiv finds, as `Service.pages` says.

    Raises:
        ServiceError: arXiv does not answer, or answers with an error, or something else than a feed.
    """
    query = search_query(words, since, until)

    def ask(start: int) -> Sent:
        feed, at = _feed(query, start, endpoint, client)
        return Sent(Page(feed.papers, feed.total, feed.unreadable, at), feed.entries, feed.entries)

    return pages_by_number(ask, "arXiv", MOST, limit)


ARXIV: Final = Service(
    name="arxiv",
    title="arXiv",
    endpoint="https://export.arxiv.org/api/query",
    key="",
    query=search_query,
    pages=pages,
)


def _terms(words: str) -> list[str]:
    found: dict[str, str] = {}
    for quoted, bare in _TERM.findall(words):
        term = " ".join(_UNSAFE.sub(" ", quoted or bare).split()).strip(_EDGES)
        if term and term not in _OPERATORS:
            found.setdefault(term.lower(), term if term.isalnum() else f'"{term}"')
    return list(found.values())[:MOST_TERMS]


def _feed(query: str, start: int, endpoint: str, client: Client) -> tuple[Feed, str]:
    """The feed from record ``start`` on, and when it was fetched."""
    tried = 0
    while True:
        # every request is another one, for the answer to the one before is kept
        answer = client.get(_request(query, start, ROWS - tried, endpoint))
        tried += 1
        try:
            return _with_entries(read_feed(answer.body), start), answer.at
        except ServiceError:
            if tried == TRIES:
                raise


def _with_entries(feed: Feed, start: int) -> Feed:
    if not feed.entries and feed.total is not None and start < feed.total:
        raise ServiceError(
            f"arXiv says that it has {feed.total} records, but gave none from record {start + 1} on. "
            "Try again later."
        )
    return feed


def _request(query: str, start: int, rows: int, endpoint: str) -> Request:
    return Request(
        service="arxiv",
        url=endpoint,
        params=(
            ("search_query", query),
            ("start", str(start)),
            ("max_results", str(rows)),
            ("sortBy", "relevance"),
            ("sortOrder", "descending"),
        ),
        interval=INTERVAL,
        accept="application/atom+xml",
        most_bytes=16 * 2**20,
    )
