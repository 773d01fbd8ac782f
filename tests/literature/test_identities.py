"""Tests of identities: what two records of one paper share."""

from __future__ import annotations

import pytest

from stiltwalk.literature.identities import (
    acl_of,
    arxiv_of,
    doi_of,
    family,
    is_preprint,
    published_doi,
    title_form,
)
from stiltwalk.literature.records.papers import Paper


def paper(source: str = "openalex", **fields: str) -> Paper:
    """A paper with these fields."""
    return Paper.model_validate({"source": source, "id": "1", "title": "T", **fields})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (paper(arxiv="2005.13013v2"), "2005.13013"),
        (paper(doi="10.48550/arxiv.2005.13013"), "2005.13013"),
        (paper(url="https://arxiv.org/abs/2005.13013v1"), "2005.13013"),
        (paper(url="http://arxiv.org/pdf/cs.CL/0101001"), "cs.cl/0101001"),
        (paper(doi="10.1/x", url="https://x.org/2005.13013"), ""),
    ],
)
def test_the_number_at_arxiv(found: Paper, expected: str) -> None:
    """It is known from the field, from arXiv's own DOI or address, and never from another's."""
    assert arxiv_of(found) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (paper("acl", url=""), "1"),
        (paper(doi="10.18653/v1/2020.aacl-main.56"), "2020.aacl-main.56"),
        (paper(doi="10.18653/v1/p19-1001"), "P19-1001"),
        (paper(url="https://aclanthology.org/2020.findings-emnlp.1.pdf"), "2020.findings-emnlp.1"),
        (paper(doi="10.1/x"), ""),
    ],
)
def test_the_id_in_the_acl_anthology(found: Paper, expected: str) -> None:
    """It is known from the anthology itself, and from its DOIs and addresses."""
    assert acl_of(found) == expected


def test_a_preprints_own_doi_is_no_publications() -> None:
    """DOIs of arXiv are told from a publisher's, and archives of preprints by theirs."""
    assert published_doi(paper(doi="10.48550/arxiv.2005.13013")) == ""
    assert published_doi(paper(doi="10.1/x")) == "10.1/x"
    assert is_preprint(paper(doi="10.1101/2020.01.01"))
    assert is_preprint(paper("arxiv"))
    assert not is_preprint(paper(doi="10.1/x"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Cross-Lingual {BERT}: A Study", "Crosslingual BERT \u2014 a study."),
        (r"On $\alpha$-Levels of M\"uller", "On -levels of Muller"),
        ("Na\u00efve \ufb01ne-tuning", "naive fine tuning"),
    ],
)
def test_titles_have_one_form(first: str, second: str) -> None:
    """Case, accents, LaTeX, hyphens and punctuation make no difference."""
    assert title_form(first) == title_form(second)


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("J\u00f6rg M\u00fcller", "muller"),
        ("M\u00fcller, J\u00f6rg", "muller"),
        ("Martin King Jr.", "king"),
        ("Anna van der Berg", "berg"),
        ("", ""),
        ("Sutskever", "sutskever"),
    ],
)
def test_family_names(author: str, expected: str) -> None:
    """The last word, or the last before a comma, without what follows a name."""
    assert family(author) == expected


def test_a_doi_in_a_text() -> None:
    """It ends where its sentence does, and has no resolver before it."""
    assert doi_of("See https://doi.org/10.18653/V1/N19-1423.") == "10.18653/v1/n19-1423"
    assert doi_of("none") == ""
