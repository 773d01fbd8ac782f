"""OpenAlex: its list of works, searched by words.

Fields, limits and parameters are those of https://developers.openalex.org (guides: searching, filtering,
page-through-results, selecting-fields; api-reference: works, work-types, authentication, errors; read
2026-11-22): every word must occur in title, abstract or full text, and the best match comes first; at most
100 works a page; pages are followed by a cursor; an address is at most about 4 KB long; a search is possible
some times a day without a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stiltwalk.literature.records.papers import Kind, Paper
from stiltwalk.literature.services import fields
from stiltwalk.literature.services.keys import key
from stiltwalk.literature.services.markup import from_jats
from stiltwalk.literature.services.service import Client, Page, Request, Service, ServiceError

KEY: Final = "OPENALEX_API_KEY"

PAGE: Final = 100
"""Works a page, whatever the limit: it costs the same, and a later search with a higher limit has it kept."""

_LONGEST_QUERY: Final = 2_500
"""Characters, which leave room for the other parameters in an address of 4 KB."""

_SECONDS_BETWEEN: Final = 0.1
"""Far below the 100 requests a second that it allows."""

_MOST_WORDS: Final = 20_000
"""Of an abstract: positions in its index beyond are none."""

_MOST_ADDRESSES: Final = 6

_SELECTED: Final = (
    "id,doi,display_name,publication_year,type,language,is_retracted,cited_by_count,authorships,"
    "primary_location,best_oa_location,open_access,locations,abstract_inverted_index"
)

_KINDS: Final[Mapping[str, Kind]] = {
    "article": "article",
    "review": "article",
    "letter": "article",
    "editorial": "article",
    "conference-paper": "proceedings",
    "preprint": "preprint",
    "dissertation": "thesis",
    "book": "book",
    "book-chapter": "book",
    "report": "report",
}


def query(words: str, since: int | None, until: int | None) -> str:
    """The parameters that say what is searched for, as they are sent before they are encoded."""
    return "&".join(f"{name}={value}" for name, value in _asked(words, since, until))


def pages(
    words: str, since: int | None, until: int | None, limit: int, endpoint: str, client: Client
) -> Iterator[Page]:
    """Pages of works, best match first; see `Service`."""
    if len(words) > _LONGEST_QUERY:
        raise ServiceError(
            f"OpenAlex takes queries of at most {_LONGEST_QUERY} characters; this one has {len(words)}. "
            "Shorten it with --query."
        )
    cursor, given = "*", 0
    while cursor and given < limit:
        page, following = _page(words, since, until, endpoint, client, cursor)
        kept = page._replace(papers=page.papers[: limit - given])
        given += len(kept.papers)
        yield kept
        # the last page has no successor, or an empty one; the same one again would be for ever
        cursor = following if following != cursor and (page.papers or page.unreadable) else ""


def _asked(words: str, since: int | None, until: int | None) -> list[tuple[str, str]]:
    dates = [
        *([f"from_publication_date:{since:04}-01-01"] if since is not None else []),
        *([f"to_publication_date:{until:04}-12-31"] if until is not None else []),
    ]
    return [("search", " ".join(words.split())), *([("filter", ",".join(dates))] if dates else [])]


def _page(
    words: str, since: int | None, until: int | None, endpoint: str, client: Client, cursor: str
) -> tuple[Page, str]:
    """A page, and the cursor of the next."""
    found = key(KEY)
    answer = client.get(
        Request(
            service=OPENALEX.name,
            url=f"{endpoint.rstrip('/')}/works",
            params=(
                *_asked(words, since, until),
                ("select", _SELECTED),
                ("per_page", str(PAGE)),
                ("cursor", cursor),
            ),
            secret_params=(("api_key", found),) if found else (),
            interval=_SECONDS_BETWEEN,
            holds="results",
        )
    )
    sent = fields.json_object(answer.body, OPENALEX.title)
    meta = fields.mapping(sent.get("meta"))
    papers: list[Paper] = []
    unreadable: list[str] = []
    for record in fields.objects(sent.get("results")):
        paper = paper_of(record)
        if paper is None:
            unreadable.append(f"The record {fields.shown(record.get('id', 'without id'))} has no title.")
        else:
            papers.append(paper)
    page = Page(tuple(papers), fields.count(meta.get("count")), tuple(unreadable), answer.at)
    return page, fields.text(meta.get("next_cursor"))


def paper_of(record: Mapping[str, Any]) -> Paper | None:
    """The paper that a work is; ``None``: it has no title."""
    title = fields.text(from_jats(record.get("display_name") or record.get("title")))
    if not title:
        return None
    doi = fields.doi(record.get("doi"))
    first = fields.mapping(record.get("primary_location"))
    source = fields.mapping(first.get("source"))
    return Paper(
        source=OPENALEX.name,
        id=fields.text(record.get("id")).rsplit("/", 1)[-1],
        title=title,
        authors=tuple(filter(None, map(_author, fields.objects(record.get("authorships"))))),
        year=fields.year(record.get("publication_year")),
        venue=fields.text(source.get("display_name")),
        kind=_kind(record, source),
        doi=doi,
        arxiv=fields.arxiv_of_doi(doi) or next(filter(None, map(_arxiv, _locations(record))), ""),
        abstract=from_jats(abstract_of(record.get("abstract_inverted_index"))),
        language=fields.language(record.get("language")),
        url=fields.web_address(record.get("doi")) or fields.web_address(record.get("id")),
        full_text=fields.without_repeats(_full_texts(record), _MOST_ADDRESSES),
        citations=fields.count(record.get("cited_by_count")),
        retracted=record.get("is_retracted") is True,
    )


def abstract_of(index: object) -> str:
    """The abstract whose words are given as word → places: it is sent in this form for legal reasons."""
    placed = [
        (place, word)
        for word, places in fields.mapping(index).items()
        if isinstance(places, list)
        for place in places
        if fields.count(place) is not None and place < _MOST_WORDS
    ]
    return " ".join(word for _, word in sorted(placed)[:_MOST_WORDS])


def _author(authorship: Mapping[str, Any]) -> str:
    name = fields.text(fields.mapping(authorship.get("author")).get("display_name"))
    return name or fields.text(authorship.get("raw_author_name"))


def _kind(record: Mapping[str, Any], source: Mapping[str, Any]) -> Kind:
    named = fields.text(record.get("type"))
    kind = _KINDS.get(named, "other" if named else "")
    return "proceedings" if kind == "article" and source.get("type") == "conference" else kind


def _locations(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where the work is found, where it is open first."""
    yield fields.mapping(record.get("best_oa_location"))
    yield fields.mapping(record.get("primary_location"))
    yield from fields.objects(record.get("locations"))


def _arxiv(location: Mapping[str, Any]) -> str:
    return next(
        filter(None, (fields.arxiv_number(location.get(name)) for name in ("landing_page_url", "pdf_url"))),
        "",
    )


def _full_texts(record: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of open full texts: files before pages."""
    for location in _locations(record):
        if location.get("is_oa") is True:
            yield fields.web_address(location.get("pdf_url"))
    yield fields.web_address(fields.mapping(record.get("open_access")).get("oa_url"))
    for location in _locations(record):
        if location.get("is_oa") is True:
            yield fields.web_address(location.get("landing_page_url"))


OPENALEX: Final = Service("openalex", "OpenAlex", "https://api.openalex.org", KEY, query, pages)
