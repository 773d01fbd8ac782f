"""Semantic Scholar: its Academic Graph, searched by words.

Fields, limits and parameters are those of https://api.semanticscholar.org/api-docs/graph (read 2026-11-22).
The search by relevance gives at most 100 papers a page and 1,000 in all; what is wanted beyond comes from the
bulk search, which gives up to 1,000 a page in the order of their ids, follows pages by a token, and wants
every word in title or abstract. Terms with hyphens find nothing, so hyphens are sent as spaces. Without a key
all users share one rate, with one each has one request a second
(https://www.semanticscholar.org/product/api, read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from stiltwalk.literature.records.papers import Kind, Paper
from stiltwalk.literature.services import fields
from stiltwalk.literature.services.keys import key
from stiltwalk.literature.services.markup import from_jats
from stiltwalk.literature.services.service import Client, Page, Request, Service

KEY: Final = "S2_API_KEY"

PAGE: Final = 100
"""Papers a page of the search by relevance, whatever the limit: a higher one later has it kept."""

MOST_BY_RELEVANCE: Final = 1_000

_SECONDS_WITH_KEY: Final = 1.1
_SECONDS_WITHOUT: Final = 3.1
"""A hundred requests in five minutes was what all without a key had together."""

_FIELDS: Final = (
    "paperId,title,abstract,year,venue,publicationVenue,journal,authors,externalIds,publicationTypes,"
    "openAccessPdf,citationCount,url"
)
_HYPHENS: Final = re.compile(r"(?<=\w)[-\u2010-\u2013](?=\w)")

_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("Conference", "proceedings"),
    ("JournalArticle", "article"),
    ("Book", "book"),
    ("BookSection", "book"),
    ("Review", "article"),
    ("LettersAndComments", "article"),
    ("Editorial", "article"),
)
"""Types, the most telling first: a paper has several."""


_VENUES: Final[Mapping[str, Kind]] = {"conference": "proceedings", "journal": "article"}


class _Batch(NamedTuple):
    """A page, and what leads to the next: empty after the last."""

    page: Page
    following: str


def query(words: str, since: int | None, until: int | None) -> str:
    """The parameters that say what is searched for, as they are sent before they are encoded."""
    return "&".join(f"{name}={value}" for name, value in _asked(words, since, until))


def pages(
    words: str, since: int | None, until: int | None, limit: int, endpoint: str, client: Client
) -> Iterator[Page]:
    """Pages of papers, by relevance as far as that goes; see `Service`."""
    asked = _asked(words, since, until)
    given: set[str] = set()
    read = 0
    for page in _by_relevance(asked, limit, endpoint, client):
        fresh = _fresh(page, given, limit)
        read += len(page.papers) + len(page.unreadable)
        yield fresh
    if len(given) < limit and read >= MOST_BY_RELEVANCE:
        for page in _in_bulk(asked, endpoint, client):
            yield _fresh(page, given, limit)
            if len(given) >= limit:
                return


def _asked(words: str, since: int | None, until: int | None) -> list[tuple[str, str]]:
    typed = " ".join(_HYPHENS.sub(" ", words).split())
    if since is None and until is None:
        return [("query", typed)]
    years = f"{since}" if since == until else f"{since or ''}-{until or ''}"
    return [("query", typed), ("year", years)]


def _fresh(page: Page, given: set[str], limit: int) -> Page:
    """``page`` with the papers that were not given before, as many as are wanted; notes those given."""
    fresh: list[Paper] = []
    for paper in page.papers:
        if paper.id not in given and len(given) < limit:
            given.add(paper.id)
            fresh.append(paper)
    return page._replace(papers=tuple(fresh))


def _by_relevance(asked: list[tuple[str, str]], limit: int, endpoint: str, client: Client) -> Iterator[Page]:
    offset = "0"
    while offset and int(offset) < min(limit, MOST_BY_RELEVANCE):
        where = [("offset", offset), ("limit", str(PAGE))]
        batch = _batch(client, f"{endpoint.rstrip('/')}/paper/search", [*asked, *where], _FIELDS)
        yield batch.page
        # it gives fewer than it says it has, and an error for what is beyond: a page that is not full is the
        # last (https://github.com/allenai/s2-folks/issues/80)
        offset = batch.following if batch.following == str(int(offset) + PAGE) else ""


def _in_bulk(asked: list[tuple[str, str]], endpoint: str, client: Client) -> Iterator[Page]:
    token = ""
    while True:
        where = [("token", token)] if token else []
        batch = _batch(client, f"{endpoint.rstrip('/')}/paper/search/bulk", [*asked, *where], _FIELDS)
        yield batch.page
        if (
            not batch.following
            or batch.following == token
            or not (batch.page.papers or batch.page.unreadable)
        ):
            return
        token = batch.following


def _batch(client: Client, url: str, asked: list[tuple[str, str]], wanted: str) -> _Batch:
    found = key(KEY)
    answer = client.get(
        Request(
            service=SEMANTIC_SCHOLAR.name,
            url=url,
            params=(*asked, ("fields", wanted)),
            secret_headers=(("x-api-key", found),) if found else (),
            interval=_SECONDS_WITH_KEY if found else _SECONDS_WITHOUT,
            # "data" is missing where nothing is found (https://github.com/danielnsilva/semanticscholar/issues/51)
            holds="total",
        )
    )
    sent = fields.json_object(answer.body, SEMANTIC_SCHOLAR.title)
    papers: list[Paper] = []
    unreadable: list[str] = []
    for record in fields.objects(sent.get("data")):
        paper = paper_of(record)
        if paper is None:
            unreadable.append(f"The record {fields.shown(record.get('paperId', 'without id'))} has no title.")
        else:
            papers.append(paper)
    page = Page(tuple(papers), fields.count(sent.get("total")), tuple(unreadable), answer.at)
    following = fields.count(sent.get("next"))
    return _Batch(page, fields.text(sent.get("token")) or ("" if following is None else str(following)))


def paper_of(record: Mapping[str, Any]) -> Paper | None:
    """The paper that a record is; ``None``: it has no title."""
    title = fields.text(from_jats(record.get("title")))
    if not title:
        return None
    ids = fields.mapping(record.get("externalIds"))
    doi = fields.doi(ids.get("DOI"))
    arxiv = fields.arxiv_number(ids.get("ArXiv")) or fields.arxiv_of_doi(doi)
    return Paper(
        source=SEMANTIC_SCHOLAR.name,
        id=fields.text(record.get("paperId")),
        title=title,
        authors=tuple(
            filter(None, (fields.text(a.get("name")) for a in fields.objects(record.get("authors"))))
        ),
        year=fields.year(record.get("year")),
        venue=_venue(record),
        kind=_kind(record),
        doi=doi,
        arxiv=arxiv,
        abstract=from_jats(record.get("abstract")),
        url=fields.web_address(record.get("url")),
        full_text=fields.without_repeats(_full_texts(record, arxiv, ids), 4),
        citations=fields.count(record.get("citationCount")),
    )


def _venue(record: Mapping[str, Any]) -> str:
    return (
        fields.text(record.get("venue"))
        or fields.text(fields.mapping(record.get("publicationVenue")).get("name"))
        or fields.text(fields.mapping(record.get("journal")).get("name"))
    )


def _kind(record: Mapping[str, Any]) -> Kind:
    # arXiv is a venue here: a paper of that venue alone is a preprint, whatever its type
    if _venue(record).lower() in {"arxiv.org", "arxiv"}:
        return "preprint"
    given = record.get("publicationTypes")
    types = {fields.text(each).replace(" ", "") for each in given} if isinstance(given, list) else set()
    kind = next((kind for named, kind in _KINDS if named in types), "other" if types else "")
    return kind or _VENUES.get(fields.text(fields.mapping(record.get("publicationVenue")).get("type")), "")


def _full_texts(record: Mapping[str, Any], arxiv: str, ids: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of open full texts; what arXiv and the ACL Anthology hold is open, said or not.

    Their files stand beside the pages that https://aclanthology.org/info/ids and
    https://info.arxiv.org/help/api/user-manual.html (read 2026-11-22) name.
    """
    yield fields.web_address(fields.mapping(record.get("openAccessPdf")).get("url"))
    acl = fields.text(ids.get("ACL"))
    if acl and re.fullmatch(r"[\w.-]{4,60}", acl):
        yield f"https://aclanthology.org/{acl}.pdf"
    if arxiv:
        yield f"https://arxiv.org/pdf/{arxiv}"


SEMANTIC_SCHOLAR: Final = Service(
    "semanticscholar", "Semantic Scholar", "https://api.semanticscholar.org/graph/v1", KEY, query, pages
)
