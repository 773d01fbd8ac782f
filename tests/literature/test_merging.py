"""Tests of merging: every paper once, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.identities import published_doi
from stiltwalk.literature.merging import merged
from stiltwalk.literature.records.papers import Paper, Work


def paper(
    source: str, number: str, title: str = "English Intermediate Training Helps", **fields: object
) -> Paper:
    """A record of a source."""
    return Paper.model_validate({"source": source, "id": number, "title": title, **fields})


def groups(works: tuple[Work, ...]) -> list[set[str]]:
    """Which records are one work, by their ids."""
    return [{record.id for record in work.records} for work in works]


def test_records_with_a_number_in_common_are_one_over_others() -> None:
    """A DOI joins two, arXiv's number a third, arXiv's DOI a fourth, whatever their titles."""
    works = merged(
        [
            paper("crossref", "a", "Published Title", doi="10.1/x"),
            paper("openalex", "b", "Other Title", doi="10.1/x", arxiv="2005.13013"),
            paper("arxiv", "c", "First Title", arxiv="2005.13013"),
            paper("semanticscholar", "d", "", doi="10.48550/arxiv.2005.13013"),
            paper("crossref", "e", "Something Else Entirely", doi="10.1/y"),
        ]
    )
    assert sorted(map(sorted, groups(works))) == [["a", "b", "c", "d"], ["e"]]


def test_records_with_an_acl_id_in_common_are_one() -> None:
    """The anthology's DOI and address name the same paper as the anthology."""
    works = merged(
        [
            paper("acl", "2020.aacl-main.56", "A Title of It"),
            paper("openalex", "b", "Another Title of It", url="https://aclanthology.org/2020.aacl-main.56/"),
            paper("crossref", "c", "A Third Title of It", doi="10.18653/v1/2020.aacl-main.56"),
        ]
    )
    assert len(works) == 1
    assert works[0].key == "doi:10.18653/v1/2020.aacl-main.56"


@pytest.mark.parametrize(
    ("fields", "one"),
    [
        ({"year": 2021, "authors": ("A. Smith",)}, True),
        ({"year": 2022, "authors": ("Anna Smith", "B. Else")}, True),
        ({}, True),
        ({"year": 2023, "authors": ("A. Smith",)}, False),
        ({"year": 2021, "authors": ("Bob Jones",)}, False),
        ({"year": 2021, "doi": "10.1/y"}, False),
        ({"year": 2021, "doi": "10.48550/arxiv.2101.00001"}, True),
        ({"year": 2020, "doi": "10.1101/2020.1", "kind": "preprint"}, True),
    ],
)
def test_records_with_the_same_title(fields: dict[str, object], one: bool) -> None:
    """They are one if year and first author do not contradict it, and if only one has a publisher's DOI."""
    first = paper(
        "crossref",
        "a",
        "English Intermediate-Training Helps!",
        year=2021,
        authors=("Anna Smith",),
        doi="10.1/x",
    )
    assert (len(merged([first, paper("openalex", "b").replace(fields)])) == 1) is one


def test_a_title_that_says_little_joins_nothing() -> None:
    """Two editorials are two, unless year and author are known and the same."""
    first, second = paper("crossref", "a", "Editorial"), paper("openalex", "b", "Editorial")
    assert len(merged([first, second])) == 2
    known = {"year": 2021, "authors": ("Anna Smith",)}
    assert len(merged([first.replace(known), second.replace(known)])) == 1


def test_the_best_of_every_field() -> None:
    """Who publishes is trusted before who gathers; the longest abstract counts, and all addresses."""
    (work,) = merged(
        [
            paper(
                "arxiv",
                "c",
                arxiv="2005.13013",
                year=2020,
                abstract="Long abstract.",
                full_text=("https://arxiv.org/pdf/2005.13013",),
            ),
            paper(
                "openalex",
                "b",
                year=2021,
                citations=7,
                language="en",
                full_text=("https://x.org/b.pdf",),
                retracted=True,
            ),
            paper(
                "crossref",
                "a",
                year=2021,
                doi="10.1/x",
                venue="Journal of It",
                abstract="Short.",
                citations=3,
            ),
        ]
    )
    best = work.paper
    assert (work.key, best.source, best.id) == ("doi:10.1/x", "crossref", "a")
    assert (best.year, best.venue, best.abstract, best.citations) == (
        2021,
        "Journal of It",
        "Long abstract.",
        7,
    )
    assert (best.arxiv, best.language, best.retracted) == ("2005.13013", "en", True)
    assert best.full_text == ("https://arxiv.org/pdf/2005.13013", "https://x.org/b.pdf")
    assert [record.source for record in work.records] == ["crossref", "openalex", "arxiv"]


def test_differences_are_said() -> None:
    """Years, titles, authors that contradict each other are warnings; the year of a preprint is none."""
    (work,) = merged(
        [
            paper("crossref", "a", "One Title", doi="10.1/x", year=2021, authors=("Anna Smith", "Bob Jones")),
            paper("openalex", "b", "One title.", doi="10.1/x", year=2022, authors=("A. Smith",)),
            paper("folder", "c", "Another", doi="10.1/x", authors=("Carl Lund", "Bob Jones")),
            paper("arxiv", "d", doi="10.1/x", title="One Title", kind="preprint", year=2019),
        ]
    )
    assert work.differences == (
        "Its year is 2021 (crossref) or 2022 (openalex).",
        "Its title is One Title (crossref, openalex, arxiv) or Another (folder).",
        "Its first author is Anna Smith (crossref, openalex) or Carl Lund (folder).",
        "The number of its authors is 2 (crossref, folder) or 1 (openalex).",
    )


def test_keys() -> None:
    """A work is called by its first number, a file by its path, else by a digest of its title."""
    keys = [
        merged([each])[0].key
        for each in (
            paper("arxiv", "a", arxiv="2005.13013"),
            paper("acl", "2020.x-main.1"),
            paper("folder", "a.txt", full_text=("below/a.txt",)),
            paper("openalex", "W1"),
        )
    ]
    assert keys[:3] == ["arxiv:2005.13013", "acl:2020.x-main.1", "file:below/a.txt"]
    assert keys[3].startswith("title:")
    assert len(keys[3]) == 18


TITLES = ("One Title of Words", "one title, of words", "Another of Four Words", "Editorial", "")
RECORDS = st.builds(
    lambda source, number, title, author, year, doi, arxiv: Paper(
        source=source, id=number, title=title, authors=author, year=year, doi=doi, arxiv=arxiv
    ),
    st.sampled_from(["crossref", "openalex", "arxiv", "folder"]),
    st.sampled_from("abcd"),
    st.sampled_from(TITLES),
    st.sampled_from([(), ("A. Smith",), ("Anna Smith", "B. Jones"), ("C. Lund",)]),
    st.sampled_from([None, 2019, 2020, 2021, 2022]),
    st.sampled_from(["", "", "10.1/x", "10.1/y", "10.48550/arxiv.2005.13013"]),
    st.sampled_from(["", "", "2005.13013", "2101.00001"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(RECORDS, max_size=7), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_order_and_loses_nothing(papers: list[Paper], chance: object) -> None:
    """Any order gives the same works, every record is in one, no DOI is lost, and merged again they stay."""
    works = merged(papers)
    shuffled = list(papers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merged(shuffled) == works
    records = [record for work in works for record in work.records]
    assert sorted(map(repr, records)) == sorted(map(repr, papers))
    assert merged(records) == works
    assert len({work.key for work in works}) == len(works)
    for work in works:
        dois = {record.doi for record in work.records} - {""}
        assert bool(work.paper.doi) == bool(dois)
        assert work.paper.doi in dois | {""}
    whose = [{published_doi(record) for record in work.records} - {""} for work in works]
    assert sum(map(len, whose)) == len(set().union(*whose))
