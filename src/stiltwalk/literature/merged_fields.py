"""The fields of a work: of each the best that its records state, and where they contradict each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from stiltwalk.literature.identities import acl_of, arxiv_of, family, is_preprint, published_doi, title_form
from stiltwalk.literature.records.papers import Paper, Work

TRUST: Final = ("acl", "crossref", "semanticscholar", "openalex", "arxiv", "folder")
"""Sources by how far their metadata are trusted: who publishes or registers a paper before who gathers
records, and these before a preprint's own and before what a file says of itself."""

FULL_TEXTS: Final = ("folder", "acl", "arxiv", "semanticscholar", "openalex", "crossref")
"""Sources by how likely the addresses that they name lead to a full text."""

MOST_ABSTRACT: Final = 6000
"""Characters beyond which an abstract is taken for more than one: some records hold half the paper there."""

T = TypeVar("T")


def work_of(records: Sequence[Paper]) -> Work:
    """The work that ``records``, in the order of trust, describe.

    Of each field the first statement counts, publications before preprints where they differ by nature
    (year, venue, kind, DOI); of abstracts the longest; of counts of citations the highest; the work is
    retracted if one record says so.
    """
    first = records[0]
    formal = sorted(records, key=is_preprint)
    paper = Paper(
        source=first.source,
        id=first.id,
        title=_first(each.title for each in records) or "",
        authors=_first(each.authors for each in records) or (),
        year=_first(each.year for each in formal),
        venue=_first(each.venue for each in formal) or "",
        kind=_first(each.kind for each in formal) or "",
        doi=_first(published_doi(each) for each in formal) or _first(each.doi for each in records) or "",
        arxiv=_first(arxiv_of(each) for each in records) or "",
        abstract=max((_abstract(each) for each in records), key=len),
        language=_first(each.language for each in records) or "",
        url=_first(each.url for each in records) or "",
        full_text=_full_texts(records),
        citations=max((each.citations for each in records if each.citations is not None), default=None),
        retracted=any(each.retracted for each in records),
    )
    return Work(
        key=_key(paper, records), paper=paper, records=tuple(records), differences=_differences(records)
    )


def _first(values: Iterable[T]) -> T | None:
    return next((value for value in values if value), None)


def _abstract(paper: Paper) -> str:
    return paper.abstract if len(paper.abstract) <= MOST_ABSTRACT else ""


def _full_texts(records: Sequence[Paper]) -> tuple[str, ...]:
    def place(paper: Paper) -> int:
        return FULL_TEXTS.index(paper.source) if paper.source in FULL_TEXTS else len(FULL_TEXTS)

    return tuple(dict.fromkeys(each for paper in sorted(records, key=place) for each in paper.full_text))


def _key(paper: Paper, records: Sequence[Paper]) -> str:
    """By its first number; numbers are in one work only, so that keys are too."""
    if doi := published_doi(paper):
        return f"doi:{doi}"
    if paper.arxiv:
        return f"arxiv:{paper.arxiv}"
    if acl := _first(acl_of(each) for each in records):
        return f"acl:{acl}"
    if path := _first(each.full_text for each in records if each.source == "folder"):
        return f"file:{path[0]}"
    told = "\n".join([title_form(paper.title), min(f"{each.source} {each.id}" for each in records)])
    return f"title:{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _differences(records: Sequence[Paper]) -> tuple[str, ...]:
    # a preprint's year is its own
    published = [each for each in records if not is_preprint(each)] or records
    found = (
        _differing("Its year is", published, lambda p: str(p.year or ""), str),
        _differing("Its title is", records, lambda p: p.title, title_form),
        _differing("Its first author is", records, lambda p: p.authors[0] if p.authors else "", family),
        _differing("The number of its authors is", records, lambda p: str(len(p.authors) or ""), str),
    )
    return tuple(each for each in found if each)


def _differing(
    opening: str, records: Sequence[Paper], stated: Callable[[Paper], str], form: Callable[[str], str]
) -> str:
    """A sentence where ``records`` state things whose forms differ; empty: they do not."""
    sources: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for each in records:
        if value := stated(each):
            shown.setdefault(form(value), value)
            where = sources.setdefault(form(value), [])
            if each.source not in where:
                where.append(each.source)
    if len(shown) < 2:
        return ""
    parts = [f"{shown[key]} ({', '.join(where)})" for key, where in sources.items()]
    return f"{opening} {', '.join(parts[:-1])} or {parts[-1]}."
