"""All five databases at once, over one client and one server: what one of them loses is its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.every import SERVICES
from stiltwalk.literature.services.searching import Found, search
from tests.literature.services import (
    fake_acl,
    fake_arxiv,
    fake_crossref,
    fake_openalex,
    fake_semantic_scholar,
)
from tests.literature.services.asking import client
from tests.literature.services.fake_services import FakeServices, broken, cut_short, limited, serving

QUESTION = "intermediate task training"


def _paper(number: int) -> Paper:
    return Paper(
        source="test",
        id=f"W{number + 1}",
        title=f"Intermediate-Task Training Improves Transfer, Part {number}",
        authors=("Jason Phang", "Iacer Calixto"),
        year=2020,
        venue="Proceedings of AACL",
        kind="proceedings",
        doi=f"10.18653/v1/2020.aacl-main.{number}",
        arxiv=f"2005.{number:05d}",
        abstract=f"Intermediate-task training improves XTREME by {number}.4 points.",
        language="en",
        url="https://example.org/paper",
        full_text=("https://example.org/paper.pdf",),
        citations=number,
    )


PAPERS = tuple(_paper(number) for number in range(120))


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A repository with the ACL Anthology's data."""
    return fake_acl.repository(tmp_path_factory.mktemp("origin"), fake_acl.of_papers(PAPERS))


@pytest.fixture
def fake() -> Iterator[FakeServices]:
    """A server that plays the four others."""
    handlers = {
        "openalex": fake_openalex.holding(PAPERS),
        "semanticscholar": fake_semantic_scholar.holding(PAPERS),
        "arxiv": fake_arxiv.holding(PAPERS),
        "crossref": fake_crossref.holding(PAPERS),
    }
    with serving(handlers) as server:
        yield server


def _searched(
    fake: FakeServices, origin: str, folder: Path, limit: int, *, offline: bool = False
) -> dict[str, Found]:
    with client(folder, offline=offline) as asking:
        return {
            name: search(
                service,
                QUESTION,
                2019,
                2021,
                limit,
                asking,
                endpoint=origin if name == "acl" else fake.endpoint(name),
            )
            for name, service in SERVICES.items()
        }


def test_the_same_paper_has_a_record_in_each(fake: FakeServices, origin: str, tmp_path: Path) -> None:
    """Title, authors, year and DOI agree wherever a database has them: merging rests on that."""
    found = _searched(fake, origin, tmp_path, 5)
    assert list(found) == ["openalex", "arxiv", "semanticscholar", "crossref", "acl"]
    for name, each in found.items():
        assert each.searched.failed == "", name
        assert each.searched.unreadable == (), name
        assert (each.searched.found, each.searched.total) == (5, len(PAPERS)), name
        assert each.searched.at, name
        by_doi = {paper.doi: paper for paper in PAPERS}
        for paper in each.papers:
            asked = by_doi[paper.doi]
            assert paper.source == name
            assert (paper.title, paper.authors, paper.year) == (asked.title, asked.authors, 2020), name
            assert paper.abstract == asked.abstract, name
            assert paper.arxiv in {asked.arxiv, ""}, name


def test_a_throttled_and_a_half_dead_one_lose_only_their_own(
    fake: FakeServices, origin: str, tmp_path: Path
) -> None:
    """One refuses from the start, one breaks down after a page; the others find everything."""
    fake.plan("openalex", [], then=limited())
    fake.plan("crossref", [None], then=broken(503))
    fake.plan("arxiv", [cut_short(100), limited("1"), None, cut_short()])
    found = _searched(fake, origin, tmp_path, 120)
    kept = {name: each.searched.found for name, each in found.items()}
    assert kept == {"openalex": 0, "arxiv": 120, "semanticscholar": 120, "crossref": 100, "acl": 120}
    failed = {name for name, each in found.items() if each.searched.failed}
    assert failed == {"openalex", "crossref"}
    assert "429" in found["openalex"].searched.failed
    assert "503" in found["crossref"].searched.failed


def test_a_search_that_broke_goes_on_where_it_was(fake: FakeServices, origin: str, tmp_path: Path) -> None:
    """Pages that came are not asked for again; afterwards everything is found without a network."""
    fake.plan("crossref", [None], then=broken(503))
    fake.plan("arxiv", [None], then=broken(500))
    first = _searched(fake, origin, tmp_path, 120)
    assert {name for name, each in first.items() if each.searched.failed} == {"crossref", "arxiv"}
    asked = len(fake.log)
    fake.plan("crossref", [])
    fake.plan("arxiv", [])
    second = _searched(fake, origin, tmp_path, 120)
    assert {each.searched.found for each in second.values()} == {120}
    assert [each.service for each in fake.log[asked:]] == ["arxiv", "crossref"]
    third = _searched(fake, origin, tmp_path, 120, offline=True)
    assert third == second
    assert len(fake.log) == asked + 2


def test_offline_from_the_start_nothing_is_asked(fake: FakeServices, origin: str, tmp_path: Path) -> None:
    """Each says that it is offline; no request and no clone is made."""
    found = _searched(fake, origin, tmp_path, 5, offline=True)
    assert all("offline" in each.searched.failed for each in found.values())
    assert fake.log == []
    assert list(tmp_path.iterdir()) == []
