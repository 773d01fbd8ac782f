"""Tests of web pages: main text with its headings, without what surrounds it."""

from __future__ import annotations

import pytest

from stiltwalk.literature.full_text import web_parts
from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.extract import Extracted, UnreadableTextError, extracted
from stiltwalk.literature.full_text.limits import NORMAL
from stiltwalk.literature.full_text.parts import Body, Head, Part, Refused

SENTENCES = (
    "We train a multilingual encoder on English data first and measure zero-shot transfer. "
    "Training on SQuAD improves XQuAD by 4.2 F1 points over no intermediate training. "
    "On the other targets the differences are small and in both directions. "
)
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Reading First</title>
<meta name="author" content="Ada Larkwell"><script>var x = "script";</script></head><body>
<nav><a href="/">Home</a> <a href="/all">All volumes</a></nav>
<article><h1>Reading First</h1><h2>Abstract</h2><p>{SENTENCES}</p>
<h2>Results</h2><p>{SENTENCES}</p><ul><li>An item that is listed.</li></ul>
<table><tr><th>Model</th><th>F1</th></tr><tr><td>mT5</td><td>75.2</td></tr></table></article>
<footer>Contact the editors. Cookie settings.</footer></body></html>"""


@pytest.fixture(scope="module")
def page() -> Extracted:
    """A page, read as a file is."""
    return extracted(PAGE.encode(), "page.html")


def test_headings_and_paragraphs_are_there(page: Extracted) -> None:
    """Sections begin with the page's headings, and every paragraph of the article is in the text."""
    assert [each.heading for each in page.sections] == ["Reading First", "Abstract", "Results"]
    assert page.text.count("improves XQuAD by 4.2 F1 points") == 2
    assert (page.title, page.authors, page.language) == ("Reading First", "Ada Larkwell", "en")


def test_what_surrounds_the_text_is_left_out(page: Extracted) -> None:
    """Navigation, scripts and footers are no text."""
    assert not any(word in page.text for word in ("Home", "script", "Cookie"))


def parts(content: bytes) -> list[Part]:
    """Parts of a page, read in this process."""
    return list(web_parts.parts_of(content, NORMAL))


def test_rows_of_tables_and_items_are_lines_of_their_own() -> None:
    """A row's cells are parted by bars, so that nobody takes them for a sentence."""
    head, body, _ = parts(PAGE.encode())
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    assert Block("| mT5 | 75.2 |") in body.blocks
    assert Block("An item that is listed.") in body.blocks


@pytest.mark.parametrize("content", [b"<html></html>", b"<html><body></body></html>", b"<!doctype html>"])
def test_a_page_without_text_is_refused(content: bytes) -> None:
    """There is nothing to read, and the message says that."""
    assert parts(content) == [Refused("it is a web page without a main text")]


def test_markup_that_is_nested_without_end_does_no_harm() -> None:
    """A page made to exhaust its reader is refused or read, in the child alone."""
    content = b"<html><body>" + b"<div>" * 3000 + b"text" + b"</body></html>"
    try:
        assert extracted(content, "deep.html").text
    except UnreadableTextError as error:
        assert str(error).startswith("deep.html: ")  # noqa: PT017  either end is good
