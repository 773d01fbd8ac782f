"""Tests of references: links that a browser may follow, short names, and what is left out."""

from __future__ import annotations

import pytest

from stiltwalk.literature.records.papers import Paper, Work
from stiltwalk.render.synthesis.citing import address, cited, line, links_of, short


def paper(authors: tuple[str, ...] = (), title: str = "A title", year: int | None = 2020) -> Paper:
    """A paper with these."""
    return Paper(source="acl", id="x", title=title, authors=authors, year=year)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=1#c", "https://example.org/a?b=1#c"),
        ("HTTP://example.org/é", "HTTP://example.org/%C3%A9"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org", ""),
        ("https://", ""),
        ("https://[broken", ""),
        ("https://user:secret@example.org", ""),
        ('https://example.org/"onclick=x', "https://example.org/%22onclick=x"),
        ("papers/one.pdf", ""),
    ],
)
def test_only_addresses_of_the_web_are_followed(url: str, expected: str) -> None:
    """Over http(s), to some host, without a password, nothing in it that ends an attribute."""
    assert address(url) == expected


def test_links_are_told_once() -> None:
    """A page that is the DOI's own address is not linked to twice."""
    found = paper().replace({"doi": "10.1/a<b", "arxiv": "2005.13013", "url": "https://doi.org/10.1/a%3Cb"})
    assert [(each.said, each.href) for each in links_of(found)] == [
        ("doi:10.1/a<b", "https://doi.org/10.1/a%3Cb"),
        ("arXiv:2005.13013", "https://arxiv.org/abs/2005.13013"),
    ]


@pytest.mark.parametrize(
    ("authors", "year", "expected"),
    [
        (("Jason Phang", "Iacer Calixto", "Phu Mon Htut"), 2020, "Phang et al. 2020"),
        (("Ada Lovelace", "Charles Babbage"), 1843, "Lovelace and Babbage 1843"),
        (("Ada Lovelace",), None, "Lovelace"),
        ((), 2020, "A title 2020"),
    ],
)
def test_short_names(authors: tuple[str, ...], year: int | None, expected: str) -> None:
    """As papers cite; who has no author is called by the title."""
    assert short(paper(authors, year=year)) == expected


def test_a_line_says_what_is_known_and_no_more() -> None:
    """Authors, title, venue, year; of twelve authors eight are named."""
    bare = paper(year=None)
    assert line(Work(key="k", paper=bare, records=(bare,))) == "A title."
    full = paper(tuple(f"A B{n}" for n in range(12)), title="Why?").replace({"venue": "ACL"})
    found = Work(key="k", paper=full, records=(full,))
    assert line(found).endswith("A B7 and 4 others. Why?. ACL, 2020.")
    assert cited(1, found).others == 4
