"""Tests of BibTeX files: entries as papers, with LaTeX as text, and broken ones reported."""

from __future__ import annotations

import pytest

from stiltwalk.literature.local.bibtex import plain_latex, read_bibtex
from stiltwalk.literature.records.papers import Paper

LIBRARY = r"""
@comment{not an entry}
@string{acl = "Association for Everything"}
@inproceedings{muller2020, title = {Zero-Shot {BERT} f{\"u}r $\alpha$ \& all},
  author = {M{\"u}ller, J{\"o}rg and van der Berg, Anna and {The XTREME Team} and others},
  booktitle = "Proceedings of the " # acl, year = 2020, month = jan,
  doi = {https://doi.org/10.1000/ABC.1}, file = {:papers/muller.pdf:PDF},
  abstract = {We gain 8.2% on average~(of 9).}, langid = {english}}
@misc{preprint, title={A Preprint}, eprint={2005.13013v2}, archiveprefix={arXiv}, year={in press}}
@article{other, title={Other}, journal={arXiv preprint arXiv:2101.00001}, year={2021},
  url={https://x.org/~a%20b}}
"""


def papers_of(text: str) -> list[Paper]:
    """Papers of a BibTeX text without a mistake."""
    found = read_bibtex(text.encode(), "lib.bib")
    assert found.unreadable == ()
    return [entry.paper for entry in found.entries]


def test_an_entry_is_a_paper() -> None:
    """LaTeX, braces and joined strings are resolved, and a bare per cent sign is no comment."""
    paper = papers_of(LIBRARY)[0]
    assert paper == Paper(
        source="folder",
        id="muller2020",
        title="Zero-Shot BERT f\u00fcr \u03b1 & all",
        authors=("J\u00f6rg M\u00fcller", "Anna van der Berg", "The XTREME Team"),
        year=2020,
        venue="Proceedings of the Association for Everything",
        kind="proceedings",
        doi="10.1000/abc.1",
        abstract="We gain 8.2% on average (of 9).",
        language="en",
    )


def test_numbers_at_arxiv_are_found_where_people_write_them() -> None:
    """In ``eprint``, and in what is called a journal; a year that is none stays unknown."""
    _, preprint, other = papers_of(LIBRARY)
    assert (preprint.arxiv, preprint.year, preprint.kind) == ("2005.13013", None, "")
    assert (other.arxiv, other.year, other.url) == ("2101.00001", 2021, "https://x.org/~a%20b")


def test_broken_entries_are_reported_with_their_lines() -> None:
    """What is broken, named twice or without a title is said; what follows is read."""
    text = (
        "@article{a, title={A}}\n@article{a, title={B}}\n@article{c, title={Broken\n"
        "@misc{d, title={D}}\n@misc{e}\n"
    )
    found = read_bibtex(text.encode(), "lib.bib")
    assert [entry.paper.title for entry in found.entries] == ["A", "D"]
    assert len(found.unreadable) == 3
    assert "lib.bib, line 5: entry 'e' has no title." in found.unreadable
    assert any(said.startswith("lib.bib, line 2: Duplicate entry key 'a'") for said in found.unreadable)
    assert any(said.startswith("lib.bib, line 3: ") for said in found.unreadable)


@pytest.mark.parametrize(
    "content", [b"", b"no BibTeX at all", b"\x00\xff\xfe@", b"@", b"@article{", b"%PDF-1.4"]
)
def test_what_is_no_bibtex_has_no_entries(content: bytes) -> None:
    """Nothing is found, nothing is invented, and nothing breaks."""
    assert read_bibtex(content, "x.bib").entries == ()


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("a.pdf", ("a.pdf",)),
        (":papers/a.pdf:PDF", (":papers/a.pdf:PDF", "papers/a.pdf")),
        ("Full Text:files/12/a.pdf:application/pdf;x.html", ("files/12/a.pdf", "x.html")),
        (r"C\:\\papers\\a.pdf", ("C:/papers/a.pdf",)),
    ],
)
def test_files_that_an_entry_names(field: str, expected: tuple[str, ...]) -> None:
    """Bare, and as reference managers write them: description, path and type."""
    (entry,) = read_bibtex(f"@misc{{a, title={{A}}, file={{{field}}}}}".encode(), "x.bib").entries
    assert set(expected) <= set(entry.files) | {":papers/a.pdf:PDF"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"{\'e}t{\'e}", "\u00e9t\u00e9"),
        (r"5\% of $10^5$", "5% of 10^5"),
        ("plain  text", "plain text"),
        (r"costs $5 {unbalanced", "costs $5 unbalanced"),
        (r"\textbf{bold} ``quoted'' a--b", "bold \u201cquoted\u201d a\u2013b"),
    ],
)
def test_latex_becomes_text(text: str, expected: str) -> None:
    """Signs of LaTeX go, letters stay; what is no LaTeX stays as it is."""
    assert plain_latex(text) == expected
