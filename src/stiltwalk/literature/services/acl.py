"""The ACL Anthology: no server that searches, but all its data, which are searched on this machine.

It needs neither a key nor, once the data are here, a network (`acl_data`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.acl_data import REPOSITORY, Data, KeepsAnswers, data
from stiltwalk.literature.services.acl_kept import Asked, Found, keep, kept
from stiltwalk.literature.services.acl_papers import paper_of, read_entries, searched_text
from stiltwalk.literature.services.acl_ranking import ranked
from stiltwalk.literature.services.service import Client, Page, Service
from stiltwalk.literature.words import stems
from stiltwalk.spec.errors import UserError

ROWS: Final = 100
"""Records of a page."""


def query(words: str, since: int | None, until: int | None) -> str:
    """The query: the stems that titles and abstracts are ranked by, and the years of volumes.

    Raises:
        UserError: ``words`` has no content word.
    """
    years = (
        ""
        if since is None and until is None
        else f", volumes of {since or 'any year'} to {until or 'any year'}"
    )
    return f"BM25 of titles and abstracts: {' '.join(_terms(words))}{years}"


def pages(
    words: str, since: int | None, until: int | None, limit: int, endpoint: str, client: Client
) -> Iterator[Page]:
    """Pages of what the ACL Anthology has, best matches first, as `Service.pages` says.

    The total counts the papers that have any of the words. `Page.at` says how old the data are.

    Raises:
        ServiceError: the data are not on this machine and cannot be got, or cannot be read.
    """
    terms = _terms(words)
    place = data(endpoint, client)
    found = _found(Asked(endpoint, place.at, terms, since, until, limit), place, client)
    for start in range(0, max(1, len(found.papers)), ROWS):
        unreadable = () if start else found.unreadable
        yield Page(found.papers[start : start + ROWS], found.total, unreadable, place.at)


ACL: Final = Service(
    name="acl",
    title="ACL Anthology",
    endpoint=REPOSITORY,
    key="",
    query=query,
    pages=pages,
)


def _terms(words: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(stems(words)))
    if not found:
        raise UserError(
            f"The ACL Anthology cannot be searched for {words!r}: there is no content word in it. "
            "Name the subject."
        )
    return found


def _found(asked: Asked, place: Data, client: Client) -> Found:
    """What was found by the same search of the same data, or is found now and kept."""
    folder = client.responses if isinstance(client, KeepsAnswers) else None
    before = kept(folder, asked) if folder else None
    if before is not None:
        return before
    all_of = read_entries(place.folder, asked.since, asked.until)
    order = ranked(map(searched_text, all_of.entries), asked.terms)
    read = [paper_of(all_of.entries[at]) for at in order[: asked.limit]]
    found = Found(
        papers=tuple(each for each in read if isinstance(each, Paper)),
        total=len(order),
        unreadable=all_of.unreadable + tuple(each for each in read if isinstance(each, str)),
    )
    if folder:
        keep(folder, asked, found)
    return found
