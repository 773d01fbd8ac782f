"""Pages by number: records slide from page to page while others are added, and must come once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from stiltwalk.literature.services.service import Page, ServiceError


class Sent(NamedTuple):
    """What a database sent of a query's records from one of them on.

    Attributes:
        page: those that could be read.
        records: how many there are, readable or not; 0: there are no more.
        step: by how many the next page begins later.
    """

    page: Page
    records: int
    step: int


def pages_by_number(ask: Callable[[int], Sent], who: str, most: int, limit: int) -> Iterator[Page]:
    """Pages of at most ``limit`` papers in all, none of which comes twice.

    Args:
        ask: for the page that begins with a record, from 0.
        who: is asked: ``arXiv``.
        most: records of a query that can be reached at all.
        limit: most papers of all pages.

    Raises:
        ServiceError: a page came again, or there are more records than can be reached; see also ``ask``.
    """
    seen: set[str] = set()
    start = 0
    while start < most and len(seen) < limit:
        sent = ask(start)
        papers = {each.id: each for each in sent.page.papers}
        fresh = tuple(each for each in papers.values() if each.id not in seen)
        if papers and not fresh:  # whoever sends the same page again would send it for ever
            raise ServiceError(
                f"{who}, from record {start + 1} on, gives the same records again. Try again later."
            )
        kept = fresh[: limit - len(seen)]
        seen.update(each.id for each in kept)
        yield sent.page._replace(papers=kept)
        start += sent.step
        if sent.records == 0 or (sent.page.total is not None and start >= sent.page.total):
            return
    if len(seen) < limit:
        raise ServiceError(
            f"{who} gives no more than {most} records of a query. Search fewer years at a time."
        )
