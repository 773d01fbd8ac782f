"""Tests of Semantic Scholar: both of its searches, limits, records well and ill, as documented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.semantic_scholar import KEY, SEMANTIC_SCHOLAR, paper_of, query
from stiltwalk.literature.services.service import ServiceError
from tests.literature.services import fake_semantic_scholar
from tests.literature.services.asking import Clock, client
from tests.literature.services.fake_services import Answered, Asked, saying, serving
from tests.literature.services.straight_client import StraightClient, pages

STILTS = Paper(
    source="semanticscholar",
    id="5c5751d45e298cea054f32b392c12c61027d2fe7",
    title="English Intermediate-Task Training Improves Zero-Shot Cross-Lingual Transfer Too",
    authors=("Jason Phang", "Iacer Calixto"),
    year=2020,
    venue="AACL",
    kind="proceedings",
    doi="10.18653/v1/2020.aacl-main.56",
    arxiv="2005.13013",
    abstract="Intermediate-task training helps the most on the hardest tasks.",
    url="https://www.semanticscholar.org/paper/5c5751d4",
    full_text=("https://aclanthology.org/2020.aacl-main.56.pdf", "https://arxiv.org/pdf/2005.13013"),
    citations=60,
)


def _papers(number: int) -> list[Paper]:
    """Papers whose best match has the last id: the two searches give them in opposite orders."""
    return [Paper(source="semanticscholar", id=f"{number - n:05}", title=f"Paper {n}") for n in range(number)]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key is set, but where a test sets one."""
    monkeypatch.delenv(KEY, raising=False)


def test_a_paper() -> None:
    """Every field of a paper arrives."""
    (page,) = pages(SEMANTIC_SCHOLAR, StraightClient(fake_semantic_scholar.holding([STILTS])))
    assert [page.papers, page.total, page.unreadable] == [(STILTS,), 1, ()]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 250), st.integers(1, 250))
def test_limit(number: int, limit: int) -> None:
    """As many papers come as are wanted or there are, in order, and no page is asked for in vain."""
    asking = StraightClient(fake_semantic_scholar.holding(_papers(number)))
    found = [paper.title for page in pages(SEMANTIC_SCHOLAR, asking, limit) for paper in page.papers]
    assert found == [f"Paper {n}" for n in range(min(number, limit))]
    assert len(asking.asked) == max(1, -(-min(number, limit) // 100))


@pytest.mark.parametrize(("number", "limit"), [(1000, 1000), (1000, 1500), (2500, 1001), (2500, 9999)])
def test_beyond_a_thousand(number: int, limit: int) -> None:
    """The thousand best come by relevance, the others in bulk, none twice, and no more than are wanted."""
    asking = StraightClient(fake_semantic_scholar.holding(_papers(number)))
    found = [paper for page in pages(SEMANTIC_SCHOLAR, asking, limit) for paper in page.papers]
    assert [paper.title for paper in found[:1000]] == [f"Paper {n}" for n in range(1000)]
    assert len({paper.id for paper in found}) == len(found) == min(number, limit)


@pytest.mark.slow
def test_ten_thousand_results() -> None:
    """Ten thousand results are as many papers."""
    asking = StraightClient(fake_semantic_scholar.holding(_papers(12_000)))
    found = pages(SEMANTIC_SCHOLAR, asking, 10_000)
    assert sum(len(page.papers) for page in found) == 10_000
    assert {page.total for page in found} == {12_000}


def test_no_result() -> None:
    """No result is a page without papers."""
    (page,) = pages(SEMANTIC_SCHOLAR, StraightClient(fake_semantic_scholar.holding([])))
    assert [page.papers, page.total] == [(), 0]


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "query=zero shot transfer XLM R a - b"),
        (2019, None, "query=zero shot transfer XLM R a - b&year=2019-"),
        (None, 2020, "query=zero shot transfer XLM R a - b&year=-2020"),
        (2019, 2020, "query=zero shot transfer XLM R a - b&year=2019-2020"),
        (2020, 2020, "query=zero shot transfer XLM R a - b&year=2020"),
    ],
)
def test_query(since: int | None, until: int | None, said: str) -> None:
    """The query is said as it is sent: without the hyphens that would find nothing, years as documented."""
    assert query("zero-shot  transfer XLM\u2011R a - b", since, until) == said


def test_bad_records() -> None:
    """Records that are not what they should be are taken as far as they hold, or named."""
    records: list[Any] = [
        {"paperId": "7", "title": None},
        None,
        {
            "title": "Wrong types",
            "externalIds": [],
            "authors": [{"name": None}, 3],
            "year": True,
            "citationCount": "9",
            "openAccessPdf": {"url": "ftp://a.example/x.pdf"},
            "publicationTypes": "Conference",
        },
    ]
    (page,) = pages(
        SEMANTIC_SCHOLAR, StraightClient(fake_semantic_scholar.holding([STILTS], records=records))
    )
    assert page.papers[1] == Paper(source="semanticscholar", id="", title="Wrong types")
    assert page.unreadable == ("The record '7' has no title.",)


@pytest.mark.parametrize("following", [0, -5, "100", None, True])
def test_pages_come_to_an_end(following: object) -> None:
    """A next page that is none, or no later one, ends the search."""
    record = fake_semantic_scholar.written(STILTS)
    asking = StraightClient(
        lambda asked: fake_semantic_scholar.answered({"data": [record], "next": following})
    )
    assert len(pages(SEMANTIC_SCHOLAR, asking)) == 1


@pytest.mark.parametrize("sent", [{"total": 0, "offset": 0}, {"total": 0, "offset": 0, "data": None}])
def test_no_data(sent: dict[str, Any]) -> None:
    """Where nothing is found, the list of papers may be missing."""
    (page,) = pages(SEMANTIC_SCHOLAR, StraightClient(lambda asked: fake_semantic_scholar.answered(sent)))
    assert [page.papers, page.total] == [(), 0]


def test_fewer_than_it_has() -> None:
    """A page that is not full is the last, whatever is said to come next: beyond it are errors."""
    handler = fake_semantic_scholar.holding(_papers(146))

    def says_more(asked: Asked) -> Answered:
        answered = handler(asked)
        sent = json.loads(answered.body) | {"total": 422}
        following = sent["offset"] + len(sent["data"])
        assert sent["offset"] <= 100
        return fake_semantic_scholar.answered(sent | {"next": following})

    found = pages(SEMANTIC_SCHOLAR, StraightClient(says_more), 400)
    assert [len(page.papers) for page in found] == [100, 46]


def test_what_is_no_page() -> None:
    """HTML in place of a page is a failure that shows what came."""
    asking = StraightClient(fake_semantic_scholar.holding([]), (saying(b"<h1>Hello</h1>"),))
    with pytest.raises(ServiceError, match=r"Semantic Scholar answered something else than a JSON object"):
        pages(SEMANTIC_SCHOLAR, asking)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"publicationTypes": ["Journal Article", "Review"]}, "article"),
        ({"publicationTypes": ["JournalArticle", "Conference"]}, "proceedings"),
        ({"publicationTypes": ["JournalArticle"], "venue": "arXiv.org"}, "preprint"),
        ({"publicationTypes": ["Dataset"]}, "other"),
        ({"publicationVenue": {"name": "ACL", "type": "conference"}}, "proceedings"),
        ({}, ""),
    ],
)
def test_kind(record: dict[str, Any], kind: str) -> None:
    """Kinds are those of the records, and what stands on arXiv alone is a preprint."""
    paper = paper_of({"title": "A", **record})
    assert paper is not None
    assert paper.kind == kind


def test_what_is_open() -> None:
    """The file that it names comes first; those of the Anthology and of arXiv are known by their ids."""
    paper = paper_of({"title": "A", "externalIds": {"ACL": "2020.aacl-main.56", "ArXiv": "2005.13013"}})
    assert paper is not None
    assert paper.full_text == (
        "https://aclanthology.org/2020.aacl-main.56.pdf",
        "https://arxiv.org/pdf/2005.13013",
    )
    hostile = paper_of({"title": "A", "externalIds": {"ACL": "../x?y", "ArXiv": "../../1"}})
    assert hostile is not None
    assert hostile.full_text == ()


@pytest.mark.parametrize(("key", "between"), [("", 3.1), ("sk-0123456789", 1.1)])
def test_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, between: float) -> None:
    """The key goes along in its header, and allows a faster pace."""
    monkeypatch.setenv(KEY, key)
    clock = Clock()
    with serving({"s2": fake_semantic_scholar.holding(_papers(150))}) as fake:
        with client(tmp_path, clock) as asking:
            list(SEMANTIC_SCHOLAR.pages("a", None, None, 150, fake.endpoint("s2"), asking))
        assert [asked.headers.get("x-api-key", "") for asked in fake.log] == [key, key]
    assert clock.waits == [pytest.approx(between)]


@pytest.mark.network
def test_the_real_one(tmp_path: Path) -> None:
    """The real database finds the paper that this project begins with.

    It has not been run where there is no network; without a key it may be throttled.
    """
    from stiltwalk.literature.services.polite import PoliteClient

    with PoliteClient(tmp_path) as asking:
        page = next(
            SEMANTIC_SCHOLAR.pages(
                "English intermediate task training zero shot cross lingual transfer",
                2020,
                2020,
                20,
                SEMANTIC_SCHOLAR.endpoint,
                asking,
            )
        )
    assert any(paper.arxiv == "2005.13013" for paper in page.papers)
