"""Tests of what a file is, whatever it is called, and of its language."""

from __future__ import annotations

import pytest

from stiltwalk.literature.full_text.extract import Kind, UnreadableTextError, extracted, kind_of
from stiltwalk.literature.full_text.languages import language_of

ENGLISH = (
    "We train a multilingual encoder on English data first and measure its zero-shot transfer to others."
)
GERMAN = "Wir trainieren einen mehrsprachigen Encoder zuerst auf Englisch und messen, wie gut er überträgt."


@pytest.mark.parametrize(
    ("content", "name", "media_type", "expected"),
    [
        (b"%PDF-1.7", "paper", "text/html", "pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4", "x", "", "pdf"),
        (b"<!DOCTYPE html><html>", "paper.pdf", "application/pdf", "html"),
        (b"  <?xml version='1.0'?><html>", "https://x.org/1", "", "html"),
        (b"no page", "paper.pdf", "", "pdf"),
        (b"words", "https://x.org/abs/1", "text/html", "html"),
        (b"# words", "notes.MD", "", "markdown"),
        (b"<html> is how pages begin", "notes.txt", "", "text"),
        (b"words", "README", "", "text"),
    ],
)
def test_what_a_file_begins_with_counts_before_its_name(
    content: bytes, name: str, media_type: str, expected: Kind
) -> None:
    """A PDF file is one under any name; a web page in its place is not read as one."""
    assert kind_of(content, name, media_type) == expected


@pytest.mark.parametrize(("text", "code"), [(ENGLISH, "en"), (GERMAN, "de"), ("Table 3: 4.2", ""), ("", "")])
def test_the_language_of_a_text(text: str, code: str) -> None:
    """It is told where there is text enough, and left empty where there is not."""
    assert language_of(text).code == code


def test_an_unclear_language_is_noted() -> None:
    """Names of data sets are in no language: none is claimed, and the note says how unsure it is."""
    found = language_of("XNLI PAWS-X MLQA XQuAD TyDiQA BUCC Tatoeba XCOPA UDPOS PANX MKQA " * 2)
    assert found.code == ""
    assert found.note.startswith("It is unclear which language it is in; most like '")


@pytest.mark.parametrize(
    ("content", "media_type", "why"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "", "it is no text: "),
        (
            b"<article><p>words</p></article>",
            "application/xml",
            "it is of the kind 'application/xml', which is not read",
        ),
        (b'{"words": 1}', "application/json", "it is of the kind 'application/json', which is not read"),
    ],
)
def test_what_is_no_text_is_not_read_as_one(content: bytes, media_type: str, why: str) -> None:
    """Pictures, archives and data are refused, whatever an address promised."""
    with pytest.raises(UnreadableTextError, match=f"https://x.org/1: {why}"):
        extracted(content, "https://x.org/1", media_type)
