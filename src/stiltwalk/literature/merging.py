"""Merging: from the records of all sources to works, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.identities import (
    Identity,
    family,
    identities,
    is_preprint,
    published_doi,
    title_form,
)
from stiltwalk.literature.merged_fields import TRUST, work_of
from stiltwalk.literature.records.papers import Paper, Work

FEW_WORDS: Final = 3
"""A title of fewer words (``Editorial``) says little: year and first author must be known, and the same."""


class _Cluster(NamedTuple):
    """Records that share a number, directly or over others.

    Attributes:
        records: in order.
        dois: of publications, not of preprints.
        years: that they state.
        families: of first authors.
        titles: in the form that is compared.
        words: of the shortest title.
    """

    records: tuple[Paper, ...]
    dois: frozenset[str]
    years: frozenset[int]
    families: frozenset[str]
    titles: frozenset[str]
    words: int


def merged(papers: Iterable[Paper]) -> tuple[Work, ...]:
    """The works that ``papers`` are records of.

    Records are one work if they share a DOI, an arXiv number (also in a DOI ``10.48550/arxiv.…``) or an id
    of the ACL Anthology, or else title (without case, accents, punctuation and LaTeX), first author's family
    name and a year that differs by one at most; what a record does not state contradicts nothing. Two
    publications with DOIs of their own are never one for their title alone: a preprint and its publication
    are.

    The order of ``papers`` makes no difference: works are sorted by first author, year and title, records of
    a work by how far their source is trusted. Every record is in exactly one work.
    """
    clusters = [_cluster(group) for group in _sharing_numbers(sorted(papers, key=_order))]
    # a work that grew may have a title more, by which it meets another
    while len(fewer := _sharing_titles(clusters)) < len(clusters):
        clusters = fewer
    return tuple(sorted((work_of(sorted(each.records, key=_order)) for each in clusters), key=_work_order))


def _sharing_titles(clusters: Sequence[_Cluster]) -> list[_Cluster]:
    """``clusters``, joined where they share a title and may be one work."""
    joined: list[_Cluster] = []
    by_title: dict[str, list[int]] = {}
    for cluster in sorted(clusters, key=_cluster_order):
        same = sorted({at for title in cluster.titles for at in by_title.get(title, [])})
        at = next((at for at in same if _one_work(joined[at], cluster)), len(joined))
        if at == len(joined):
            joined.append(cluster)
        else:
            joined[at] = _cluster([*joined[at].records, *cluster.records])
        for title in cluster.titles:
            by_title.setdefault(title, []).append(at)
    return joined


def _sharing_numbers(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Groups of ``papers`` that share a number, directly or over others."""
    group_of: dict[Identity, int] = {}
    groups: dict[int, list[Paper]] = {}
    for number, paper in enumerate(papers):
        own = identities(paper)
        joined = {group_of[each] for each in own if each in group_of}
        groups[number] = [*(p for old in sorted(joined) for p in groups.pop(old)), paper]
        group_of.update({each: number for p in groups[number] for each in identities(p)})
    yield from groups.values()


def _cluster(records: Sequence[Paper]) -> _Cluster:
    return _Cluster(
        records=tuple(records),
        dois=frozenset(published_doi(each) for each in records if not is_preprint(each)) - {""},
        years=frozenset(each.year for each in records if each.year is not None),
        families=frozenset(family(each.authors[0]) for each in records if each.authors) - {""},
        titles=frozenset(title_form(each.title) for each in records) - {""},
        words=min((len(each.title.split()) for each in records if each.title), default=0),
    )


def _one_work(first: _Cluster, second: _Cluster) -> bool:
    """Whether two clusters with the same title are one work."""
    if first.dois and second.dois:
        return False
    if min(first.words, second.words) < FEW_WORDS:
        return bool(first.years & second.years) and bool(first.families & second.families)
    near = any(abs(a - b) <= 1 for a in first.years for b in second.years)
    if first.years and second.years and not near:
        return False
    return not (first.families and second.families) or bool(first.families & second.families)


def _order(paper: Paper) -> tuple[int, str, str, str]:
    rank = TRUST.index(paper.source) if paper.source in TRUST else len(TRUST)
    return rank, paper.source, paper.id, paper.model_dump_json()


def _cluster_order(cluster: _Cluster) -> tuple[bool, tuple[int, str, str, str]]:
    """Publications with a DOI first: a record without one joins the first that it may be."""
    return not cluster.dois, min(map(_order, cluster.records))


def _work_order(work: Work) -> tuple[str, int, str, str]:
    paper = work.paper
    first = family(paper.authors[0]) if paper.authors else ""
    return first or "\uffff", paper.year or 9999, title_form(paper.title), work.key
