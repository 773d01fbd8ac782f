"""arXiv: what it is asked, and what it makes of every answer."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import arxiv
from stiltwalk.literature.services.arxiv import ARXIV, search_query
from stiltwalk.literature.services.arxiv_feed import read_feed
from stiltwalk.literature.services.service import ServiceError
from stiltwalk.spec.errors import UserError
from tests.literature.services import fake_arxiv
from tests.literature.services.fake_services import Answered, Asked, altered, saying
from tests.literature.services.straight_client import AT, StraightClient, pages

STILTS = Paper(
    source="arxiv",
    id="2005.13013",
    title="English Intermediate-Task Training Improves Zero-Shot Cross-Lingual Transfer Too",
    authors=("Jason Phang", "Iacer Calixto"),
    year=2020,
    venue="AACL 2020",
    kind="preprint",
    doi="10.18653/v1/2020.aacl-main.56",
    arxiv="2005.13013",
    abstract="Intermediate-task training improves XTREME by 5.4 points & more, p < 0.05.",
    url="https://arxiv.org/abs/2005.13013",
    full_text=("https://arxiv.org/pdf/2005.13013v2",),
)


def _many(count: int) -> list[Paper]:
    return [
        Paper(source="arxiv", id=f"2005.{each:05d}", title=f"Paper {each}", year=2020)
        for each in range(count)
    ]


def _read(entry: str) -> Paper | str:
    feed = read_feed(fake_arxiv.feed([entry], 1).body)
    assert feed.entries == 1
    read: list[Paper | str] = [*feed.papers, *feed.unreadable]
    return read[0]


def _altered(old: str, new: str) -> Paper | str:
    entry = fake_arxiv.written(STILTS)
    assert old in entry
    return _read(entry.replace(old, new))


def test_a_record_is_read_whole() -> None:
    """Every field of an entry comes back, the number without its version, addresses with https."""
    assert _read(fake_arxiv.written(STILTS)) == STILTS


def test_the_query_asks_for_any_word_and_says_the_years() -> None:
    """Words are joined by OR, compounds quoted, phrases kept, dates in the manual's form."""
    assert (
        search_query("training XLM-R transfer", None, None) == 'all:training OR all:"XLM-R" OR all:transfer'
    )
    assert (
        search_query('"intermediate task" BERT', 2019, 2021)
        == '(all:"intermediate task" OR all:BERT) AND submittedDate:[201901010000 TO 202112312359]'
    )
    assert search_query("BERT", 2019, None).endswith("AND submittedDate:[201901010000 TO 209912312359]")
    assert search_query("BERT", None, 2021).endswith("AND submittedDate:[199101010000 TO 202112312359]")


def test_operators_and_signs_of_the_query_language_are_no_words() -> None:
    """What a person types cannot change the form of the query."""
    assert search_query('cats AND (dogs) NOT ti:mice* \\ " [a TO b]', None, None) == (
        'all:cats OR all:dogs OR all:"ti mice" OR all:a OR all:b'
    )


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_quotation_marks_and_brackets_always_pair(words: str) -> None:
    """Whatever is typed, the query is a list of terms, or it is refused."""
    try:
        query = search_query(words, 2000, 2001)
    except UserError:
        return
    assert query.count('"') % 2 == 0
    assert query.count("(") == query.count(")") == 1
    assert query.endswith(") AND submittedDate:[200001010000 TO 200112312359]")


def test_a_query_without_a_word_is_the_users_mistake() -> None:
    """Nothing is asked; the message says what was typed."""
    with pytest.raises(UserError, match=r"arXiv cannot be searched for '\?! ---': there is no word in it"):
        search_query("?! ---", None, None)


def test_what_is_asked_is_what_the_manual_documents() -> None:
    """Parameters, order by relevance, and three seconds between requests."""
    client = StraightClient(fake_arxiv.holding([STILTS]))
    [page] = pages(ARXIV, client, words="transfer")
    assert page.papers == (STILTS,)
    assert (page.total, page.unreadable, page.at) == (1, (), AT)
    [request] = client.asked
    assert request.params == (
        ("search_query", "all:transfer"),
        ("start", "0"),
        ("max_results", "100"),
        ("sortBy", "relevance"),
        ("sortOrder", "descending"),
    )
    assert request.interval == 3.0
    assert ARXIV.endpoint == "https://export.arxiv.org/api/query"


def test_pages_follow_each_other_up_to_the_limit() -> None:
    """10,000 results and a limit of 450: five pages, not a record more is given."""
    client = StraightClient(fake_arxiv.holding(_many(10_000)))
    found = pages(ARXIV, client, 450)
    assert [len(page.papers) for page in found] == [100, 100, 100, 100, 50]
    assert {page.total for page in found} == {10_000}
    assert [dict(each.params)["start"] for each in client.asked] == ["0", "100", "200", "300", "400"]
    assert [paper.id for page in found for paper in page.papers] == [each.id for each in _many(450)]


def test_all_results_come_once() -> None:
    """A limit above what there is ends with the last record, without another request."""
    client = StraightClient(fake_arxiv.holding(_many(500)))
    found = pages(ARXIV, client, 20_000)
    assert len({paper.id for page in found for paper in page.papers}) == 500
    assert len(client.asked) == 5


def test_the_next_page_is_asked_for_when_the_one_before_is_used_up() -> None:
    """Whoever takes one page causes one request."""
    client = StraightClient(fake_arxiv.holding(_many(1000)))
    next(iter(ARXIV.pages("transfer", None, None, 1000, "https://x.example", client)))
    assert len(client.asked) == 1


def test_no_result_is_a_page_without_papers() -> None:
    """The total is zero, which is no failure."""
    [page] = pages(ARXIV, StraightClient(fake_arxiv.holding([])))
    assert (page.papers, page.total, page.unreadable) == ((), 0, ())


def test_more_than_can_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API ends at a number of records; what was found is given before the message."""
    monkeypatch.setattr(arxiv, "MOST", 300)
    found = ARXIV.pages("x", None, None, 400, "", StraightClient(fake_arxiv.holding(_many(500))))
    assert sum(len(next(found).papers) for _ in range(3)) == 300
    with pytest.raises(ServiceError, match=r"no more than 300 records of a query\. Search fewer years"):
        next(found)


def test_an_empty_page_in_the_middle_is_asked_for_again() -> None:
    """The API now and then answers with an empty feed; the second request is another one, for it is kept."""
    empty = altered(lambda _: fake_arxiv.feed([], 500, 100))
    client = StraightClient(fake_arxiv.holding(_many(500)), (None, empty))
    found = pages(ARXIV, client, 500)
    assert len({paper.id for page in found for paper in page.papers}) == 500
    assert len({each.params for each in client.asked}) == len(client.asked)


def test_a_page_that_stays_empty_is_a_failure_and_no_end() -> None:
    """That arXiv has 500 records and gives 100 is said; the 100 are kept."""
    empty = altered(lambda _: fake_arxiv.feed([], 500, 100))
    client = StraightClient(fake_arxiv.holding(_many(500)), (None, empty, empty, empty))
    found = ARXIV.pages("transfer", None, None, 500, "", client)
    assert len(next(found).papers) == 100
    with pytest.raises(ServiceError, match="it has 500 records, but gave none from record 101 on"):
        next(found)


def test_records_that_slide_onto_the_next_page_come_once() -> None:
    """A record that was added meanwhile moves the others on by one."""
    first, second = _many(100), _many(199)[99:]
    answers = itertools.chain([first, second], itertools.repeat([]))

    def sliding(asked: Asked) -> Answered:
        return fake_arxiv.feed([fake_arxiv.written(each) for each in next(answers)], 200)

    found = pages(ARXIV, StraightClient(sliding), 200)
    ids = [paper.id for page in found for paper in page.papers]
    assert len(ids) == len(set(ids)) == 199


def test_the_same_page_for_ever_ends() -> None:
    """A server that does not look at ``start`` is not asked three hundred times."""
    page = fake_arxiv.feed([fake_arxiv.written(each) for each in _many(100)], 20_000)
    found = ARXIV.pages("transfer", None, None, 500, "", StraightClient(lambda asked: page))
    assert len(next(found).papers) == 100
    with pytest.raises(ServiceError, match=r"arXiv, from record 101 on, gives the same records again"):
        next(found)


def test_an_error_comes_as_an_entry_and_is_none() -> None:
    """The error of the manual, section 3.4, is no paper called Error."""
    ill = altered(lambda _: fake_arxiv.refused("incorrect id format for 1234.12345"))
    with pytest.raises(
        ServiceError, match=r"does not take the request: 'incorrect id format for 1234\.12345'"
    ):
        pages(ARXIV, StraightClient(fake_arxiv.holding([]), (ill,) * 3))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Rate exceeded.</body></html>", "'<html><body>Rate exceeded.</body></html>'"),
        (b"Rate exceeded.", "'Rate exceeded.'"),
        (b"", "''"),
        (b"\xff\xfe\x00", "''|'.*'"),
        (b'<rss version="2.0"><channel/></rss>', "'<rss version"),
    ],
)
def test_what_is_no_feed_is_refused_and_shown(body: bytes, said: str) -> None:
    """HTML in place of XML is an error that shows its beginning."""
    client = StraightClient(fake_arxiv.holding([]), (saying(body, fake_arxiv.ATOM),) * 3)
    with pytest.raises(ServiceError, match=f"something else than an Atom feed: {said}"):
        pages(ARXIV, client)


def test_what_is_no_feed_is_asked_for_again() -> None:
    """Twice, each time by another request: a bad answer that was kept does not stand in the way for ever."""
    ill = saying(b"Rate exceeded.", fake_arxiv.ATOM)
    client = StraightClient(fake_arxiv.holding([STILTS]), (ill, ill))
    assert pages(ARXIV, client)[0].papers == (STILTS,)
    assert len({each.params for each in client.asked}) == len(client.asked) == 3


def test_a_document_that_declares_its_type_is_not_read() -> None:
    """No entity is expanded: neither a thousand million laughs nor a file of this machine."""
    laughs = b'<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><feed>&b;</feed>'
    with pytest.raises(ServiceError, match="declares its own type, 'feed', which no feed does"):
        read_feed(laughs)
    files = b'<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed><entry>&a;</entry></feed'
    with pytest.raises(ServiceError, match="declares its own type"):
        read_feed(files)


def test_broken_xml_in_one_entry_costs_no_other_its_place() -> None:
    """The entry is named among what could not be read, the two around it are read."""
    whole = [fake_arxiv.written(each) for each in _many(3)]
    whole[1] = whole[1].replace("</title>", " & <b></title>")
    feed = read_feed(fake_arxiv.feed(whole, 3).body)
    assert [paper.id for paper in feed.papers] == ["2005.00000", "2005.00002"]
    assert feed.unreadable == ("Record 'http://arxiv.org/abs/2005.00001v2' is broken XML.",)
    assert (feed.entries, feed.total) == (3, 3)


@pytest.mark.parametrize("cut", [0.5, 0.8, 0.95])
def test_a_feed_that_ends_in_the_middle_keeps_what_is_whole(cut: float) -> None:
    """Entries before the end are read; the one it ends in is named."""
    body = fake_arxiv.feed([fake_arxiv.written(each) for each in _many(20)], 20).body
    feed = read_feed(body[: int(cut * len(body))])
    assert len(feed.papers) == feed.entries - 1 >= 8
    assert len(feed.unreadable) == 1


def test_a_record_without_a_title_or_a_number_is_named() -> None:
    """It is passed over with a reason."""
    assert _altered(STILTS.title, " ") == "Record '2005.13013' has no title."
    said = _altered("<id>http://arxiv.org/abs/2005.13013v2</id>", "<id>tag:nonsense</id>")
    assert isinstance(said, str)
    assert said.endswith("has no arXiv number: 'tag:nonsense'.")


def test_what_a_record_does_not_say_is_empty() -> None:
    """Neither year, authors nor texts are guessed."""
    bare = _read("<entry><id>http://arxiv.org/abs/hep-ex/0307015</id><title>T</title></entry>")
    assert bare == Paper(
        source="arxiv",
        id="hep-ex/0307015",
        title="T",
        kind="preprint",
        arxiv="hep-ex/0307015",
        url="https://arxiv.org/abs/hep-ex/0307015",
    )


def test_wrong_types_are_left_out() -> None:
    """A year that is none, a DOI that is none, an address that is none."""
    entry = fake_arxiv.written(STILTS.model_copy(update={"doi": "none"}))
    entry = entry.replace("<published>2020", "<published>MMXX").replace(
        "http://arxiv.org/pdf/2005.13013v2", "javascript:alert(1)"
    )
    read = _read(entry)
    assert isinstance(read, Paper)
    assert (read.year, read.doi, read.full_text) == (None, "", ())


def test_tex_in_titles_abstracts_and_names_is_plain_text() -> None:
    """Accents, formulas and commands become what they stand for; lines become one."""
    paper = STILTS.model_copy(
        update={
            "title": "Cross-lingual\n  \\emph{Transfer} for $\\alpha$-BERT",
            "abstract": "We gain $+8.2$ points (from 72.1\\% to 80.3%)\n  on~XNLI; ``better''.",
            "authors": ('J. Schr\\"odinger', "Zoë   Núñez"),
        }
    )
    read = _read(fake_arxiv.written(paper))
    assert isinstance(read, Paper)
    assert read.title == "Cross-lingual Transfer for α-BERT"
    assert read.abstract == "We gain +8.2 points (from 72.1% to 80.3%) on XNLI; “better”."
    assert read.authors == ("J. Schrödinger", "Zoë Núñez")


@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the author due to an error in equation 3.",
        "This submission has been withdrawn by arXiv administrators due to inappropriate overlap",
        "This version withdrawn by arXiv administrators",
        "9 pages. This paper is withdrawn",
        "Withdrawn",
        "The authors have withdrawn this manuscript",
    ],
)
def test_a_withdrawn_paper_is_told_and_has_no_text(comment: str) -> None:
    """The reason stands in the comment, as authors and arXiv write it."""
    read = _read(fake_arxiv.written(STILTS, comment=comment))
    assert isinstance(read, Paper)
    assert read.retracted
    assert read.full_text == ()


@pytest.mark.parametrize(
    "comment",
    [
        "12 pages; an earlier version was withdrawn from another server",
        "Reply to the withdrawn paper arXiv:1234.56789",
        "This paper replaces the withdrawn arXiv:1234.56789",
        "money withdrawn from banks",
        "",
    ],
)
def test_a_paper_about_withdrawals_is_not_withdrawn(comment: str) -> None:
    """A word is no withdrawal."""
    read = _read(fake_arxiv.written(STILTS, comment=comment))
    assert isinstance(read, Paper)
    assert not read.retracted


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2000))
def test_debris_is_read_or_refused(debris: bytes, at: int) -> None:
    """Whatever a feed holds, there is a page or a message, and never another error."""
    body = fake_arxiv.feed([fake_arxiv.written(STILTS)], 1).body
    try:
        feed = read_feed(body[:at] + debris + body[at:])
    except ServiceError as error:
        assert str(error).startswith("arXiv ")  # noqa: PT017 (either is right)
    else:
        assert feed.entries == len(feed.papers) + len(feed.unreadable)


def test_an_encoding_that_nobody_knows() -> None:
    """A feed that declares one is refused or read, and raises nothing else."""
    feed = fake_arxiv.feed([fake_arxiv.written(STILTS)], 1).body
    declared = b"<?xml version='1.0' encoding='no-such-code'?>" + feed[feed.index(b"<feed") :]
    assert read_feed(declared).entries == 1


@pytest.mark.network
def test_the_real_arxiv_knows_its_paper(tmp_path: Path) -> None:
    """One request to arXiv itself finds the paper that the tests above play."""
    from stiltwalk.literature.services.polite import PoliteClient

    with PoliteClient(tmp_path) as client:
        [page] = ARXIV.pages(f'"{STILTS.title}"', 2020, 2020, 5, ARXIV.endpoint, client)
    assert STILTS.arxiv in {paper.arxiv for paper in page.papers}
