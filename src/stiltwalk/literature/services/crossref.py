"""Crossref: its REST API.

Parameters and limits are those of the route ``/works`` in the OpenAPI document of https://api.crossref.org,
version 3.32.0 (read 2026-11-22). What a record holds is read by `crossref_record`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import fields
from stiltwalk.literature.services.crossref_record import read_record
from stiltwalk.literature.services.keys import key
from stiltwalk.literature.services.paging import Sent, pages_by_number
from stiltwalk.literature.services.service import MAILTO, Client, Page, Request, Service, ServiceError
from stiltwalk.spec.errors import UserError

INTERVAL: Final = 1.0
"""Seconds between two requests. Limits differ by who asks and come in headers, which the client obeys; one
list a second is within all that are known, also those that were revised on 1 December 2025
(https://www.crossref.org/blog/announcing-changes-to-rest-api-rate-limits/, read 2026-11-22)."""

ROWS: Final = 100
"""Records of a page, whatever the limit: a later search with a higher one has them kept. Up to 1000 are
allowed."""

MOST: Final = 10_000
"""Offset and rows together: where paging with offsets ends."""

SELECT: Final = (
    "DOI,title,subtitle,author,issued,published,container-title,type,abstract,link,relation,"
    "is-referenced-by-count,update-to,updated-by"
)
"""Elements of a record that are asked for: without references a record is a tenth as long. The language is
none of those that can be selected."""


TYPES: Final = (
    "journal-article",
    "proceedings-article",
    "posted-content",
    "dissertation",
    "monograph",
    "book-chapter",
    "report",
)
"""Types of records that are papers; figures, reviews, data sets, issues and whole series have records too. A
filter that is given several times takes any of its values."""


def filters(since: int | None, until: int | None) -> str:
    """The value of ``filter``: papers of `TYPES`, published in these years.

    Of a paper of which only the year is known, the date is the first of January.
    """
    first = () if since is None else (f"from-pub-date:{since:04d}-01-01",)
    last = () if until is None else (f"until-pub-date:{until:04d}-12-31",)
    return ",".join((*first, *last, *(f"type:{each}" for each in TYPES)))


def query(words: str, since: int | None, until: int | None) -> str:
    """The query as it is sent: any of the words in title, authors, journal or year, best matches first.

    Raises:
        UserError: there is no word in ``words``.
    """
    return f"query.bibliographic={_words(words)}&filter={filters(since, until)}"


def pages(
    words: str, since: int | None, until: int | None, limit: int, endpoint: str, client: Client
) -> Iterator[Page]:
    """Pages of what Crossref finds, as `Service.pages` says.

    They are asked for by offset. A cursor would reach beyond `MOST`, but it ends five minutes after its last
    use and may stay the same from page to page (https://community.crossref.org/t/cursor-based-pagination/3289,
    read 2026-11-22): kept answers could not be told apart, and a search that was stopped could not go on.

    Raises:
        ServiceError: Crossref does not answer, or answers with something else than a list of works.
    """

    def ask(offset: int) -> Sent:
        return _sent(client, _request(words, since, until, offset, endpoint))

    return pages_by_number(ask, "Crossref", MOST, limit)


CROSSREF: Final = Service(
    name="crossref",
    title="Crossref",
    endpoint="https://api.crossref.org",
    key="",
    query=query,
    pages=pages,
)


def _words(words: str) -> str:
    found = fields.text(words)
    if not any(each.isalnum() for each in found):
        raise UserError(
            f"Crossref cannot be searched for {words!r}: there is no word in it. Name the subject."
        )
    return found


def _request(words: str, since: int | None, until: int | None, offset: int, endpoint: str) -> Request:
    address = key(MAILTO)
    return Request(
        service="crossref",
        url=f"{endpoint.rstrip('/')}/works",
        params=(
            ("query.bibliographic", _words(words)),
            ("filter", filters(since, until)),
            ("select", SELECT),
            ("rows", str(ROWS)),
            ("offset", str(offset)),
        ),
        # who says who asks gets into the polite pool
        secret_params=(("mailto", address),) if address else (),
        interval=INTERVAL,
        holds="message",
    )


def _sent(client: Client, request: Request) -> Sent:
    answer = client.get(request)
    sent = fields.json_object(answer.body, "Crossref")
    message = sent.get("message")
    if sent.get("status") != "ok" or not isinstance(message, dict):
        raise ServiceError(
            f"Crossref does not take the request: {fields.shown(_complaint(message))}. Simplify the query."
        )
    items = message.get("items")
    if not isinstance(items, list):
        raise ServiceError(
            f"Crossref answered something else than a list of works: {fields.shown(answer.body)}. "
            "Try again later."
        )
    read = [read_record(each) for each in items]
    papers = tuple(each for each in read if isinstance(each, Paper))
    unreadable = tuple(each for each in read if isinstance(each, str))
    total = fields.count(message.get("total-results"))
    return Sent(Page(papers, total, unreadable, answer.at), len(items), ROWS)


def _complaint(message: object) -> str:
    """What is wrong, as Crossref says: a text, or a list of what it does not take."""
    if isinstance(message, list):
        return "; ".join(fields.text(fields.mapping(each).get("message")) for each in message)
    return str(message)
