"""Tests of fields that databases send: whatever comes, what is taken is what it should be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import fields, openalex, semantic_scholar
from stiltwalk.literature.services.service import ServiceError
from tests.literature.services import fake_openalex, fake_semantic_scholar

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
PAPER = Paper(
    source="x", id="1", title="A", doi="10.1000/a", abstract="b c", venue="V", url="https://a.example"
)


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("2005.13013", "2005.13013"),
        ("2005.13013v2", "2005.13013"),
        ("arXiv:2005.13013v12", "2005.13013"),
        ("https://arxiv.org/abs/2005.13013v1", "2005.13013"),
        ("http://arxiv.org/pdf/2005.13013.pdf", "2005.13013"),
        ("https://arxiv.org/abs/cs/0112017?context=x", "cs/0112017"),
        ("math.CA/0611800v2", "math/0611800"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("https://doi.org/10.48550/arXiv.2005.13013", "2005.13013"),
        ("10.48550/arxiv.2005.13013", "2005.13013"),
        ("https://aclanthology.org/2005.13013", ""),
        ("12005.13013", ""),
        ("10.1000/1234.56789x", ""),
        ("2005", ""),
        (2005.13013, ""),
        (None, ""),
    ],
)
def test_arxiv_number(sent: object, number: str) -> None:
    """Numbers of both forms are found in ids, addresses and DOIs, and nowhere else."""
    assert fields.arxiv_number(sent) == number


@pytest.mark.parametrize(
    ("sent", "doi"),
    [
        ("https://doi.org/10.18653/V1/2020.AACL-MAIN.56", "10.18653/v1/2020.aacl-main.56"),
        ("doi:10.1000/ab(1)c", "10.1000/ab(1)c"),
        ("10.1/too-short", ""),
        (["10.1000/a"], ""),
    ],
)
def test_doi(sent: object, doi: str) -> None:
    """A DOI is lower case, and without a resolver's address."""
    assert fields.doi(sent) == doi


@pytest.mark.parametrize(
    ("sent", "read"),
    [(2020, 2020), ("2020", 2020), (20, None), (True, None), ("20", None), (2020.5, None), ("٢٠٢٠", None)],
)
def test_year(sent: object, read: int | None) -> None:
    """A year is a number of four digits, or these."""
    assert fields.year(sent) == read


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("https://a.example/x?y=z", "https://a.example/x?y=z"),
        (" HTTP://a.example ", "HTTP://a.example"),
        ("javascript:alert(1)", ""),
        ("ftp://a.example/", ""),
        ("https://", ""),
        ("https://a.example/ b", ""),
        ("http://[::1/", ""),
        (["https://a.example"], ""),
    ],
)
def test_web_address(sent: object, address: str) -> None:
    """What can be taken apart as an address of the web is one."""
    assert fields.web_address(sent) == address


def test_shown() -> None:
    """What a message shows is one short line, whatever was sent."""
    assert fields.shown(b"\x1b[31ma\r\nb\xff") == "'[31ma b\ufffd'"
    assert len(fields.shown("x " * 10**6)) < 130


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b"<html>"])
def test_what_is_no_object(body: bytes) -> None:
    """What is no object of JSON is refused, and it is said what came."""
    with pytest.raises(ServiceError, match=r"^OpenAlex answered something else than a JSON object: '"):
        fields.json_object(body, "OpenAlex")


@settings(max_examples=50, deadline=None)
@given(ANYTHING)
def test_any_value(value: Any) -> None:
    """No value makes a field fail, and every field is what it promises."""
    assert isinstance(fields.text(value).encode(), bytes)
    assert fields.year(value) in {None, *range(1400, 2201)}
    assert (fields.count(value) or 0) >= 0
    assert all(isinstance(each, dict) for each in fields.objects(value))
    assert fields.web_address(value).startswith("http") or fields.web_address(value) == ""
    assert len(fields.language(value)) in {0, 2}


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sorted(fake_openalex.written(PAPER))), ANYTHING)
def test_any_field_of_openalex(name: str, value: Any) -> None:
    """A record with anything at all in one field is a paper by its other fields, or has no title."""
    paper = openalex.paper_of({**fake_openalex.written(PAPER), name: value})
    if name == "display_name" and not isinstance(value, str):
        assert paper is None
    elif name not in {"display_name", "doi"}:
        assert paper is not None
        assert paper.doi == "10.1000/a"


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sorted(fake_semantic_scholar.written(PAPER))), ANYTHING)
def test_any_field_of_semantic_scholar(name: str, value: Any) -> None:
    """A record with anything at all in one field is a paper by its other fields, or has no title."""
    paper = semantic_scholar.paper_of({**fake_semantic_scholar.written(PAPER), name: value})
    if name == "title" and not isinstance(value, str):
        assert paper is None
    elif name not in {"title", "externalIds"}:
        assert paper is not None
        assert paper.doi == "10.1000/a"
