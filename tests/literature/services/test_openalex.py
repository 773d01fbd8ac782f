"""Tests of OpenAlex: pages, limits, records well and ill, as its documentation describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.openalex import KEY, OPENALEX, abstract_of, paper_of, query
from stiltwalk.literature.services.service import ServiceError
from tests.literature.services import fake_openalex
from tests.literature.services.asking import client
from tests.literature.services.fake_services import saying, serving
from tests.literature.services.straight_client import StraightClient, pages

STILTS = Paper(
    source="openalex",
    id="W3030163527",
    title="English Intermediate-Task Training Improves Zero-Shot Cross-Lingual Transfer Too",
    authors=("Jason Phang", "Iacer Calixto"),
    year=2020,
    venue="AACL",
    kind="article",
    doi="10.18653/v1/2020.aacl-main.56",
    abstract="Intermediate-task training helps the most on the hardest tasks.",
    language="en",
    url="https://doi.org/10.18653/v1/2020.aacl-main.56",
    full_text=("https://aclanthology.org/2020.aacl-main.56.pdf",),
    citations=60,
)


def _papers(number: int) -> list[Paper]:
    return [Paper(source="openalex", id=f"W{n}", title=f"Paper {n}") for n in range(number)]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key is set, but where a test sets one."""
    monkeypatch.delenv(KEY, raising=False)


def test_a_paper() -> None:
    """Every field of a paper arrives."""
    (page,) = pages(OPENALEX, StraightClient(fake_openalex.holding([STILTS])))
    assert [page.papers, page.total, page.unreadable] == [
        (STILTS.replace({"full_text": (*STILTS.full_text, STILTS.url)}),),
        1,
        (),
    ]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 250), st.integers(1, 250))
def test_limit(number: int, limit: int) -> None:
    """As many papers come as are wanted or there are, in order, and no page is asked for in vain."""
    asking = StraightClient(fake_openalex.holding(_papers(number)))
    found = [paper.id for page in pages(OPENALEX, asking, limit) for paper in page.papers]
    assert found == [f"W{n}" for n in range(min(number, limit))]
    assert len(asking.asked) == max(1, -(-min(number, limit) // 100))


def test_ten_thousand_results() -> None:
    """Ten thousand results are as many papers; the total is what the database says."""
    found = pages(OPENALEX, StraightClient(fake_openalex.holding(_papers(12_000))), 10_000)
    assert sum(len(page.papers) for page in found) == 10_000
    assert {page.total for page in found} == {12_000}


def test_no_result() -> None:
    """No result is a page without papers."""
    (page,) = pages(OPENALEX, StraightClient(fake_openalex.holding([])))
    assert [page.papers, page.total] == [(), 0]


def test_what_is_asked() -> None:
    """Words, years, fields, page and cursor are sent as documented; years narrow the query."""
    asking = StraightClient(fake_openalex.holding(_papers(150)))
    pages(OPENALEX, asking, 150, words="intermediate  task\ntraining", since=2019, until=2022)
    first, second = (dict(request.params) for request in asking.asked)
    assert asking.asked[0].url.endswith("/works")
    assert first["search"] == "intermediate task training"
    assert first["filter"] == "from_publication_date:2019-01-01,to_publication_date:2022-12-31"
    assert [first["per_page"], first["cursor"], second["cursor"]] == ["100", "*", "after-100"]
    assert {"id", "display_name", "abstract_inverted_index", "is_retracted"} <= set(
        first["select"].split(",")
    )
    assert not any("." in name for name in first["select"].split(","))


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, None, "search=a b"),
        (2019, None, "search=a b&filter=from_publication_date:2019-01-01"),
        (None, 2020, "search=a b&filter=to_publication_date:2020-12-31"),
    ],
)
def test_query(since: int | None, until: int | None, said: str) -> None:
    """The query is said as it is sent."""
    assert query("a b", since, until) == said


def test_a_long_query() -> None:
    """A query that its address has no room for is refused before it is sent."""
    asking = StraightClient(fake_openalex.holding([]))
    with pytest.raises(ServiceError, match=r"at most 2500 characters; this one has 3999\. Shorten it"):
        pages(OPENALEX, asking, words="ab " * 1333)
    assert asking.asked == []


def test_bad_records() -> None:
    """Records that are not what they should be are taken as far as they hold, or named."""
    records: list[Any] = [
        {"id": "https://openalex.org/W7", "display_name": None},
        {"display_name": " "},
        None,
        "text",
        {"id": 5, "display_name": "Only a title", "authorships": [None, {"author": None}, {"author": "x"}]},
        {
            "display_name": "<i>Wrong</i> types &amp; more",
            "publication_year": "soon",
            "cited_by_count": -3,
            "primary_location": [],
            "locations": {"is_oa": True},
            "abstract_inverted_index": {"a": 0, "b": [0, "x", -1, True, 10**12], "c": None},
            "is_retracted": "false",
            "language": 7,
        },
    ]
    (page,) = pages(OPENALEX, StraightClient(fake_openalex.holding([STILTS], records=records)))
    assert [paper.title for paper in page.papers[1:]] == ["Only a title", "Wrong types & more"]
    assert page.papers[1] == Paper(source="openalex", id="", title="Only a title")
    assert page.papers[2].abstract == "b"
    assert page.unreadable == (
        "The record 'https://openalex.org/W7' has no title.",
        "The record 'without id' has no title.",
    )


@pytest.mark.parametrize("following", [7, None, "", ["x"], "*"])
def test_pages_come_to_an_end(following: object) -> None:
    """A cursor that is none, or the same again, ends the search."""
    asking = StraightClient(
        lambda asked: fake_openalex.answered([fake_openalex.written(STILTS)], "many", following)
    )
    (page,) = pages(OPENALEX, asking)
    assert page.total is None


def test_empty_pages_come_to_an_end() -> None:
    """A database that always has another page, but nothing on it, is not asked for ever."""
    turns = iter(range(10**6))
    asking = StraightClient(lambda asked: fake_openalex.answered([], 10, f"turn-{next(turns)}"))
    assert len(pages(OPENALEX, asking)) == 1


def test_what_is_no_page() -> None:
    """HTML or a list in place of a page is a failure that shows what came."""
    asking = StraightClient(fake_openalex.holding([]), (saying(b"<h1>Hello</h1>"),))
    with pytest.raises(
        ServiceError, match=r"OpenAlex answered something else than a JSON object: '<h1>Hello"
    ):
        pages(OPENALEX, asking)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=2), max_size=20))
def test_abstract(words: list[str]) -> None:
    """An abstract is what its index was made of."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert abstract_of(index) == " ".join(words)


def test_what_is_open() -> None:
    """Files stand before pages, best first, each once; what is not open is left out, and so is no address."""
    closed = {"is_oa": False, "pdf_url": "https://a.example/closed.pdf"}
    best = {
        "is_oa": True,
        "pdf_url": "https://a.example/best.pdf",
        "landing_page_url": "https://a.example/best",
    }
    arxiv = {
        "is_oa": True,
        "pdf_url": "https://arxiv.org/pdf/2005.13013",
        "landing_page_url": "http://arxiv.org/abs/2005.13013v2",
    }
    odd = {"is_oa": True, "pdf_url": "javascript:alert(1)", "landing_page_url": "https://a.example/ x"}
    paper = paper_of(
        {
            "display_name": "A",
            "best_oa_location": best,
            "primary_location": closed,
            "locations": [closed, best, arxiv, odd],
            "open_access": {"oa_url": "https://a.example/best.pdf"},
        }
    )
    assert paper is not None
    assert paper.arxiv == "2005.13013"
    assert paper.full_text == (
        "https://a.example/best.pdf",
        "https://arxiv.org/pdf/2005.13013",
        "https://a.example/best",
        "http://arxiv.org/abs/2005.13013v2",
    )


@pytest.mark.parametrize(
    ("sent", "source", "kind"),
    [
        ("article", "journal", "article"),
        ("article", "conference", "proceedings"),
        ("preprint", "repository", "preprint"),
        ("dissertation", None, "thesis"),
        ("dataset", None, "other"),
        (None, None, ""),
    ],
)
def test_kind(sent: str | None, source: str | None, kind: str) -> None:
    """Kinds are those of the records; what a conference printed is of its proceedings."""
    record = {"display_name": "A", "type": sent, "primary_location": {"source": {"type": source}}}
    paper = paper_of(record)
    assert paper is not None
    assert paper.kind == kind


def test_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key goes along as documented; one with a space in it is refused."""
    monkeypatch.setenv(KEY, " sk-0123456789 \n")
    with serving({"openalex": fake_openalex.holding([STILTS])}) as fake, client(tmp_path) as asking:
        list(OPENALEX.pages("a", None, None, 5, fake.endpoint("openalex"), asking))
        assert [asked.param("api_key") for asked in fake.log] == ["sk-0123456789"]
        monkeypatch.setenv(KEY, "two words")
        with pytest.raises(ServiceError, match=r"^OPENALEX_API_KEY holds spaces or signs that no key has\."):
            list(OPENALEX.pages("b", None, None, 5, fake.endpoint("openalex"), asking))


@pytest.mark.network
def test_the_real_one(tmp_path: Path) -> None:
    """The real database finds the paper that this project begins with.

    It has not been run where there is no network; without a key it costs 0.1 of the day's 10 cents.
    """
    from stiltwalk.literature.services.polite import PoliteClient

    with PoliteClient(tmp_path) as asking:
        (page,) = OPENALEX.pages(
            "English intermediate-task training zero-shot cross-lingual transfer",
            2020,
            2020,
            20,
            OPENALEX.endpoint,
            asking,
        )
    assert "English Intermediate-Task Training" in " ".join(paper.title for paper in page.papers)
    assert any(paper.abstract for paper in page.papers)
