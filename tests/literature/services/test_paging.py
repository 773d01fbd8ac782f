"""Paging: every record comes once, and a page that comes again is an end."""

from __future__ import annotations

import pytest

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.paging import Sent, pages_by_number
from stiltwalk.literature.services.service import Page, ServiceError


class Database:
    """Pages of two records each, by the ids of their papers.

    Attributes:
        asked: first records of the pages that it was asked for.
    """

    def __init__(self, *pages: str, total: int | None = None) -> None:
        self.asked: list[int] = []
        self._pages = pages
        self._total = total

    def __call__(self, start: int) -> Sent:
        """The page; an empty one behind the last."""
        self.asked.append(start)
        ids = self._pages[start // 2] if start // 2 < len(self._pages) else ""
        papers = tuple(Paper(source="arxiv", id=each, title="T") for each in ids)
        return Sent(Page(papers, self._total, (), "2026-11-22"), len(ids), 2)


def _ids(database: Database, limit: int = 9, most: int = 100) -> list[str]:
    found = pages_by_number(database, "X", most, limit)
    return ["".join(each.id for each in page.papers) for page in found]


def test_records_come_once_and_up_to_the_limit() -> None:
    """In order, also where a page holds one twice, or one of the page before; no page more is asked for."""
    assert _ids(Database("abb", "bcd", "ef")) == ["ab", "cd", "ef", ""]
    database = Database("ab", "bc", "de")
    assert _ids(database, limit=3) == ["ab", "c"]
    assert database.asked == [0, 2]


def test_the_last_page_is_known_by_the_total() -> None:
    """Where the database says how many there are; else by a page without records."""
    for total, asked in ((3, [0, 2]), (None, [0, 2, 4])):
        database = Database("ab", "c", total=total)
        _ids(database)
        assert database.asked == asked


def test_a_page_that_comes_again_is_a_failure() -> None:
    """An empty one is none."""
    assert _ids(Database()) == [""]
    with pytest.raises(ServiceError, match=r"^X, from record 3 on, gives the same records again\. Try"):
        _ids(Database("ab", "ab"))


def test_records_that_cannot_be_reached() -> None:
    """Are told of, unless there are as many as were asked for."""
    with pytest.raises(
        ServiceError, match=r"^X gives no more than 4 records of a query\. Search fewer years"
    ):
        _ids(Database("ab", "cd", "ef"), most=4)
    assert _ids(Database("ab", "cd", "ef"), most=4, limit=4) == ["ab", "cd"]
