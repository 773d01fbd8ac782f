"""Tests of the bibliography: every entry can be read by another program, and says what the paper says."""

from __future__ import annotations

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.papers import Paper, Work
from stiltwalk.render.synthesis.bibtex import bibtex
from tests.render.synthesis.syntheses import HOSTILE, USUAL, Shape, synthesis


def entries(works: tuple[Work, ...]) -> list[dict[str, str]]:
    """The fields of every entry, as bibtexparser reads them; none may fail."""
    library = parse_string(bibtex(works))
    assert library.failed_blocks == []
    return [
        {"key": entry.key, "type": entry.entry_type, **{f.key: f.value for f in entry.fields}}
        for entry in library.entries
    ]


@pytest.mark.parametrize("shape", [USUAL, HOSTILE])
def test_every_work_is_an_entry_with_a_key_of_its_own(shape: Shape) -> None:
    """As many as there are works, whatever they are called."""
    works = synthesis(shape).works
    found = entries(works)
    assert len({each["key"] for each in found}) == len(found) == len(works)


def test_fields_are_those_of_the_paper() -> None:
    """Kind, authors, year, venue, numbers and page, as BibTeX has them."""
    paper = Paper(
        source="acl",
        id="x",
        title="Does 50 % of {it} help & why?",
        authors=("Jason Phang", "Research and Development, Inc."),
        year=2020,
        venue="AACL_IJCNLP",
        kind="proceedings",
        doi="10.1/ab_c",
        arxiv="2005.13013",
        url="https://example.org/a b",
    )
    (found,) = entries((Work(key="k", paper=paper, records=(paper,)),))
    assert found == {
        "key": "phang2020",
        "type": "inproceedings",
        "title": r"{Does 50 \% of \textbraceleft{}it\textbraceright{} help \& why?}",
        "author": "Jason Phang and {Research and Development, Inc.}",
        "year": "2020",
        "booktitle": r"AACL\_IJCNLP",
        "doi": "10.1/ab_c",
        "eprint": "2005.13013",
        "archiveprefix": "arXiv",
        "url": "https://example.org/a%20b",
    }


def test_the_same_name_and_year_are_told_apart() -> None:
    """By a number behind the key, in the order of works."""
    paper = Paper(source="acl", id="x", title="T", authors=("Ada Lovelace",), year=1843)
    works = tuple(Work(key=str(n), paper=paper, records=(paper,)) for n in range(3))
    assert [each["key"] for each in entries(works)] == ["lovelace1843", "lovelace1843-2", "lovelace1843-3"]


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(max_size=40),
    author=st.text(max_size=20),
    venue=st.text(max_size=20),
    doi=st.text(max_size=9),
)
def test_any_text_makes_an_entry(title: str, author: str, venue: str, doi: str) -> None:
    """Braces always match, so that one paper's title cannot swallow the next entry."""
    paper = Paper(source="acl", id="x", title=title, authors=(author,), venue=venue, doi=doi, kind="article")
    work = Work(key="k", paper=paper, records=(paper,))
    text = bibtex((work, work))
    assert text.count("{") == text.count("}")
    assert len(entries((work, work))) == 2
