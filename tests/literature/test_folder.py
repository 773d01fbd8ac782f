"""Tests of a folder of papers: files and entries that describe them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.literature.folder import InFolder, read_folder
from stiltwalk.literature.full_text.apart import Apart, Foreign, taken_apart
from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.stages import Stage
from stiltwalk.spec.errors import UserError
from tests.literature.full_text.pdfs import Drawn, column, pdf

LINE = "A line of running text that is as long as lines on a page of a paper commonly are."


def text(title: str, author: str = "Ada Larkwell", year: int = 2021) -> str:
    """A paper in plain text."""
    rest = "Abstract\nWe ask whether it helps.\n\nResults\nIt does.\n"
    return f"{title}\n{author}\nJournal of Nothing, {year}\n\n{rest}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Papers of all kinds, one of them broken, and a library that describes some."""
    tmp_path = tmp_path_factory.mktemp("papers")
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_text(text("The First Title"))
    (tmp_path / "below" / "key2020.md").write_text("# The Second Title\n\n" + "Some words of it. " * 9)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    (tmp_path / "titled.txt").write_text(text("The Third Title"))
    (tmp_path / "paper.pdf").write_bytes(
        pdf(
            [
                [
                    Drawn("The Fourth Title", 50, 740, 16),
                    *column(["Bruno Teasel", "Journal of It, 2019", "", LINE], top=700),
                ]
            ]
        )
    )
    (tmp_path / "lib.bib").write_text(
        """
@article{one, title={The First Title, as Printed}, author={Larkwell, Ada and Teasel, Bruno},
  file={:a.txt:text}, doi={10.1000/1}}
@article{key2020, title={The Second Title}, year={2020}}
@article{three, title={{The} third title}, journal={Journal of Something}, year={2022}}
@article{four, title={Without a File}, year={2018}, abstract={It is known by its abstract.}}
@article{five, file={/etc/passwd}, title={With a File Elsewhere}}
@article{six}
"""
    )
    return tmp_path


@pytest.fixture(scope="module")
def found(folder: Path) -> InFolder:
    """What is in the folder, read once."""
    return read_folder(folder)


def test_files_and_entries_are_papers(found: InFolder) -> None:
    """An entry describes its file by name, key or title; what it does not say the file says."""
    papers = {paper.title: paper for paper in found.papers}
    assert papers["The First Title, as Printed"] == Paper(
        source="folder",
        id="one",
        title="The First Title, as Printed",
        authors=("Ada Larkwell", "Bruno Teasel"),
        year=2021,
        venue="Journal of Nothing",
        kind="article",
        doi="10.1000/1",
        abstract="We ask whether it helps.",
        full_text=("a.txt",),
    )
    assert (papers["The Second Title"].id, papers["The Second Title"].full_text) == (
        "key2020",
        ("below/key2020.md",),
    )
    third = papers["The third title"]
    assert (third.venue, third.year, third.full_text) == ("Journal of Something", 2022, ("titled.txt",))
    fourth = papers["The Fourth Title"]
    assert (fourth.id, fourth.authors, fourth.year) == ("paper.pdf", ("Bruno Teasel",), 2019)


def test_an_entry_without_a_file_is_a_paper_without_a_text(found: InFolder) -> None:
    """Nothing outside the folder is its file, whatever it names."""
    papers = {paper.id: paper for paper in found.papers}
    assert papers["four"].full_text == papers["five"].full_text == ()
    assert papers["four"].abstract == "It is known by its abstract."


def test_a_broken_file_is_a_paper_by_its_name(found: InFolder) -> None:
    """It is counted, and why it cannot be read is said where its text is asked for."""
    papers = {paper.id: paper for paper in found.papers}
    assert papers["broken.pdf"] == Paper(
        source="folder", id="broken.pdf", title="broken", full_text=("broken.pdf",)
    )


def test_entries_that_cannot_be_read_are_reported(found: InFolder) -> None:
    """The name of the file, the line, and why."""
    assert found.unreadable == ("lib.bib, line 8: entry 'six' has no title.",)


def test_the_same_folder_gives_the_same_papers(folder: Path, found: InFolder) -> None:
    """Files come by path, then entries that no file belongs to, in every run."""
    assert found == read_folder(folder)
    assert [paper.id for paper in found.papers] == [
        "one", "key2020", "broken.pdf", "paper.pdf", "three", "four", "five",
    ]  # fmt: skip


def test_a_file_is_taken_apart_whole_and_known_by_its_opening(tmp_path: Path) -> None:
    """All pages are there for whoever keeps them; what stands on the third does not describe the paper."""
    pages = [column([LINE]) for _ in range(4)]
    pages[2] = column(["doi: 10.1000/elsewhere"])
    (tmp_path / "a.pdf").write_bytes(pdf([column(["The Title of It", "", LINE]), *pages[1:]]))
    taken: list[int] = []

    def apart(kind: Foreign, content: bytes) -> Apart:
        whole = taken_apart(kind, content)
        taken.append(len(whole.pages))
        return whole

    heard: list[Stage] = []
    (paper,) = read_folder(tmp_path, apart, heard.append).papers
    assert (paper.title, paper.doi, taken) == ("The Title of It", "", [4])
    assert heard == [("read the folder", 0, 1, "The Title of It")]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """The message says what was found in its place."""
    with pytest.raises(UserError, match=r"Expected a folder of papers at .*gone, found nothing"):
        read_folder(tmp_path / "gone")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="found a file"):
        read_folder(tmp_path / "file")


def test_an_empty_folder_has_no_papers(tmp_path: Path) -> None:
    """Nothing is nothing, and no error."""
    assert read_folder(tmp_path) == ((), ())
