"""Tests of title pages: what is plain to see is taken, and nothing else."""

from __future__ import annotations

import pytest

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.extract import Extracted
from stiltwalk.literature.full_text.layout import laid_out
from stiltwalk.literature.local.title_page import TitlePage, title_page


def page(*opening: str, abstract: str = "", title: str = "", authors: str = "", stamp: str = "") -> TitlePage:
    """The title page of a text that opens with these paragraphs."""
    blocks = [Block(each) for each in opening]
    if abstract:
        blocks += [Block("Abstract", heading=True), Block(abstract)]
    out = laid_out([*blocks, Block("1 Introduction", heading=True), Block("In 2015 X. Y. did it.")])
    return title_page(Extracted(out.text, out.sections, "en", (), title, authors, stamp), "below/name.pdf")


def test_a_title_page() -> None:
    """Title, authors, venue with its year, DOI and abstract, each from its line."""
    found = page(
        "Reading Questions First",
        "Ada Larkwell, Bruno de la Teasel and C. D. Holm-Aspen",
        "Proceedings of the Workshop on Transfer, 2021. doi:10.99999/invented.2019.0101.",
        abstract="We ask.",
    )
    assert found == TitlePage(
        title="Reading Questions First",
        authors=("Ada Larkwell", "Bruno de la Teasel", "C. D. Holm-Aspen"),
        year=2021,
        venue="Proceedings of the Workshop on Transfer",
        doi="10.99999/invented.2019.0101",
        abstract="We ask.",
    )


def test_a_running_head_is_no_title() -> None:
    """What stands above the title on many first pages is passed over."""
    assert (
        page("Proceedings of Machine Learning 2017 Volume 68", "A Title of It", "Ada Larkwell").title
        == "A Title of It"
    )
    assert page("arXiv:2005.13013v1", "Preprint. Under review.", "A Title of It").arxiv == "2005.13013"


def test_the_stamp_of_arxiv() -> None:
    """Number and year are on it."""
    found = page("A Title of It", stamp="arXiv:2005.13013v2 [cs.CL] 26 May 2020")
    assert (found.arxiv, found.year) == ("2005.13013", 2020)


@pytest.mark.parametrize(
    "line",
    [
        "Department of Statistical Science",
        "Duke University, Durham, NC",
        "Ada Larkwell LARK@X.ORG",
        "Anna Smith Bob Jones Carl Lund",
        "We Show That It Helps, and How",
        "Ada Larkwell, University of It",
        "Google Research",
    ],
)
def test_what_may_be_something_else_is_no_author(line: str) -> None:
    """A place, an address, a sentence, names without a comma: better nobody than somebody who is none."""
    assert page("A Title of It", line).authors == ()


@pytest.mark.parametrize(
    "line",
    [
        "Ada Larkwell1, Bruno Teasel2,*",
        "By Ada Larkwell & Bruno Teasel",
        "Authors: Ada Larkwell; Bruno Teasel",
    ],
)
def test_signs_at_names_are_left_out(line: str) -> None:
    """Signs of footnotes and labels are no part of names."""
    assert page("A Title of It", line).authors == ("Ada Larkwell", "Bruno Teasel")


def test_years_that_contradict_each_other_are_none() -> None:
    """Two years say nothing, and neither do years of the title, of a DOI or of the text below."""
    assert page("A Title of It", "Received 2019, accepted 2020").year is None
    assert page("The Shared Task of 2003", "Ada Larkwell", "doi:10.1234/x.2018.1").year is None


@pytest.mark.parametrize(
    "said", ["Microsoft Word - draft_7.docx", "untitled", "paper.dvi", "Another Title Entirely"]
)
def test_what_a_file_says_of_itself_must_read_as_a_title(said: str) -> None:
    """Programs write names of drafts there, and old titles."""
    assert page("A Title of It", title=said).title == "A Title of It"


def test_what_a_file_says_of_itself_counts_where_the_page_has_it_too() -> None:
    """A title over two lines is whole in the file's own words; its authors are taken then."""
    found = page(
        "A Title That Is Long and",
        "Goes On",
        title="A Title That Is Long and Goes On",
        authors="Ada Larkwell; B. Teasel",
    )
    assert found.title == "A Title That Is Long and Goes On"
    assert found.authors == ("Ada Larkwell", "B. Teasel")


def test_without_a_line_the_files_name_is_the_title() -> None:
    """A paper always has a title."""
    assert title_page(Extracted("", (), ""), "below/name.pdf").title == "name"
