"""Crossref: what it is asked, and what it makes of every answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import crossref
from stiltwalk.literature.services.crossref import CROSSREF
from stiltwalk.literature.services.crossref_record import read_record
from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import MAILTO, ServiceError
from stiltwalk.spec.errors import UserError
from tests.literature.services import fake_crossref
from tests.literature.services.fake_services import altered, saying
from tests.literature.services.straight_client import AT, ENDPOINT, StraightClient, pages

STILTS = Paper(
    source="crossref",
    id="10.18653/v1/2020.aacl-main.56",
    title="English Intermediate-Task Training Improves Zero-Shot Cross-Lingual Transfer Too",
    authors=("Jason Phang", "Iacer Calixto"),
    year=2020,
    venue="Proceedings of AACL",
    kind="proceedings",
    doi="10.18653/v1/2020.aacl-main.56",
    abstract="Training improves XTREME by 5.4 points.",
    url="https://doi.org/10.18653/v1/2020.aacl-main.56",
    full_text=("https://www.aclweb.org/anthology/2020.aacl-main.56.pdf",),
    citations=12,
)


PAPERS = (
    "type:journal-article,type:proceedings-article,type:posted-content,type:dissertation,type:monograph,"
    "type:book-chapter,type:report"
)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MAILTO, raising=False)


def _many(count: int) -> list[Paper]:
    return [
        Paper(source="crossref", id="", doi=f"10.1000/{each}", title=f"Paper {each}", year=2020)
        for each in range(count)
    ]


def _with(changes: Mapping[str, Any]) -> Paper:
    read = read_record({**fake_crossref.written(STILTS), **changes})
    assert isinstance(read, Paper), read
    return read


def test_a_record_is_read_whole() -> None:
    """Every field of a record comes back; the DOI in lower case without a resolver."""
    assert read_record(fake_crossref.written(STILTS)) == STILTS


def test_what_is_asked_is_what_the_document_describes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, whole years, selected elements; the address of who asks goes along and is not kept."""
    monkeypatch.setenv(MAILTO, "me@example.org")
    client = StraightClient(fake_crossref.holding([STILTS]))
    [page] = pages(CROSSREF, client, since=2019, until=2021)
    assert page == ((STILTS,), 1, (), AT)
    [request] = client.asked
    assert request.url == f"{ENDPOINT}/works"
    assert request.params == (
        ("query.bibliographic", "intermediate task training"),
        ("filter", f"from-pub-date:2019-01-01,until-pub-date:2021-12-31,{PAPERS}"),
        ("select", crossref.SELECT),
        ("rows", "100"),
        ("offset", "0"),
    )
    assert request.secret_params == (("mailto", "me@example.org"),)


def test_nobody_has_to_say_who_asks() -> None:
    """Without years only types are filtered, without an address there is no parameter for it."""
    client = StraightClient(fake_crossref.holding([STILTS]))
    pages(CROSSREF, client)
    assert dict(client.asked[0].params)["filter"] == PAPERS
    assert client.asked[0].secret_params == ()
    assert client.asked[0].interval == 1.0


def test_the_query_is_printed_as_it_is_sent() -> None:
    """Words on one line, and the filter."""
    assert CROSSREF.query("task \n training", None, None) == (
        f"query.bibliographic=task training&filter={PAPERS}"
    )
    assert CROSSREF.query("task", None, 2021) == (
        f"query.bibliographic=task&filter=until-pub-date:2021-12-31,{PAPERS}"
    )
    with pytest.raises(UserError, match=r"Crossref cannot be searched for ' \?': there is no word in it"):
        CROSSREF.query(" ?", None, None)


def test_pages_follow_each_other_up_to_the_limit() -> None:
    """A limit of 250 among 10,000: three pages, not a record more is given."""
    client = StraightClient(fake_crossref.holding(_many(10_000)))
    found = pages(CROSSREF, client, 250)
    assert [len(page.papers) for page in found] == [100, 100, 50]
    assert {page.total for page in found} == {10_000}
    assert [dict(each.params)["offset"] for each in client.asked] == ["0", "100", "200"]


def test_the_last_page_is_the_last_request() -> None:
    """200 of 200 take two requests."""
    client = StraightClient(fake_crossref.holding(_many(200)))
    assert sum(len(page.papers) for page in pages(CROSSREF, client, 500)) == 200
    assert len(client.asked) == 2


def test_beyond_what_can_be_reached_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offset and rows end at a number; what was found is given before the message."""
    assert crossref.MOST == 10_000
    monkeypatch.setattr(crossref, "MOST", 300)
    client = StraightClient(fake_crossref.holding(_many(500)))
    found = CROSSREF.pages("x", None, None, 400, ENDPOINT, client)
    assert sum(len(next(found).papers) for _ in range(3)) == 300
    with pytest.raises(ServiceError, match=r"no more than 300 records of a query\. Search fewer years"):
        next(found)


def test_no_result_is_a_page_without_papers() -> None:
    """The total is zero, which is no failure."""
    [page] = pages(CROSSREF, StraightClient(fake_crossref.holding([])))
    assert page == ((), 0, (), AT)


def test_a_total_that_is_not_kept_ends_with_an_empty_page() -> None:
    """A list that says 500 and gives none is not asked for ever."""
    empty = altered(lambda _: fake_crossref.works([], 500))
    client = StraightClient(fake_crossref.holding(_many(500)), (None, empty))
    assert [len(page.papers) for page in pages(CROSSREF, client, 500)] == [100, 0]


def test_records_on_two_pages_come_once() -> None:
    """Pages by offset may overlap, as Crossref's forum reports."""
    items = [fake_crossref.written(each) for each in _many(150)]
    first = altered(lambda _: fake_crossref.works(items[:100], 200))
    second = altered(lambda _: fake_crossref.works(items[50:], 200))
    client = StraightClient(fake_crossref.holding([]), (first, second))
    ids = [paper.id for page in pages(CROSSREF, client, 300) for paper in page.papers]
    assert len(ids) == len(set(ids)) == 150


def test_the_same_page_for_ever_ends() -> None:
    """A server that does not look at ``offset`` is not asked a hundred times."""
    page = fake_crossref.works([fake_crossref.written(each) for each in _many(100)], 20_000)
    found = CROSSREF.pages("transfer", None, None, 500, "", StraightClient(lambda asked: page))
    assert len(next(found).papers) == 100
    with pytest.raises(ServiceError, match=r"Crossref, from record 101 on, gives the same records again"):
        next(found)


def test_a_refusal_is_told_in_its_own_words() -> None:
    """A list of what is not taken; also with a status of success."""
    ill = altered(lambda _: fake_crossref.refused("x", "y", "Filter until-pub-date is not valid", status=200))
    with pytest.raises(ServiceError, match="does not take the request: 'Filter until-pub-date is not valid'"):
        pages(CROSSREF, StraightClient(fake_crossref.holding([]), (ill,)))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>down</html>", "something else than a JSON object: '<html>down</html>'"),
        (b"[1, 2]", r"something else than a JSON object: '\[1, 2\]'"),
        (b'{"status": "ok"', "something else than a JSON object"),
        (b"[" * 100_000, "something else than a JSON object"),
        (b'{"status": "ok", "message": {"items": {}}}', "something else than a list of works"),
        (b'{"status": "error", "message": "overloaded"}', "does not take the request: 'overloaded'"),
        (b"{}", "does not take the request: 'None'"),
    ],
)
def test_what_is_no_list_is_refused_and_shown(body: bytes, said: str) -> None:
    """Whatever comes in its place is an error that shows its beginning."""
    with pytest.raises(ServiceError, match=said):
        pages(CROSSREF, StraightClient(fake_crossref.holding([]), (saying(body),)))


def test_bad_records_cost_no_other_its_place() -> None:
    """Without a title, without a DOI, none at all, of another kind: each is named."""
    items = [
        fake_crossref.written(STILTS),
        {**fake_crossref.written(STILTS), "DOI": "10.1000/2", "title": []},
        {"title": ["No DOI"]},
        "debris",
        {"DOI": "10.1000/3", "title": ["A Journal"], "type": "journal"},
    ]
    ill = altered(lambda _: fake_crossref.works(items, 5))
    [page] = pages(CROSSREF, StraightClient(fake_crossref.holding([]), (ill,)))
    assert page.papers == (STILTS,)
    assert page.unreadable == (
        "Record '10.1000/2' has no title.",
        "A record has no DOI: '{'title': ['No DOI']}'.",
        "A record has no DOI: 'debris'.",
        "Record '10.1000/3' is no paper: Crossref calls it 'journal'.",
    )


def test_wrong_types_are_left_out() -> None:
    """A field of another type than the schema's is as good as missing."""
    read = _with(
        {
            "author": [{"family": "Phang", "given": 7}, "debris", {}, {"name": "The Group"}],
            "issued": {"date-parts": [[None]]},
            "published": {"date-parts": [["2021"]]},
            "container-title": "A Journal",
            "is-referenced-by-count": "many",
            "link": {"URL": "x"},
            "abstract": ["no"],
            "language": 3,
            "subtitle": None,
            "updated-by": "yes",
        }
    )
    assert read.authors == ("Phang", "The Group")
    assert (read.year, read.venue, read.citations) == (2021, "A Journal", None)
    assert (read.full_text, read.abstract, read.language, read.retracted) == ((), "", "", False)


def test_a_record_that_says_next_to_nothing_is_a_paper() -> None:
    """A DOI and a title are enough."""
    assert read_record({"DOI": "https://doi.org/10.1000/ABC", "title": ["T"]}) == Paper(
        source="crossref", id="10.1000/abc", title="T", doi="10.1000/abc", url="https://doi.org/10.1000/abc"
    )


def test_markup_becomes_text() -> None:
    """JATS, face markup, entities held twice over, TeX, and a subtitle."""
    read = _with(
        {
            "title": ["<i>E. coli</i> &amp;amp; <b>BERT</b> &lt;29 Weeks"],
            "subtitle": ["A $\\alpha$-Study"],
            "container-title": ["Language &amp; Speech"],
            "author": [{"given": "J&ouml;rg", "family": "Tiedemann"}],
            "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Results</jats:title>"
            "<jats:p>We gain 3&#8201;points (<jats:italic>p</jats:italic> &lt; 0.05).</jats:p></jats:sec>",
        }
    )
    assert read.title == "E. coli & BERT <29 Weeks: A α-Study"
    assert read.venue == "Language & Speech"
    assert read.authors == ("Jörg Tiedemann",)
    assert read.abstract == "Results\n\nWe gain 3 points (p < 0.05)."


def test_only_links_to_a_readable_text_are_taken() -> None:
    """Those that check for similarity are for that service, XML and nothing in particular are not read."""

    def link(url: str, media_type: str, purpose: str) -> dict[str, str]:
        return {"URL": url, "content-type": media_type, "intended-application": purpose}

    read = _with(
        {
            "link": [
                link("https://a.example/1.pdf", "application/pdf", "similarity-checking"),
                link("https://a.example/2.xml", "text/xml", "text-mining"),
                link("https://a.example/3", "unspecified", "unspecified"),
                link("https://a.example/4.pdf", "application/pdf", "unspecified"),
                link("https://a.example/5.html", "text/html", "text-mining"),
                link("https://a.example/4.pdf", "application/pdf", "text-mining"),
                link("file:///etc/passwd", "application/pdf", "text-mining"),
            ]
        }
    )
    assert read.full_text == ("https://a.example/5.html", "https://a.example/4.pdf")


@pytest.mark.parametrize("kind", ["retraction", "withdrawal", "removal", "Retraction"])
def test_a_retracted_work_is_told(kind: str) -> None:
    """Its record says by what it was updated."""
    assert _with({"updated-by": [{"type": kind, "DOI": "10.1000/notice"}]}).retracted
    assert _with({"update-to": [{"type": kind, "DOI": STILTS.doi.upper()}]}).retracted


@pytest.mark.parametrize(
    "changes",
    [
        {"update-to": [{"type": "retraction", "DOI": "10.1000/another"}]},
        {"updated-by": [{"type": "correction", "DOI": "10.1000/notice"}]},
        {"updated-by": [{"type": "expression_of_concern", "DOI": "10.1000/notice"}]},
        {"updated-by": []},
    ],
)
def test_a_notice_and_a_corrected_work_still_stand(changes: dict[str, Any]) -> None:
    """What retracts another is not retracted itself."""
    assert not _with(changes).retracted


def test_preprints_of_arxiv_are_known_by_their_doi() -> None:
    """The number is in it; the type is that of a preprint."""
    read = _with({"DOI": "10.48550/arXiv.2005.13013", "type": "posted-content"})
    assert (read.arxiv, read.kind) == ("2005.13013", "preprint")


@pytest.mark.parametrize(
    ("related", "number"),
    [
        ([{"id-type": "doi", "id": "10.48550/arXiv.2005.13013", "asserted-by": "subject"}], "2005.13013"),
        ({"id-type": "doi", "id": "https://doi.org/10.48550/arxiv.2005.13013"}, "2005.13013"),
        ([{"id-type": "arxiv", "id": "arXiv:2005.13013v2"}], "2005.13013"),
        ([{"id-type": "doi", "id": "10.1101/2020.05.13013"}], ""),
        (["debris", None], ""),
        (None, ""),
    ],
)
def test_a_preprint_that_it_relates_to_is_known(related: object, number: str) -> None:
    """Only one on arXiv, by its DOI or its number."""
    assert _with({"relation": {"has-preprint": related}}).arxiv == number


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(crossref.SELECT.split(",")), _JSON, max_size=6))
def test_debris_is_read_or_named(changes: dict[str, Any]) -> None:
    """Whatever JSON a record holds, it is a paper or a sentence, and can be written."""
    read = read_record({**fake_crossref.written(STILTS), **changes})
    if isinstance(read, Paper):
        json.dumps(read.model_dump(), ensure_ascii=False).encode()
    else:
        assert read.endswith(".")


@pytest.mark.network
def test_the_real_crossref_knows_its_paper(tmp_path: Path) -> None:
    """One request to Crossref itself finds the paper that the tests above play."""
    with PoliteClient(tmp_path) as client:
        [page] = CROSSREF.pages(STILTS.title, 2020, 2020, 5, CROSSREF.endpoint, client)
    assert STILTS.doi in {paper.doi for paper in page.papers}
