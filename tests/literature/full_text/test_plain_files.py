"""Tests of plain files: encodings, text and Markdown."""

from __future__ import annotations

import codecs

import pytest

from stiltwalk.literature.full_text.extract import UnreadableTextError, extracted
from stiltwalk.literature.full_text.plain_files import decoded, markdown_blocks

TEXT = "Ein Käse für 5 €"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    ],
)
def test_an_encoding_that_a_file_declares_is_read(content: bytes) -> None:
    """UTF-8 and everything with a byte order mark is read without a note."""
    assert decoded(content) == (TEXT, ())


def test_what_is_no_utf8_is_read_as_latin1_and_noted() -> None:
    """The guess is said, with the byte that made it one."""
    text, notes = decoded(TEXT.encode("cp1252"))
    assert text == TEXT
    assert notes == ("It is no UTF-8 (at byte 5); it was read as Latin-1 (Windows-1252).",)


def test_characters_that_are_cut_in_two_are_noted() -> None:
    """A UTF-16 file with half a character says so and is read all the same."""
    text, notes = decoded(codecs.BOM_UTF16_LE + "abc".encode("utf-16-le") + b"\x00\xd8")
    assert text.startswith("abc")
    assert notes == ("1 characters are no valid UTF-16.",)


def test_nul_characters_are_left_out_or_make_it_no_text() -> None:
    """A few are noted; where they are many, it is no text."""
    words = b"Some words of running text in English that are long enough to be told. "
    assert extracted(words + b"\0\0", "a.txt").notes == ("2 NUL characters were left out.",)
    with pytest.raises(UnreadableTextError, match=r"a\.txt: it is no text: 100 of 171 characters are signs"):
        extracted(words + b"\0" * 100, "a.txt")


@pytest.mark.parametrize("content", [b"", b" \n\t", codecs.BOM_UTF8, b"12 34 ... ---"])
def test_a_file_without_words_is_refused(content: bytes) -> None:
    """An empty file, and one without a letter, hold no text."""
    with pytest.raises(UnreadableTextError, match=r"e\.txt: it holds no text"):
        extracted(content, "e.txt")


def test_a_file_that_is_too_large_is_refused() -> None:
    """More than four megabytes of plain text is no paper."""
    with pytest.raises(UnreadableTextError, match="it has 5 MB; 4 MB are read at most"):
        extracted(b"a" * 5 * 2**20, "a.txt")


def test_markdown_without_its_signs() -> None:
    """Headings begin sections; signs of emphasis, links and code go; fields, code, pictures, HTML too."""
    text = (
        "---\ntitle: x\n---\n# A *Title*\nAda Larkwell\n\n## Results\nWe **gain** 4.2 "
        "[points](http://x.org) with `mT5` &amp; more.\nIt is so.\n\n```\ncode\n```\n\n<div>html</div>\n\n"
        "- one item\n- two\n\n![picture](x.png)\n\n| a | b |\n|---|---|\n| 1 | **2** |\n"
    )
    blocks = list(markdown_blocks(text))
    assert [block.text for block in blocks if block.heading] == ["A Title", "Results"]
    assert [block.text for block in blocks if not block.heading and block.text] == [
        "Ada Larkwell",
        "We gain 4.2 points with mT5 & more. It is so.",
        "one item",
        "two",
        "| a | b |",
        "| 1 | 2 |",
    ]
