"""Tests of PDF files: whole ones, and those that are broken, locked, empty, huge or made to do harm."""

from __future__ import annotations

import io
from functools import partial

import pypdf
import pytest

from stiltwalk.literature.full_text import pdf_parts
from stiltwalk.literature.full_text.apart import taken_apart
from stiltwalk.literature.full_text.extract import UnreadableTextError, extracted
from stiltwalk.literature.full_text.limits import NORMAL, Limits
from stiltwalk.literature.full_text.parts import End, Head, Page, Refused
from tests.literature.full_text.pdfs import Drawn, column, content_of, pdf, stream

PAPER = pdf(
    [
        [
            Drawn("Reading Questions First", 150, 740, 16, True),
            *column(["Ada Larkwell, Bruno Teasel"], top=710),
            Drawn("1 Introduction", 50, 680, 12, True),
            *column(
                [
                    "Training on SQuAD first improves XQuAD by 4.2 F1 points over no inter-",
                    "mediate training, in the zero-shot setting of all languages that we tried.",
                ],
                top=660,
            ),
        ]
    ],
    title="Reading Questions First",
    author="Ada Larkwell and Bruno Teasel",
)


def pages_of(content: bytes) -> list[Page]:
    """The pages of a PDF file, read in this process."""
    return [part for part in pdf_parts.parts_of(content, NORMAL) if isinstance(part, Page)]


def test_a_paper_is_read() -> None:
    """Title, headings and paragraphs are there, broken words whole; so is what the file says of itself."""
    found = extracted(PAPER, "paper.pdf")
    assert found.text == (
        "Reading Questions First\n\nAda Larkwell, Bruno Teasel\n\n1 Introduction\n\nTraining on SQuAD first "
        "improves XQuAD by 4.2 F1 points over no intermediate training, in the zero-shot setting of all "
        "languages that we tried."
    )
    assert [each.heading for each in found.sections] == ["", "1 Introduction"]
    assert (found.language, found.notes) == ("en", ())
    assert (found.title, found.authors) == ("Reading Questions First", "Ada Larkwell and Bruno Teasel")


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", PAPER[:200], b"%PDF-1.7\n" + bytes(range(256)) * 40])
def test_a_broken_file_is_refused(content: bytes) -> None:
    """A file that ends early, or is none, is refused with the reader's reason and the cure."""
    with pytest.raises(
        UnreadableTextError, match=r"x\.pdf: (it is no whole PDF file \(.*fetch or export|its pages)"
    ):
        extracted(content, "x.pdf")


def test_a_locked_file_is_refused() -> None:
    """A file that wants a password says so; one that is encrypted without a password is read."""
    for password, refused in (("secret", True), ("", False)):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(PAPER))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
        parts = list(pdf_parts.parts_of(out.getvalue(), NORMAL))
        assert isinstance(parts[0], Refused) is refused
        if refused:
            assert parts == [
                Refused("it is encrypted and opens with a password only; save a copy without one")
            ]


def test_a_scan_is_refused() -> None:
    """Pages without text are pictures: the message says what to do."""
    with pytest.raises(UnreadableTextError, match=r"scan\.pdf: its pages hold no text: it is a scan.*OCR"):
        extracted(pdf([[], []]), "scan.pdf")


def test_pages_without_text_among_others_are_noted() -> None:
    """What of a file could not be read is said with page numbers."""
    words = "Some words of running text in English that are long enough for their language to be told."
    found = extracted(pdf([column([words]), [], column([words])]), "x.pdf")
    assert found.notes == ("1 of 3 pages hold no text (2): pictures, most likely.",)


def test_of_very_many_pages_the_first_are_read() -> None:
    """A file of a thousand pages takes no longer than its first ones, and says how many were read."""
    found = taken_apart("pdf", pdf([column(["text"])] * 1000), Limits(pages=3))
    assert [page.number for page in found.pages] == [1, 2, 3]
    assert found.ended == "only the first 3 of its 1000 pages are read"


def test_one_broken_page_does_not_take_the_others_with_it() -> None:
    """A page whose drawing cannot be unpacked is left out, with the reason."""
    broken = b"<< /Filter /FlateDecode /Length 9 >>\nstream\nno stream\nendstream"
    bomb = stream(b" " * 90 * 2**20, packed=True)
    first, second, third = pages_of(pdf([column(["here"]), bomb, broken]))
    assert [line.text for line in first.lines] == ["here"]
    assert second.problem
    assert not second.lines
    assert not third.lines


def test_a_large_drawing_is_left_out() -> None:
    """A page that draws more than eight megabytes is no text."""
    (page,) = pages_of(pdf([stream(b"0 0 m\n" * 2**21, packed=True)]))
    assert page.problem == "its drawing has 12 MB"


def test_a_page_that_takes_too_long_is_left_out() -> None:
    """The alarm ends one page, and the next is read."""
    slow = stream(content_of([Drawn("x")] * 30_000), packed=True)
    first, second = taken_apart("pdf", pdf([slow, column(["next"])]), Limits(page_seconds=0.1)).pages
    assert first.problem == "it takes longer than 0.1 s"
    assert [line.text for line in second.lines] == ["next"]


def test_a_file_that_takes_too_long_keeps_what_was_read() -> None:
    """The child process is ended; pages that it wrote before are there, and the end is noted."""
    slow = stream(content_of([Drawn("x")] * 90_000), packed=True)
    found = taken_apart("pdf", pdf([column(["first"]), slow]), Limits(seconds=1))
    assert [page.lines[0].text for page in found.pages] == ["first"]
    assert "1 s" in found.ended


def test_a_file_that_needs_too_much_memory_ends_the_child_alone() -> None:
    """Where the child gets no memory it dies; the parent says so and goes on."""
    with pytest.raises(
        UnreadableTextError, match=r"x\.pdf: reading it needs more than 20 MB, or the file breaks"
    ):
        extracted(PAPER, "x.pdf", apart=partial(taken_apart, limits=Limits(megabytes=20)))


def test_what_lies_on_its_side_is_read_and_a_stamp_is_not_text() -> None:
    """A page turned as a whole is read; what is printed sideways beside upright text is arXiv's stamp."""
    turned = stream(b"BT /F1 10 Tf 0 1 -1 0 300 100 Tm (All of this page lies on its side) Tj ET")
    assert [line.text for line in pages_of(pdf([turned]))[0].lines] == ["All of this page lies on its side"]
    stamp = b"\nBT /F1 20 Tf 0 1 -1 0 30 200 Tm (arXiv:2005.13013v2  [cs.CL]  26 May 2020) Tj ET"
    upright = content_of(column(["A line of text that stands upright."] * 12))
    head, page, end = pdf_parts.parts_of(pdf([stream(upright + stamp)]), NORMAL)
    assert isinstance(head, Head)
    assert head.stamp == "arXiv:2005.13013v2 [cs.CL] 26 May 2020"
    assert isinstance(page, Page)
    assert not any("arXiv" in line.text for line in page.lines)
    assert end == End()
