"""Paging: every record comes once, and a page that comes again is an end."""

from __future__ import annotations

import pytest

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.paging import unseen
from stiltwalk.literature.services.service import ServiceError


def _papers(*ids: str) -> list[Paper]:
    return [Paper(source="arxiv", id=each, title="T") for each in ids]


def test_records_come_once_and_up_to_the_limit() -> None:
    """In order, also where a page holds one twice."""
    seen: set[str] = set()
    assert [each.id for each in unseen(_papers("a", "b", "b"), seen, 3, "X")] == ["a", "b"]
    assert [each.id for each in unseen(_papers("b", "c", "d"), seen, 3, "X")] == ["c"]
    assert seen == {"a", "b", "c"}


def test_a_page_that_comes_again_is_a_failure() -> None:
    """An empty one is none."""
    assert unseen([], {"a"}, 9, "X") == ()
    with pytest.raises(ServiceError, match=r"^arXiv, from record 101 on, gives the same records again\. Try"):
        unseen(_papers("a"), {"a"}, 9, "arXiv, from record 101 on")
