"""Searches of the ACL Anthology that were done before: reading and ranking all of it takes a while."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from stiltwalk.literature.entries import keep_entry, kept_entry
from stiltwalk.literature.records.papers import Paper

SCHEMA: Final = 1
"""Of what is kept, and of how papers are read and ranked: what another one kept is not used."""


class Asked(NamedTuple):
    """A search.

    Attributes:
        data: which data were searched: where they came from.
        at: and how old they are.
        terms: what papers are ranked by.
        since: first year.
        until: last year.
        limit: most papers.
    """

    data: str
    at: str
    terms: tuple[str, ...]
    since: int | None
    until: int | None
    limit: int


class Found(NamedTuple):
    """What came of it.

    Attributes:
        papers: the best, in order.
        total: how many papers have any of the terms.
        unreadable: sentences: what could not be read, and why.
    """

    papers: tuple[Paper, ...]
    total: int
    unreadable: tuple[str, ...]


def keep(folder: Path, asked: Asked, found: Found) -> None:
    """Keep ``found`` below ``folder``, whole or not at all; where nothing can be written, not."""
    content = {
        "papers": [each.model_dump(mode="json", exclude_defaults=True) for each in found.papers],
        "total": found.total,
        "unreadable": found.unreadable,
    }
    with suppress(OSError):
        keep_entry(folder, _of(asked), content)


def kept(folder: Path, asked: Asked) -> Found | None:
    """What came of the search, if it is kept and whole."""
    read = kept_entry(folder, _of(asked))
    if read is None:
        return None
    try:
        return Found(
            papers=tuple(Paper.model_validate(each) for each in read["papers"]),
            total=int(read["total"]),
            unreadable=tuple(str(each) for each in read["unreadable"]),
        )
    except (LookupError, TypeError, ValueError):
        return None


def _of(asked: Asked) -> list[object]:
    return ["search of the ACL Anthology", SCHEMA, *asked]
