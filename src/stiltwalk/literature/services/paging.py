"""Pages by number: records slide from page to page while others are added, and must come once."""

from __future__ import annotations

from collections.abc import Iterable

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.service import ServiceError


def unseen(papers: Iterable[Paper], seen: set[str], limit: int, page: str) -> tuple[Paper, ...]:
    """Those of ``papers`` that no page before had, as many as ``limit`` leaves room for.

    Args:
        papers: of a page.
        seen: ids of those that were given; the new ones are added.
        limit: most papers of all pages.
        page: whose it is and where it begins: ``arXiv, from record 101 on``.

    Raises:
        ServiceError: all were given before: whoever sends the same page again would send it for ever.
    """
    sent = {each.id: each for each in papers}
    fresh = tuple(each for each in sent.values() if each.id not in seen)
    if sent and not fresh:
        raise ServiceError(f"{page}, gives the same records again. Try again later.")
    kept = fresh[: limit - len(seen)]
    seen.update(each.id for each in kept)
    return kept


def no_more(who: str, most: int) -> ServiceError:
    """The error where ``who`` has more records of a query than the ``most`` that can be paged through."""
    return ServiceError(f"{who} gives no more than {most} records of a query. Search fewer years at a time.")
