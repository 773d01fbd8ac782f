"""Searching: one database is asked, and what it gave is kept apart from why it gave no more."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.records.synthesis import Searched
from stiltwalk.literature.services.service import Client, Service, ServiceError

FAR_FEWER: Final = 0.5
"""Share of the records that a database says it has, below which it is said that it gave fewer: totals are
estimates at Semantic Scholar (https://api.semanticscholar.org/api-docs/graph, read 2026-11-22), so a few that
are missing are no failure."""


class Found(NamedTuple):
    """What a database gave.

    Attributes:
        papers: in its order, at most as many as were wanted.
        searched: how the search went.
    """

    papers: tuple[Paper, ...]
    searched: Searched


def search(
    service: Service,
    words: str,
    since: int | None,
    until: int | None,
    limit: int,
    client: Client,
    endpoint: str = "",
) -> Found:
    """At most ``limit`` papers that ``service`` has for ``words``.

    What it gave before it failed is kept; why it failed is said in ``searched``, with what would mend it.

    Args:
        service: the database.
        words: what is searched for.
        since: first year; ``None``: any.
        until: last year; ``None``: any.
        limit: most papers.
        client: asks.
        endpoint: its address; empty: the usual one.
    """
    papers: list[Paper] = []
    unreadable: list[str] = []
    total: int | None = None
    at: list[str] = []
    failed = ""
    try:
        for page in service.pages(words, since, until, limit, endpoint or service.endpoint, client):
            papers += page.papers
            unreadable += page.unreadable
            total = page.total if total is None else total
            at.append(page.at)
            if len(papers) >= limit:
                break
    except ServiceError as error:
        failed = f"{error}{_mend(service, error)}"
    papers = papers[:limit]
    given = len(papers) + len(unreadable)
    if not failed and total is not None and given < FAR_FEWER * min(limit, total):
        failed = f"{service.title} says that it has {total:,} records for this, and gives {given:,}."
    searched = Searched(
        source=service.name,
        query=service.query(words, since, until),
        at=min(at, default=""),
        total=total,
        found=len(papers),
        unreadable=tuple(unreadable),
        failed=failed,
    )
    return Found(tuple(papers), searched)


def _mend(service: Service, error: ServiceError) -> str:
    """What helps where a database refuses, or has had enough."""
    if not error.limited:
        return ""
    without = f"leave {service.name} out of --sources: what was found is kept."
    if not service.key:
        return f" Or {without}"
    if os.environ.get(service.key):
        return f" Look whether the key in {service.key} is right, or {without}"
    return f" Set {service.key} to a key of {service.title}, which allows more, or {without}"
